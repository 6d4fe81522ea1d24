import { newClient } from '../fixtures/client.ts';
import { newColleague } from '../fixtures/colleague.ts';
import { sound } from '../fixtures/looks.ts';
import { Gate, say, wait } from '../fixtures/model/script.ts';
import { PLAIN, deliver, finish, held, makePlan, mark, readFile } from '../fixtures/model/work.ts';
import { OLGA } from '../fixtures/people.ts';
import { ask, drawn, line, offset, send, standing } from '../fixtures/request.ts';
import { sameAsLog } from '../fixtures/same.ts';
import { expect, open, test } from '../fixtures/test.ts';

test.use({ scripted: true });

test('the agent’s words arrive as they are written, its plan is ticked, its steps open', async ({ page, model, server, visit }) => {
  const [planned, writing, ticked] = [new Gate(), new Gate(), new Gate()];
  model.play('As it is written', [
    [makePlan('Read the notes', 'Write the letter'), mark(1, 'working'), wait(planned), readFile('notes.txt'), mark(1, 'done'), mark(2, 'working')],
    [say(PLAIN[0]), say(PLAIN[1]), wait(writing), say(PLAIN[2])],
    [mark(2, 'done')],
    [wait(ticked), deliver('The letter', '# The letter\n\nDear all,'), finish()],
  ]);
  const client = await newClient(page, 'One at a time');
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill('As it is written');
  await page.getByLabel('Details', { exact: true }).fill('A letter from the notes.');
  await page.locator('#files').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Nine people called.\nTwo twice.') });
  await expect(page.getByRole('list', { name: 'Files' }).getByRole('listitem')).toContainText('notes.txt');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  planned.open();

  const plan = line(page).locator('.plan > li');
  await expect(plan).toHaveText(['done: Read the notes', 'now: Write the letter']);
  await expect(line(page)).toContainText('Read notes.txt');
  // In the middle of a sentence it stands there, and says so.
  const writingNow = line(page).locator('.entry.writing');
  await expect(writingNow).toContainText('those who asked twice');
  await expect(writingNow).toContainText('is writing');
  await expect(writingNow.locator('.caret')).toBeVisible();
  await expect(page.locator('.page-sub')).toContainText('is working on it');
  await sound(page);
  writing.open();
  await expect(line(page)).toContainText('Then the rest in the order of their calls.');
  await expect(writingNow).toHaveCount(0);
  await expect(plan).toHaveText(['done: Read the notes', 'done: Write the letter']);
  ticked.open();
  await expect(standing(page)).toHaveText('Review');
  await expect(page.getByRole('complementary').getByRole('link', { name: /The letter/ })).toBeVisible();
  await sameAsLog(page, server, 'As it is written', () => visit(client));
});

test('a colleague, an operator and a second tab see the same, and each other', async ({ page, context, model, visit, request }) => {
  const gate = new Gate();
  model.play('Seen by all', held(gate, 'For all'));
  const client = await newClient(page, 'One at a time');
  const other = await visit();
  const colleague = await newColleague(page, other, request, client);
  const path = await ask(page, { title: 'Seen by all' });
  await gate.reached;
  const tab = await context.newPage();
  await open(tab, path);
  await open(other, path);
  const desk = await visit(OLGA);
  await desk.goto('/desk/clients');
  await desk.getByRole('link', { name: client.company }).click();
  await desk.getByRole('link', { name: 'Seen by all' }).click();
  for (const view of [page, tab, other, desk]) await expect(line(view)).toContainText('those who asked twice');
  // Two tabs of one person are one person.
  await expect(page.locator('.looking')).toContainText('3 people viewing');
  await expect(page.locator('.looking')).toHaveAttribute('title', new RegExp(colleague.name));
  await send(other, 'I am here as well.');
  for (const view of [page, tab, desk]) await expect(line(view)).toContainText('I am here as well.');
  // What is said backstage stays there.
  await desk.getByLabel('Add an internal note').fill('Only among us: they pay late.');
  await desk.getByRole('button', { name: 'Add note' }).click();
  await expect(desk.getByRole('list', { name: 'Internal notes' })).toContainText('they pay late');
  expect(await (await page.request.get(path)).text()).not.toContain('they pay late');
  gate.open();
  for (const view of [page, tab, other]) await expect(standing(view)).toHaveText('Review');
  await expect(async () => expect(await drawn(tab)).toEqual(await drawn(page))).toPass({ timeout: 10_000 });
});

test('ten tabs of one page open and follow', async ({ page, context, model, isMobile }) => {
  test.skip(isMobile, 'the limit is the browser’s and not the screen’s');
  const gate = new Gate();
  model.play('Ten times', held(gate, 'Ten'));
  await newClient(page, 'One at a time');
  const path = await ask(page, { title: 'Ten times' });
  await gate.reached;
  const tabs = await Promise.all(Array.from({ length: 9 }, () => context.newPage()));
  await Promise.all(tabs.map((tab) => open(tab, path)));
  for (const tab of tabs) await expect(line(tab)).toContainText('those who asked twice');
  gate.open();
  await expect(standing(page)).toHaveText('Review');
  for (const tab of tabs) await expect(standing(tab)).toHaveText('Review');
  await expect.poll(async () => new Set(await Promise.all([page, ...tabs].map(offset))).size).toBe(1);
});

test('the first paint holds the whole conversation', async ({ page, model }) => {
  const gate = new Gate();
  model.play('In the first paint', held(gate, 'First'));
  await newClient(page, 'One at a time');
  const path = await ask(page, { title: 'In the first paint' });
  await expect(line(page)).toContainText('those who asked twice');
  const html = await (await page.request.get(path)).text();
  expect(html).toContain('those who asked twice');
  expect(html).toContain('In the first paint');
  gate.open();
  await expect(standing(page)).toHaveText('Review');
});
