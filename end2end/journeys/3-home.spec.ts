import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { DANA, INES, ROSA } from '../fixtures/people.ts';
import { alive } from '../fixtures/page.ts';
import { ask } from '../fixtures/request.ts';
import { expect, test } from '../fixtures/test.ts';

test('home answers three questions at a glance', async ({ page, signIn }) => {
  await signIn(page, DANA);
  await alive(page);
  const waiting = page.getByRole('region', { name: 'Waiting on you' });
  await expect(waiting.getByRole('link', { name: 'OK to name the school across the street?' })).toBeVisible();
  await expect(waiting.getByRole('button', { name: 'Name it' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'In progress' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Up next' }).getByRole('listitem').first()).toContainText('Open-house sign-in sheet');
  await sound(page);
});

test('home shows work to look at, what is being worked on, and its clock', async ({ page, signIn }) => {
  await signIn(page, INES);
  await alive(page);
  await expect(page.getByRole('region', { name: 'Waiting on you' })).toContainText('Phone script for new leads');
  await expect(page.getByRole('region', { name: 'Recently completed' })).toContainText('Renewal letters for October');
  await sound(page);
  await signIn(page, ROSA);
  await alive(page);
  await expect(page.getByRole('region', { name: 'Recently completed' })).toContainText('Template for a fee agreement');
  await sound(page);
});

test('an empty home leads to the first request, and follows what happens', async ({ page, visit }) => {
  const who = await newClient(page);
  await page.goto('/portal');
  await alive(page);
  await expect(page.getByText('What can we take off your plate?')).toBeVisible();
  await sound(page);
  const other = await visit(who);
  await ask(other, { title: 'Reminder about receipts' });
  // Without a click: the page hears of it.
  await expect(page.getByRole('link', { name: 'Reminder about receipts' }).or(page.getByText('Reminder about receipts')).first()).toBeVisible();
});

test('n asks for something new', async ({ page, signIn, isMobile }) => {
  test.skip(isMobile, 'a phone has no keys');
  await signIn(page, ROSA);
  await alive(page);
  await page.keyboard.press('n');
  await expect(page).toHaveURL('/portal/requests/new');
});
