import { newClient } from '../fixtures/client.ts';
import { line } from '../fixtures/request.ts';
import { expect, test } from '../fixtures/test.ts';

test('a comment and a file are deleted without a script', async ({ page }) => {
  await newClient(page, 'One at a time');
  await page.goto('/portal/requests/new');
  await page.getByLabel('What do you need?').fill('Too much said');
  await page.getByLabel('Details', { exact: true }).fill('Nothing yet.');
  await page.locator('#files').setInputFiles({ name: 'passport.txt', mimeType: 'text/plain', buffer: Buffer.from('number 12') });
  await page.getByRole('button', { name: 'Save to Backlog' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  await page.locator('#say').fill('My card is 4111-1111.');
  await page.getByRole('button', { name: 'Send' }).click();

  const said = line(page).locator('.entry', { hasText: '4111-1111' });
  await said.locator('summary', { hasText: 'Delete' }).click();
  await expect(said).toContainText('Emails that were already sent still quote it.');
  await said.getByRole('button', { name: 'Delete comment' }).click();
  await expect(line(page)).toContainText('Vera Lindqvist deleted a comment');
  await expect(page.locator('body')).not.toContainText('4111-1111');

  const file = line(page).locator('.entry', { hasText: 'passport.txt' });
  const address = (await file.getByRole('link', { name: 'passport.txt' }).getAttribute('href')) ?? '';
  expect((await page.request.get(address)).status()).toBe(200);
  await file.locator('summary', { hasText: 'Delete' }).click();
  await file.getByRole('button', { name: 'Delete file' }).click();
  await expect(line(page)).toContainText('Vera Lindqvist deleted a file');
  await expect(page.locator('body')).not.toContainText('passport.txt');
  expect((await page.request.get(address)).status()).toBe(404);
});
