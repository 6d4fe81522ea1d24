import type { Page } from '@playwright/test';

import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { line, question, standing } from '../fixtures/request.ts';
import { expect, test } from '../fixtures/test.ts';

/** Without a script one presses reload. */
const reloadUntil = (page: Page, seen: () => Promise<void>) =>
  expect(async () => {
    await page.reload();
    await seen();
  }).toPass({ timeout: 20_000 });

test('asking, answering and approving without a script', async ({ page }) => {
  await newClient(page, 'One at a time');
  await page.goto('/portal/requests/new');
  await page.getByLabel('What do you need?').fill('Plain and true');
  await page.getByLabel('Details', { exact: true }).fill('- Write a **letter** to all tenants\n- List the new hours');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('region', { name: 'Preview' }).locator('strong')).toHaveText('letter');
  await expect(page.getByLabel('What do you need?')).toHaveValue('Plain and true');
  await page.locator('#files').setInputFiles({ name: 'hours.txt', mimeType: 'text/plain', buffer: Buffer.from('9 to 5') });
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  await expect(line(page)).toContainText('hours.txt');

  await reloadUntil(page, () => expect(question(page)).toBeVisible({ timeout: 500 }));
  await sound(page);
  await question(page).getByRole('button', { name: 'List the new hours' }).click();
  await expect(line(page)).toContainText('Vera Lindqvist answered “List the new hours”');

  await reloadUntil(page, async () => {
    await expect(standing(page)).toHaveText('Review', { timeout: 500 });
    await expect(line(page).locator('.entry.said.writing')).toHaveCount(0, { timeout: 500 });
  });
  await sound(page);
  await page.getByText('Ask for a revision').click();
  await page.getByLabel('What should we change?').fill('Say where to park.');
  await page.getByRole('button', { name: 'Send back for revision' }).click();
  await expect(line(page)).toContainText('Say where to park.');

  await reloadUntil(page, async () => {
    await expect(standing(page)).toHaveText('Review', { timeout: 500 });
    await expect(line(page).getByRole('link', { name: /version 2/ })).toBeVisible({ timeout: 500 });
  });
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(standing(page)).toHaveText('Done');
});

test('a comment, a mistake and a file without a script', async ({ page, watch }) => {
  watch.allow(/status of 422/);
  await newClient(page, 'One at a time');
  await page.goto('/portal/requests/new');
  await page.getByLabel('What do you need?').fill('Kept for a talk');
  await page.getByLabel('Details', { exact: true }).fill('Nothing yet.');
  await page.getByRole('button', { name: 'Save to Backlog' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  await page.locator('#say').fill('There is no hurry.\nReally.');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(line(page)).toContainText('There is no hurry.');
  await page.getByText('Add files').click();
  await page.locator('#files').setInputFiles({ name: 'map.txt', mimeType: 'text/plain', buffer: Buffer.from('left') });
  await page.getByRole('button', { name: 'Upload files' }).click();
  await expect(line(page).getByRole('link', { name: 'map.txt' })).toBeVisible();
});
