import { fillSignUp, question, signUp, stranger } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { expect, test } from '../fixtures/test.ts';

test('a stranger signs up without a script', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Choose One at a time' }).click();
  await signUp(page, 'One at a time');
  await expect(page.getByText('Your first invoice: $3,000')).toBeVisible();
  await page.getByRole('link', { name: 'Send your first request' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New request');
});

test('the chosen offer decides what is asked, by style alone', async ({ page }) => {
  const who = stranger();
  await fillSignUp(page, who, 'Two at a time');
  await expect(question(page, 'What does your business do?')).toHaveCount(1);
  await expect(page.getByText('$5,000').filter({ visible: true }).first()).toBeVisible();
  await page.getByRole('radio', { name: 'One at a time' }).check();
  await expect(question(page, 'What does your business do?')).toHaveCount(1);
  await expect(page.getByText('One at a time, first month')).toBeVisible();
  await sound(page);
});

test('a missing answer is said beside its question, and what was typed is there', async ({ page, watch }) => {
  watch.allow(/status of 422/);
  const who = stranger();
  await fillSignUp(page, who, 'One at a time');
  await question(page, 'What does your business do?').fill('');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(question(page, 'What does your business do?')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Company')).toHaveValue(who.company);
  await sound(page);
});
