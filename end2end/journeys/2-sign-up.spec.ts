import { fillSignUp, newClient, question, signUp, stranger } from '../fixtures/client.ts';
import { query } from '../fixtures/log.ts';
import { sound } from '../fixtures/looks.ts';
import { letter, link } from '../fixtures/mail.ts';
import { ROSA } from '../fixtures/people.ts';
import { status } from '../fixtures/watch.ts';
import { enter, expect, test } from '../fixtures/test.ts';

test('a stranger signs up, sees the first invoice, and is in', async ({ page, request }) => {
  await page.goto('/signup');
  await sound(page);
  const who = await signUp(page, 'One at a time');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome, Vera');
  await expect(page.getByText('Your first invoice: $3,000')).toBeVisible();
  await expect(page.getByText('Work starts when you’ve confirmed your email address')).toBeVisible();
  await sound(page);

  await page.getByRole('link', { name: 'Look around first' }).click();
  await expect(page).toHaveURL('/portal');
  await expect(page.getByText('What can we take off your plate?')).toBeVisible();

  const mail = await letter(request, who.email, /confirm/i);
  await page.goto(link(mail, '/confirm/'));
  await sound(page);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page).toHaveURL('/portal');
  await expect(page.getByText('Work starts when')).toHaveCount(0);
});

test('errors stand beside their fields and nothing typed is lost', async ({ page, watch, server }) => {
  watch.allow(status(422));
  const who = stranger();
  await fillSignUp(page, who, 'Two at a time');
  await page.getByLabel('Password').fill('short');
  await question(page, 'What does your business do?').fill('');
  // What a browser would hold back goes out all the same: not every browser does, and nobody has to use one.
  await page.locator('form').evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page.getByRole('alert')).toContainText('Please fix the following');
  await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await expect(question(page, 'What does your business do?')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Company')).toHaveValue(who.company);
  await expect(page.getByLabel('Street and city')).toHaveValue(/3 River Walk/);
  await expect(page.getByLabel('Your name')).toHaveValue(who.name);
  await expect(page.getByLabel('Email', { exact: true })).toHaveValue(who.email);
  await expect(page.getByRole('radio', { name: 'Two at a time' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Brief', exact: true }).filter({ visible: true })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: /I agree/ })).toBeChecked();
  await sound(page);
  const made = await query(server, 'SELECT FROM client WHERE name = $1', [who.company]);
  expect(made).toHaveLength(0);

  await page.getByLabel('Password').fill(who.password);
  await question(page, 'What does your business do?').fill('Books');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page).toHaveURL('/signup/welcome');
});

test('a double click makes one account', async ({ page, server }) => {
  const who = stranger();
  await fillSignUp(page, who, 'One at a time');
  await page.getByRole('button', { name: 'Sign up' }).dblclick();
  await page.waitForURL('**/signup/welcome');
  const made = await query(server, 'SELECT FROM client WHERE name = $1', [who.company]);
  expect(made).toHaveLength(1);
});

test('an address that exists is told by mail and not on the page', async ({ page, request, visit }) => {
  const who = { ...stranger('Klein & Daughter'), name: 'Rosa Klein', email: ROSA.email };
  await fillSignUp(page, who, 'One at a time');
  await page.getByRole('button', { name: 'Sign up' }).click();
  // Exactly what anybody sees.
  await page.waitForURL('**/signup/welcome');
  await expect(page.getByText('Your first invoice: $3,000')).toBeVisible();
  await expect(page.getByText(/exists|already/)).toHaveCount(0);
  const mail = await letter(request, ROSA.email, /already have an account/);
  expect(mail.body).toMatch(/already/);

  // The password that was just chosen does not open the account that owns the address.
  const other = await visit();
  await other.goto('/sign-in');
  await other.getByLabel('Email', { exact: true }).fill(ROSA.email);
  await other.getByLabel('Password').fill(ROSA.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other).toHaveURL('/portal');
  await expect(other.getByText('Harbor & Pine Law')).toBeAttached();
});

test('whoever signed up can sign in again', async ({ page, visit }) => {
  const who = await newClient(page);
  const other = await visit();
  await enter(other, who);
  await expect(other.getByText('What can we take off your plate?')).toBeVisible();
});
