import { newClient } from '../fixtures/client.ts';
import { query } from '../fixtures/log.ts';
import { accessible, sound } from '../fixtures/looks.ts';
import { toast } from '../fixtures/page.ts';
import { BEN, OLGA } from '../fixtures/people.ts';
import { expect, test } from '../fixtures/test.ts';

test('an invoice is issued, paid, taken back and void; numbers have no gaps', async ({ page, visit, server }) => {
  const client = await newClient(page, 'One at a time');
  const desk = await visit(OLGA);
  await desk.goto('/desk/billing');
  await sound(desk);
  await desk.getByRole('link', { name: 'New invoice' }).click();
  await sound(desk);
  await desk.getByLabel('Client').selectOption({ label: client.company });
  await desk.getByLabel('Line 1').fill('Set-up of the archive');
  await desk.getByLabel('Amount').first().fill('1,200.50');
  await desk.getByRole('button', { name: 'Save draft' }).last().click();
  await expect(toast(desk)).toContainText('Saved as a draft');
  await sound(desk);

  // Nobody sees a draft.
  await page.goto('/portal/billing');
  await expect(page.getByText('$1,200.50')).toHaveCount(0);
  await desk.getByRole('button', { name: 'Issue invoice' }).click();
  await expect(toast(desk)).toContainText('Issued');
  await page.reload();
  await expect(page.getByText('$1,200.50').first()).toBeVisible();
  await sound(page);

  await desk.getByRole('button', { name: 'Mark as paid' }).click();
  await expect(desk.getByRole('article')).toContainText('Paid');
  await desk.getByRole('button', { name: 'Mark as unpaid' }).click();
  await expect(toast(desk)).toContainText('Marked as unpaid');
  await desk.getByRole('button', { name: 'Void…' }).click();
  await accessible(desk);
  await desk.getByRole('dialog').getByRole('button', { name: 'Void invoice' }).click();
  await expect(toast(desk)).toContainText('Its number won’t be reused.');
  const numbers = await query<{ number: string }>(server, 'SELECT number FROM invoice WHERE number IS NOT NULL ORDER BY number');
  expect(numbers.map((row) => Number(row.number))).toEqual(numbers.map((_, place) => place + 1));
});

test('an invoice prints as a sheet alone', async ({ page, signIn }) => {
  await signIn(page, BEN);
  await page.goto('/portal/billing');
  await sound(page);
  await page.getByRole('table').getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Invoice');
  await sound(page);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('article')).toBeVisible();
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.locator('.no-print').filter({ visible: true })).toHaveCount(0);
});

test('recurring revenue stands as a number and a small chart that says the same', async ({ page, signIn }) => {
  await signIn(page, OLGA);
  await page.goto('/desk/billing');
  const chart = page.getByRole('img', { name: /in \w+ 20\d\d/ });
  await expect(chart).toBeVisible();
  await expect(chart.locator('rect')).toHaveCount(12);
  await page.getByRole('navigation', { name: 'Filter invoices' }).getByRole('link', { name: 'Paid' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Billing');
});
