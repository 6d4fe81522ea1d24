import { newClient } from '../fixtures/client.ts';
import { newColleague } from '../fixtures/colleague.ts';
import { sound } from '../fixtures/looks.ts';
import { letter, link } from '../fixtures/mail.ts';
import { toast } from '../fixtures/page.ts';
import { BEN, OLGA, TOM } from '../fixtures/people.ts';
import { enter, expect, test } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

test('signing in leads to where one was going, and out again', async ({ page, watch }) => {
  watch.allow(status(422));
  await page.goto('/portal/requests');
  await expect(page).toHaveURL('/sign-in?next=%2Fportal%2Frequests');
  await sound(page);
  await page.getByLabel('Email', { exact: true }).fill(TOM.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Email', { exact: true })).toHaveValue(TOM.email);
  await sound(page);
  await page.getByLabel('Password').fill(TOM.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/portal/requests');
  await page.locator('summary').filter({ hasText: 'Tom Maris, account' }).click();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await page.goto('/portal');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('an operator’s first page is the desk; billing sees invoices and has no say', async ({ page, visit }) => {
  await enter(page, OLGA);
  const ben = await visit(BEN);
  await expect(ben.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' })).toBeVisible();
  await expect(ben.getByRole('link', { name: 'New request' })).toHaveCount(0);
});

test('a forgotten password is set anew by mail, once, and signs out elsewhere', async ({ page, request, visit, watch }) => {
  watch.allow(status(404));
  const who = await newClient(page);

  const other = await visit();
  await other.goto('/sign-in');
  await other.getByRole('link', { name: 'Forgot your password?' }).click();
  await sound(other);
  await other.getByLabel('Email', { exact: true }).fill(who.email);
  await other.getByRole('button', { name: 'Send reset link' }).click();
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Check your email');
  await sound(other);
  const path = link(await letter(request, who.email, /password/i), '/reset/');
  await other.goto(path);
  await sound(other);
  await other.getByLabel('New password').fill('a shorter walk by the sea');
  await other.getByRole('button', { name: 'Save and sign in' }).click();
  await other.waitForURL('**/portal');

  await page.goto('/portal');
  await expect(page).toHaveURL(/\/sign-in/);
  await other.goto(path);
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('This link has expired or was already used');
  await sound(other);
});

test('whether an address is known is not told', async ({ page, visit }) => {
  const say = async (email: string) => {
    const other = await visit();
    await other.goto('/reset');
    await other.getByLabel('Email', { exact: true }).fill(email);
    await other.getByRole('button', { name: 'Send reset link' }).click();
    return (await other.getByRole('main').innerText()).replaceAll(email, 'X');
  };
  expect(await say('nobody@nowhere.test')).toBe(await say(TOM.email));
  await page.goto('/');
});

test('a colleague comes by invitation, sees the work, and is gone when removed', async ({ page, visit, request }) => {
  const client = await newClient(page);
  await page.goto('/portal/people');
  await sound(page);
  const other = await visit();
  const colleague = await newColleague(page, other, request, client);
  await page.goto('/portal/people');
  await expect(page.getByRole('region', { name: 'People with access' })).toContainText(colleague.name);
  await page.getByRole('button', { name: `Remove ${colleague.name}` }).click();
  const dialog = page.getByRole('dialog', { name: `Remove ${colleague.name}?` });
  await expect(dialog).toBeVisible();
  await sound(page);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(toast(page)).toBeVisible();
  await other.goto('/portal');
  await expect(other).toHaveURL(/\/sign-in/);
});

test('where I am signed in, and signing out there', async ({ page, visit }) => {
  const who = await newClient(page);
  const other = await visit();
  await enter(other, who);
  await page.goto('/account');
  const here = page.getByRole('region', { name: 'Where you’re signed in' });
  await expect(here.getByRole('listitem')).toHaveCount(2);
  await expect(here).toContainText('This browser');
  await sound(page);
  await here.getByRole('button', { name: /^Sign out of (?!all other)/ }).click();
  await expect(here.getByRole('listitem')).toHaveCount(1);
  await other.goto('/portal');
  await expect(other).toHaveURL(/\/sign-in/);
});

test('my name and my password', async ({ page, watch, visit }) => {
  watch.allow(status(422));
  const who = await newClient(page);
  await page.goto('/account');
  await page.getByRole('textbox', { name: 'Your name' }).fill('Vera Lind');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(toast(page)).toHaveText('Name saved.');
  await page.getByLabel('Current password').fill('wrong, certainly');
  await page.getByLabel('New password').fill('the river is high today');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('Current password')).toHaveAttribute('aria-invalid', 'true');
  await sound(page);
  await page.getByLabel('Current password').fill(who.password);
  await page.getByLabel('New password').fill('the river is high today');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(toast(page)).toContainText('Password changed');
  await enter(await visit(), { ...who, password: 'the river is high today' });
});

test('times are in my own zone, as my browser says or as I choose', async ({ page, visit }) => {
  const who = await newClient(page);
  // The browser says where it is on the first page inside.
  await page.goto('/portal');
  await page.goto('/account');
  const zone = page.getByLabel('Your time zone');
  await expect(zone.locator('option').first()).toHaveText('As on my device (Europe/Berlin)');
  await expect(page.getByText('Times shown in Berlin time')).toBeAttached();
  const since = page.getByRole('listitem').filter({ hasText: 'This browser' }).getByRole('paragraph');
  const before = (await since.textContent()) ?? '';
  await zone.selectOption('Asia/Tokyo');
  await page.getByRole('button', { name: 'Save time zone' }).click();
  await expect(toast(page)).toHaveText('Time zone saved.');
  await sound(page);
  await expect(zone).toHaveValue('Asia/Tokyo');
  await expect(page.getByText('Times shown in Tokyo time')).toBeAttached();
  await expect(since).not.toHaveText(before);
  // On every device, and until it is left to the device again.
  const other = await visit();
  await enter(other, who);
  await expect(other.getByText('Times shown in Tokyo time')).toBeAttached();
  await zone.selectOption({ index: 0 });
  await page.getByRole('button', { name: 'Save time zone' }).click();
  await expect(page.getByText('Times shown in Berlin time')).toBeAttached();
});
