import type { Page } from '@playwright/test';

import { fillSignUp, newClient, stranger } from '../fixtures/client.ts';
import { query } from '../fixtures/log.ts';
import { sound } from '../fixtures/looks.ts';
import { letter, link } from '../fixtures/mail.ts';
import { OLGA } from '../fixtures/people.ts';
import { expect, test } from '../fixtures/test.ts';

const standIn = process.env.STRIPE_STAND_IN;
test.skip(!standIn, 'the stand-ins for Stripe are not here: scripts/test-money.sh starts them');
test.use({
  serverOptions: { env: { THROUGHLINE_STRIPE_URL: `${standIn}/worlds/e2e${process.pid}` } },
  viewport: { width: 360, height: 740 },
});

/** The operator connects the account, once for the worker's server. */
async function connect(visit: (who: typeof OLGA) => Promise<Page>): Promise<Page> {
  const desk = await visit(OLGA);
  await desk.goto('/desk/payments');
  if (await desk.getByRole('button', { name: 'Connect Stripe' }).count()) {
    await desk.getByLabel('key', { exact: false }).first().fill('rk_test_e2e');
    await desk.getByRole('button', { name: 'Connect Stripe' }).click();
    await expect(desk.getByText('Northlight (test stand-in)').first()).toBeVisible();
  }
  return desk;
}

/** Pays on the stand-in for Checkout. */
async function checkout(page: Page, card = '4242424242424242'): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Test stand-in, not Stripe' })).toBeVisible();
  await page.getByLabel('Card number').fill(card);
  await page.getByRole('button', { name: 'Pay' }).click();
}

/** A client with an invoice that is open, and the link of its mail. */
async function invoiced(page: Page): Promise<{ email: string; path: string }> {
  const who = await newClient(page, 'One at a time');
  const mail = await letter(page.request, who.email, /^Invoice /);
  return { email: who.email, path: link(mail, '/pay/') };
}

test('a stranger goes from the storefront to work that starts, in at most nine taps', async ({ page, visit, server }) => {
  await connect(visit);
  // Work that waits for the money, so that it is the payment that starts it.
  await query(server, "UPDATE offer SET starts = 'on_payment' WHERE name = 'One at a time'");
  let taps = 0;
  const tap = async (what: ReturnType<Page['getByRole']>) => {
    taps += 1;
    await what.click();
  };
  const who = stranger();
  await page.goto('/');
  await tap(page.getByRole('link', { name: 'Choose One at a time' }));
  // Typing, with the key that goes to the next field: no taps.
  await page.getByLabel('Company').fill(who.company);
  await page.getByLabel('Your name').fill(who.name);
  await page.getByLabel('Email', { exact: true }).fill(who.email);
  await page.getByLabel('Street and city').fill('3 River Walk\nPortland, OR 97201');
  await page.getByLabel('Password').fill(who.password);
  await page.getByLabel('What does your business do?').filter({ visible: true }).fill('Bookkeeping');
  taps += 1;
  await page.getByLabel('Country').selectOption('US');
  await tap(page.getByRole('radio', { name: 'Brief', exact: true }).filter({ visible: true }));
  await tap(page.getByRole('checkbox', { name: /I agree to the terms/ }));
  await expect(page.getByRole('radio', { name: /^Card/ })).toBeChecked();
  await tap(page.getByRole('button', { name: 'Sign up' }));
  await expect(page.getByRole('heading', { name: 'Test stand-in, not Stripe' })).toBeVisible();
  await page.getByLabel('Card number').fill('4242424242424242');
  await tap(page.getByRole('button', { name: 'Pay' }));

  await expect(page).toHaveURL('/signup/welcome');
  await expect(page.getByRole('heading', { name: 'You’re ready to go' })).toBeVisible();
  await sound(page);
  await tap(page.getByRole('link', { name: 'Send your first request' }));
  expect(taps).toBeLessThanOrEqual(9);
  const [held] = await query<{ state: string }>(
    server,
    'SELECT s.state FROM subscription s JOIN client c ON c.id = s.client_id WHERE c.name = $1',
    [who.company],
  );
  expect(held.state).toBe('active');
});

test('who gives up keeps what they typed, and goes on by the mail’s link', async ({ page, visit }) => {
  await connect(visit);
  const who = stranger();
  await fillSignUp(page, who, 'One at a time');
  await page.getByRole('radio', { name: /^Card/ }).check();
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('link', { name: 'Back' }).click();
  await expect(page.getByText('Nothing was charged.')).toBeVisible();
  await sound(page);

  await page.context().clearCookies();
  await page.goto(link(await letter(page.request, who.email, /^Invoice /), '/pay/'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('$3,000.00');
  await sound(page);
  await page.getByRole('button', { name: 'Pay $3,000.00 by card' }).click();
  await checkout(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Paid');
  await sound(page);
});

test('a bank that says no leaves the page with other ways first', async ({ page, visit, watch }) => {
  // The stand-in's page says no by that.
  watch.allow(/status of 402/);
  const desk = await connect(visit);
  await desk.getByLabel('Name on the account').fill('Northlight LLC');
  await desk.getByLabel('Routing number').fill('123000848');
  await desk.getByLabel('Account number').fill('00471180226');
  await desk.getByRole('button', { name: 'Save bank details' }).click();
  const { path } = await invoiced(page);
  await page.context().clearCookies();
  await page.goto(path);
  await page.getByRole('button', { name: /by card$/ }).click();
  await page.getByLabel('Card number').fill('4000000000000002');
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('link', { name: 'Back' }).click();
  await expect(page.getByRole('radio', { name: /Bank transfer/ })).toBeVisible();

  await page.getByRole('radio', { name: /Bank transfer/ }).check();
  await expect(page.getByText('Reference', { exact: true })).toBeVisible();
  await sound(page);
});

test('the page keeps to itself: not listed, not kept, and without the rest of the portal', async ({ page, visit }) => {
  await connect(visit);
  const { path } = await invoiced(page);
  await page.context().clearCookies();
  const answer = await page.goto(path);
  expect(answer?.headers()['x-robots-tag']).toBe('noindex, nofollow');
  expect(answer?.headers()['cache-control']).toBe('no-store');
  await expect(page.getByRole('link', { name: 'Sign in' })).toHaveCount(0);
  await page.getByRole('link', { name: 'View and print invoice' }).click();
  await expect(page.getByText('Bill to')).toBeVisible();
});

test('a link that was revoked says so, and what to do', async ({ page, visit, watch }) => {
  watch.allow(/status of 404/);
  const desk = await connect(visit);
  const { path } = await invoiced(page);
  await page.goto('/portal/billing');
  const number = (await page.getByRole('row').filter({ hasText: 'Due' }).getByRole('link').first().textContent()) ?? '';
  await desk.goto('/desk/billing');
  await desk.getByRole('link', { name: number, exact: true }).first().click();
  await desk.getByText('Link to pay').click();
  await desk.getByRole('button', { name: 'Revoke all links' }).click();
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This payment link doesn’t work anymore');
});
