import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { expect, test } from '../fixtures/test.ts';

test('a download is prepared and fetched without a script', async ({ page }) => {
  await newClient(page);
  await page.goto('/portal/data');
  await page.getByRole('button', { name: 'Prepare download' }).click();
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Ready to download' })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await sound(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Download \(/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
});
