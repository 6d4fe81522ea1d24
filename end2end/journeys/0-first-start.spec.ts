import { stranger } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { toast } from '../fixtures/page.ts';
import type { Person } from '../fixtures/people.ts';
import { Server } from '../fixtures/server.ts';
import { Postbox } from '../fixtures/smtp.ts';
import { expect, test as base } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

/** An install that nobody has set up yet, and the mail server that it writes to. */
const test = base.extend<{ postbox: Postbox; fresh: Server }>({
  postbox: async ({}, use) => {
    const postbox = await Postbox.open();
    await use(postbox);
    await postbox.close();
  },
  // Its first start makes a database, which is not the test's time.
  fresh: [
    async ({ postbox }, use) => {
      const server = await Server.start({ demo: false, env: { THROUGHLINE_SMTP_URL: postbox.url } });
      await use(server);
      await server.stop();
    },
    { timeout: 90_000 },
  ],
  baseURL: async ({ fresh }, use) => use(fresh.url),
});

const ANNE: Person = { name: 'Anne Holm', email: 'anne@fjord.test', password: 'the ferry leaves at nine', home: '/desk' };

test('the first hour: the terminal’s code, a desk, an offer, a client, and mail that really goes', async ({ page, fresh, visit, watch, postbox }) => {
  watch.allow(status(422));
  watch.allow(status(404));
  await page.goto('/');
  await expect(page).toHaveURL('/setup');
  await sound(page);
  await page.getByLabel('Code from your terminal').fill('AAAA-AAAA-AAAA');
  await page.getByLabel('Name', { exact: true }).fill('Fjord Desk');
  await page.getByLabel('Time zone').selectOption('Europe/Oslo');
  await page.getByLabel('Currency').selectOption('EUR');
  await page.getByLabel('Street and city').fill('1 Fjordgata\nOslo');
  await page.getByLabel('Country').selectOption('NO');
  await page.getByLabel('Tax number').fill('NO 123 456 785 MVA');
  await page.getByLabel('Note on tax').fill('No VAT is charged on services to businesses abroad.');
  await page.getByLabel('Your name').fill(ANNE.name);
  await page.getByLabel('Email', { exact: true }).fill(ANNE.email);
  await page.getByLabel('Password').fill(ANNE.password);
  await page.getByRole('button', { name: 'Open my desk' }).click();
  // A wrong code lets nobody in, and loses nothing.
  await expect(page.getByLabel('Code from your terminal')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Fjord Desk');
  await sound(page);
  await page.getByLabel('Code from your terminal').fill(code(fresh));
  await page.getByLabel('Password').fill(ANNE.password);
  await page.getByRole('button', { name: 'Open my desk' }).click();
  await page.waitForURL('**/desk');
  await expect(toast(page)).toHaveText('Welcome to your desk.');
  await sound(page);
  // Once only.
  expect((await page.request.get('/setup')).status()).toBe(404);

  await page.goto('/desk/offers/new');
  await page.getByLabel('Name', { exact: true }).fill('Steady hands');
  await page.getByLabel('Who it’s for').fill('small harbours');
  await page.getByLabel('Price', { exact: true }).fill('2,400');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(toast(page)).toHaveText('Published to your storefront.');

  const buyer = await visit();
  await buyer.goto('/');
  await sound(buyer);
  await buyer.getByRole('link', { name: 'Choose Steady hands' }).click();
  const who = stranger('Harbour of Vik');
  await buyer.getByLabel('Company').fill(who.company);
  await buyer.getByLabel('Street and city').fill('2 Havnegata\nVik');
  await buyer.getByLabel('Country').selectOption('NO');
  await buyer.getByLabel('Your name').fill(who.name);
  await buyer.getByLabel('Email', { exact: true }).fill(who.email);
  await buyer.getByLabel('Password').fill(who.password);
  await buyer.getByRole('checkbox', { name: /I agree to the terms/ }).check();
  await buyer.getByRole('button', { name: 'Sign up' }).click();
  await buyer.waitForURL('**/signup/welcome');
  await expect(buyer.getByRole('main')).toContainText('€2,400');
  await buyer.goto(await linkTo(postbox, who.email, '/confirm/'));
  await buyer.getByRole('button', { name: 'Confirm' }).click();
  await buyer.waitForURL('**/portal');

  await page.goto('/desk/people');
  await page.getByLabel('Email', { exact: true }).fill('knut@fjord.test');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await expect(toast(page)).toContainText('knut@fjord.test');
  const knut = await visit();
  await knut.goto(await linkTo(postbox, 'knut@fjord.test', '/invitations/'));
  await knut.getByLabel('Your name').fill('Knut Moen');
  await knut.getByLabel('Password').fill('herring in the morning');
  await knut.getByRole('button', { name: 'Join Fjord Desk' }).click();
  await knut.waitForURL('**/desk');
  await expect(knut.getByRole('link', { name: who.company, exact: true })).toBeVisible();
  // What goes by mail lies nowhere else.
  expect((await page.request.get('/dev/outbox')).status()).toBe(404);
});

/** The code that stands in the terminal. */
function code(server: Server): string {
  const found = server.printed.map((line) => /setup code is (\S+)/.exec(line)?.[1]).find((found) => found);
  if (!found) throw new Error(`no code in:\n${server.printed.join('\n')}`);
  return found;
}

/** The path that a letter to somebody links to, once the letter has come. */
async function linkTo(postbox: Postbox, to: string, start: string): Promise<string> {
  const found = () =>
    postbox.letters
      .filter((letter) => letter.to.includes(to))
      .map((letter) => new RegExp(`https?://[^/\\s]+(${start}\\S+)`).exec(letter.text)?.[1])
      .find((path) => path);
  await expect.poll(found, { message: `a letter to ${to} with ${start}` }).toBeTruthy();
  return found() as string;
}
