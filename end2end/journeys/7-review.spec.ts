import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { toast } from '../fixtures/page.ts';
import { ROSA } from '../fixtures/people.ts';
import { ask, line, question, standing } from '../fixtures/request.ts';
import { expect, open, test } from '../fixtures/test.ts';

const BRIEF = 'We moved on 1 March.\n\n- Write a letter to all clients about the move\n- Put the new office hours on one page';

test('a rehearsal goes the whole way: a question, a draft, a change, approval, and the next one starts', async ({ page }) => {
  await newClient(page, 'One at a time');
  const path = await ask(page, { title: 'News of the move', brief: BRIEF });
  // Its place is taken, so the second waits in line.
  await ask(page, { title: 'The one after it' });
  await expect(standing(page)).toHaveText('Up next');

  await open(page, path);
  await expect(page.getByText('This is a rehearsal.', { exact: true })).toBeVisible();
  await expect(question(page)).toContainText('Which one should I start with?');
  await expect(standing(page)).toHaveText('Waiting on you');
  await sound(page);
  await question(page).getByRole('button', { name: 'Put the new office hours on one page' }).click();
  await expect(line(page).locator('.approval.answered')).toContainText('Vera Lindqvist answered “Put the new office hours on one page”');

  // Without a click: the draft comes, every step of the plan is ticked.
  await expect(standing(page)).toHaveText('Review');
  await expect(line(page).locator('.plan > li:not(.done)')).toHaveCount(0);
  const review = page.locator('.review-form');
  await expect(review).toContainText('2 of 2 revisions left');
  await sound(page);
  await line(page).getByRole('link', { name: /Draft: News of the move/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Draft: News of the move');
  await expect(page.getByRole('article')).toContainText('Put the new office hours on one page');
  await sound(page);

  // Sent back without a reason: it is asked for.
  await open(page, path);
  await page.getByText('Ask for a revision').click();
  await page.getByLabel('What should we change?').fill('Please say where one can park.');
  await page.getByRole('button', { name: 'Send back for revision' }).click();
  await expect(toast(page)).toHaveText('Sent back. We’re working on your revision.');
  await expect(line(page).getByText('Please say where one can park.').first()).toBeVisible();
  await expect(line(page).getByRole('link', { name: /version 2/ })).toBeVisible();
  await expect(standing(page)).toHaveText('Review');
  await expect(page.locator('.review-form')).toContainText('1 of 2 revisions left');

  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(toast(page)).toHaveText('Approved. Thanks!');
  await expect(standing(page)).toHaveText('Done');
  await expect(line(page).locator('.line-end')).toContainText('Done');
  await sound(page);

  // The next one has begun by itself.
  await page.goto('/portal/requests');
  const next = page.getByRole('row', { name: /The one after it/ });
  await expect(next).toContainText(/In progress|Waiting on you/);
});

test('both versions of a deliverable can be read', async ({ page, signIn }) => {
  await signIn(page, ROSA);
  await page.goto('/portal/requests?column=done');
  await page.getByRole('link', { name: 'Template for a fee agreement' }).click();
  await page.getByRole('complementary').getByRole('link', { name: /Fee agreement/ }).click();
  await page.getByRole('navigation', { name: 'Versions' }).getByRole('link', { name: '1' }).click();
  await expect(page).toHaveURL(/version=1/);
  await sound(page);
});
