import { sound } from '../fixtures/looks.ts';
import { expect, test } from '../fixtures/test.ts';

test('the storefront says what is sold, how a request goes and what it costs', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('list', { name: 'How it works' }).getByRole('listitem')).toHaveCount(4);
  const offer = page.getByRole('article', { name: 'Two at a time' });
  await expect(offer).toContainText('$5,000');
  await expect(offer).toContainText('/month');
  await expect(offer).toContainText(/48/);
  await expect(page.getByText('Built for law offices, insurance agencies, and real estate agencies.')).toBeVisible();
  await sound(page);
  await offer.getByRole('link', { name: 'Choose Two at a time' }).click();
  await expect(page).toHaveURL(/\/signup\?offer=/);
  await expect(page.getByRole('radio', { name: 'Two at a time' })).toBeChecked();
});

test('pages without live parts load no script and no wasm', async ({ page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(`${request.resourceType()} ${new URL(request.url()).pathname}`));
  for (const path of ['/', '/terms', '/signup', '/sign-in', '/reset']) {
    await page.goto(path, { waitUntil: 'networkidle' });
    await expect(page.locator('script')).toHaveCount(0);
  }
  expect(loaded.filter((line) => /^script|\.wasm|\.js$/.test(line))).toEqual([]);
});

test('the terms are there to be read', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('contentinfo').getByRole('link', { name: 'Terms' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/terms/i);
  await sound(page);
});

test('what is not there is told calmly', async ({ page, watch }) => {
  watch.allow(/status of 404/);
  const answer = await page.goto('/no/such/page');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('We can’t find that page');
  await sound(page);
});
