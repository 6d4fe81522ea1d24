import type { Page } from '@playwright/test';

import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { ask } from '../fixtures/request.ts';
import { expect, open, test } from '../fixtures/test.ts';

const QUEUE = '/portal/requests/queue';

const titles = (page: Page) => page.locator('.queue[data-column=backlog] .queue-words a').allTextContents();
const order = (page: Page, ...wanted: string[]) => expect.poll(() => titles(page)).toEqual(wanted);
const grip = (page: Page, title: string) => page.getByRole('button', { name: `Move “${title}”`, exact: true });

test.beforeEach(async ({ page }) => {
  await newClient(page);
  for (const title of ['First', 'Second', 'Third']) await ask(page, { title, later: true });
  await open(page, QUEUE);
  await order(page, 'First', 'Second', 'Third');
});

test('the queue is reordered by keys, and put back by Escape', async ({ page, isMobile }) => {
  test.skip(isMobile, 'a phone has no keys');
  await sound(page);
  await grip(page, 'Third').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await order(page, 'Third', 'First', 'Second');
  const saved = page.waitForResponse((answer) => answer.url().endsWith('/place'));
  await page.keyboard.press('Space');
  expect((await saved).ok()).toBe(true);
  await open(page, QUEUE);
  await order(page, 'Third', 'First', 'Second');
  await grip(page, 'Third').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await order(page, 'Third', 'First', 'Second');
});

test('the queue is reordered by drag', async ({ page }) => {
  const from = await grip(page, 'First').boundingBox();
  const to = await grip(page, 'Third').boundingBox();
  if (!from || !to) throw new Error('both grips are in sight');
  const saved = page.waitForResponse((answer) => answer.url().endsWith('/place'));
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2, to.y + to.height, { steps: 6 });
  await page.mouse.move(from.x + from.width / 2, to.y + to.height + 20, { steps: 2 });
  await page.mouse.up();
  expect((await saved).ok()).toBe(true);
  await order(page, 'Second', 'Third', 'First');
  await open(page, QUEUE);
  await order(page, 'Second', 'Third', 'First');
});

test('the arrows and the menu do the same', async ({ page }) => {
  await page.getByRole('button', { name: 'Move “Second” up' }).click();
  await order(page, 'Second', 'First', 'Third');
  await page.getByLabel('More for “Third”').click();
  await page.getByRole('button', { name: 'Move to top' }).filter({ visible: true }).click();
  await order(page, 'Third', 'Second', 'First');
  // Left at once: what was shown as moved is on its way and arrives.
  await open(page, QUEUE);
  await expect.poll(async () => (await page.reload()) && titles(page)).toEqual(['Third', 'Second', 'First']);
  await sound(page);
});
