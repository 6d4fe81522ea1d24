import { newClient } from '../fixtures/client.ts';
import { query } from '../fixtures/log.ts';
import { accessible, fits, sound } from '../fixtures/looks.ts';
import { alive } from '../fixtures/page.ts';
import { ROSA } from '../fixtures/people.ts';
import { ask, line } from '../fixtures/request.ts';
import { expect, open, test } from '../fixtures/test.ts';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

test('a request with a preview, files and a priority', async ({ page }) => {
  await newClient(page);
  await open(page, '/portal/requests/new');
  await sound(page);
  await page.getByLabel('What do you need?').fill('A letter about fees');
  await page.getByLabel('Details', { exact: true }).fill('**Two** pages.\n\n- plain words\n- the new fees first');
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview.locator('strong')).toHaveText('Two');
  await expect(preview.getByRole('listitem')).toHaveCount(2);
  await accessible(page);

  const files = page.getByRole('list', { name: 'Files' });
  await page.locator('#files').setInputFiles([
    { name: 'fees.txt', mimeType: 'text/plain', buffer: Buffer.from('The hour costs 90.') },
    // A picture that calls itself a document: what counts is what is in it.
    { name: 'scan.pdf', mimeType: 'application/pdf', buffer: PNG },
  ]);
  await expect(files.getByRole('listitem').filter({ hasText: 'fees.txt' })).toContainText(/text/i);
  await expect(files.getByRole('listitem').filter({ hasText: 'scan.pdf' })).toContainText(/picture|image|png/i);
  await files.getByRole('button', { name: 'Remove scan.pdf' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(1);
  await fits(page);

  await page.getByRole('radio', { name: /^High/ }).check();
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  await alive(page);
  // The file goes with what was asked and is not part of its words; the agent may quote it later.
  await expect(line(page).getByRole('listitem').first()).toContainText('plain words');
  await expect(line(page).getByRole('listitem').first()).not.toContainText('The hour costs 90.');
  const file = page.getByRole('complementary').getByRole('link', { name: 'fees.txt' });
  const answer = await page.request.get((await file.getAttribute('href')) ?? '');
  expect(answer.headers()['content-disposition']).toMatch(/attachment/);
  expect(await answer.text()).toBe('The hour costs 90.');
});

test('a file that is too large is refused with the reason, and nothing else is lost', async ({ page }) => {
  test.setTimeout(180_000);
  await newClient(page);
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill('Too much');
  // Handing it to the browser and sending it may take a busy machine a while.
  const film = { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(26 * 1024 * 1024) };
  await page.locator('#files').setInputFiles(film, { timeout: 60_000 });
  await expect(page.getByRole('alert')).toContainText('25 MB', { timeout: 60_000 });
  await expect(page.getByLabel('What do you need?')).toHaveValue('Too much');
  await fits(page);
});

test('what was written is back after a lost tab', async ({ page }) => {
  await newClient(page);
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill('Kept against a lost tab');
  await page.getByLabel('Details', { exact: true }).fill('Half a thought');
  await page.goto('/portal');
  await open(page, '/portal/requests/new');
  await expect(page.getByText('We restored your draft.')).toBeVisible();
  await expect(page.getByLabel('What do you need?')).toHaveValue('Kept against a lost tab');
  await page.getByRole('button', { name: 'Start over' }).click();
  await expect(page.getByLabel('What do you need?')).toHaveValue('');
});

test('a double click asks once', async ({ page, server }) => {
  await newClient(page);
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill(`Only once ${process.pid}`);
  await page.getByLabel('Details', { exact: true }).fill('Once.');
  await page.getByRole('button', { name: 'Send request' }).dblclick();
  await page.waitForURL(/\/portal\/requests\/\d+$/);
  const made = await query(server, 'SELECT FROM request WHERE title = $1', [`Only once ${process.pid}`]);
  expect(made).toHaveLength(1);
});

test('what is missing is said beside its field', async ({ page, watch }) => {
  watch.allow(/status of 422/);
  await newClient(page);
  await open(page, '/portal/requests/new');
  await page.getByLabel('Details', { exact: true }).fill('A brief without a title');
  await page.locator('#ask').evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.getByLabel('What do you need?')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Details', { exact: true })).toHaveValue(/A brief without a title/);
  await sound(page);
});

test('the list finds requests by column and by words', async ({ page, signIn }) => {
  await signIn(page, ROSA);
  await open(page, '/portal/requests');
  await sound(page);
  await page.getByRole('navigation', { name: 'Filter by status' }).getByRole('link', { name: 'Done' }).click();
  await expect(page.getByRole('row', { name: /Template for a fee agreement/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /Chronology/ })).toHaveCount(0);
  await open(page, '/portal/requests');
  await page.getByRole('searchbox').fill('delgado');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /Chronology of the Delgado matter/ })).toBeVisible();
  await fits(page);
});

test('nobody sees another client’s request', async ({ page, signIn, watch }) => {
  watch.allow(/status of 404/);
  await newClient(page);
  const answer = await page.goto('/portal/requests/1');
  expect(answer?.status()).toBe(404);
  await signIn(page, ROSA);
  const theirs = await page.goto('/desk');
  expect(theirs?.status()).toBe(404);
});

test('what was asked can be changed and taken back', async ({ page }) => {
  await newClient(page);
  const path = await ask(page, { title: 'Changed later', later: true });
  await open(page, `${path}/edit`);
  await sound(page);
  await page.getByLabel('What do you need?').fill('Changed once');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Changed once');
  await open(page, `${path}/edit`);
  await page.getByRole('button', { name: 'Withdraw…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw request' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/edit'));
  await page.goto(path);
  await expect(page.locator('.page-sub')).toContainText('Withdrawn');
});
