import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { newClient } from '../fixtures/client.ts';
import { newColleague } from '../fixtures/colleague.ts';
import { sound } from '../fixtures/looks.ts';
import { letter, link } from '../fixtures/mail.ts';
import { OLGA } from '../fixtures/people.ts';
import { enter, expect, test } from '../fixtures/test.ts';

/** Presses the link and answers the file's name and bytes. */
async function save(page: Page): Promise<[string, Buffer]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Download \(/ }).click(),
  ]);
  return [download.suggestedFilename(), await readFile(await download.path())];
}

test('an owner downloads everything: it is prepared, a mail says so, and the zip holds it', async ({ page, request, visit }) => {
  const client = await newClient(page);
  await page.goto('/portal/requests/new');
  await page.getByLabel('What do you need?').fill('A letter to tenants');
  await page.getByLabel('Details', { exact: true }).fill('Please write it.');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);

  await page.goto('/account');
  await page.getByRole('link', { name: 'Download everything' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your data');
  await expect(page.getByRole('heading', { name: 'Nothing prepared yet' })).toBeVisible();
  await sound(page);
  await page.getByRole('button', { name: 'Prepare download' }).click();
  await expect(page).toHaveURL('/portal/data');
  // The page hears by itself that it is ready.
  await expect(page.getByRole('heading', { name: 'Ready to download' })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(/Available until/)).toBeVisible();
  await expect(page.getByText(/You can prepare a new one after/)).toBeVisible();
  await sound(page);

  const [name, bytes] = await save(page);
  expect(name).toMatch(/^Alder Bookkeeping .*\.zip$/);
  for (const path of ['Read me first.txt', 'Requests/0001 A letter to tenants/conversation.md', 'people.csv']) {
    expect(bytes.includes(path), path).toBe(true);
  }
  const mail = await letter(request, client.email, /download is ready/);
  expect(link(mail, '/portal/data')).toBe('/portal/data');

  const other = await visit();
  await newColleague(page, other, request, client);
  await other.goto('/portal/data');
  await expect(other.getByText(`Only an owner can download everything. Ask ${client.name}.`)).toBeVisible();
  await expect(other.getByRole('link', { name: /^Download \(/ })).toHaveCount(0);
  await sound(other);
});

test('the operator prepares one for a client', async ({ page, visit }) => {
  const client = await newClient(page);
  const desk = await visit();
  await enter(desk, OLGA);
  await desk.goto(`/desk/clients?q=${encodeURIComponent(client.company)}`);
  await desk.getByRole('link', { name: client.company }).first().click();
  await desk.getByRole('link', { name: 'Download everything' }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText(`Data of ${client.company}`);
  await desk.getByRole('button', { name: 'Prepare download' }).click();
  await expect(desk.getByRole('heading', { name: 'Ready to download' })).toBeVisible({ timeout: 20_000 });
  await sound(desk);
  const [, bytes] = await save(desk);
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  // Its owner finds it, too.
  await page.goto('/portal/data');
  await expect(page.getByRole('heading', { name: 'Ready to download' })).toBeVisible();
});
