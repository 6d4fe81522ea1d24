import type { Page } from '@playwright/test';

import { type Client, newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { alive } from '../fixtures/page.ts';
import { OLGA } from '../fixtures/people.ts';
import { ask } from '../fixtures/request.ts';
import { expect, test } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

const column = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const card = (page: Page, title: string) => page.getByRole('article').filter({ has: page.getByRole('link', { name: title }) });

/** A client with two requests kept for later, and an operator who looks at its board. */
async function board(page: Page, desk: Page): Promise<Client> {
  const client = await newClient(page, 'One at a time');
  await ask(page, { title: 'Alpha', later: true });
  await ask(page, { title: 'Beta', later: true });
  await desk.goto('/desk/clients');
  await desk.getByRole('link', { name: client.company }).click();
  await desk.getByRole('link', { name: 'Board' }).last().click();
  await alive(desk);
  await expect(column(desk, 'Backlog').getByRole('article')).toHaveCount(2);
  return client;
}

test('cards are moved by keys, the limit is refused with its reason, and a move is taken back', async ({ page, visit, watch, isMobile }) => {
  test.skip(isMobile, 'a phone has no keys');
  watch.allow(status(409));
  const desk = await visit(OLGA);
  await board(page, desk);
  await sound(desk);
  const move = async (title: string, ...keys: string[]) => {
    await desk.getByRole('link', { name: title }).focus();
    for (const key of ['Space', ...keys, 'Enter']) await desk.keyboard.press(key);
  };
  await move('Alpha', 'ArrowRight', 'ArrowRight');
  await expect(column(desk, 'In progress').or(column(desk, 'Waiting on client')).getByRole('link', { name: 'Alpha' })).toBeVisible();

  await move('Beta', 'ArrowRight', 'ArrowRight');
  await expect(desk.getByRole('status').or(desk.getByRole('alert')).filter({ hasText: /at a time|slot|limit/i }).first()).toBeVisible();
  await expect(column(desk, 'Backlog').getByRole('link', { name: 'Beta' })).toBeVisible();

  await move('Beta', 'ArrowRight');
  await expect(column(desk, 'Up next').getByRole('link', { name: 'Beta' })).toBeVisible();
  await expect(desk.getByText('Moved #2 to Up next.')).toBeVisible();
  await desk.keyboard.press('Control+z');
  await expect(desk.getByText('Undone. #2 is back in Backlog.')).toBeVisible();
  await expect(column(desk, 'Backlog').getByRole('link', { name: 'Beta' })).toBeVisible();
  await desk.reload();
  await expect(column(desk, 'Backlog').getByRole('link', { name: 'Beta' })).toBeVisible();
});

test('a card is dragged, and every operator’s board follows', async ({ page, visit, isMobile }) => {
  test.skip(isMobile, 'columns stand below one another on a phone; the menu moves cards there');
  const desk = await visit(OLGA);
  await board(page, desk);
  const other = await visit(OLGA);
  await other.goto(desk.url());
  await alive(other);
  const from = await card(desk, 'Beta').boundingBox();
  const to = await column(desk, 'Up next').boundingBox();
  if (!from || !to) throw new Error('both are in sight');
  await desk.mouse.move(from.x + 20, from.y + from.height - 10);
  await desk.mouse.down();
  await desk.mouse.move(from.x + 60, from.y + from.height, { steps: 4 });
  await desk.mouse.move(to.x + to.width / 2, to.y + 80, { steps: 10 });
  await desk.mouse.up();
  for (const view of [desk, other]) {
    await expect(column(view, 'Backlog').getByRole('link', { name: 'Beta' })).toHaveCount(0);
    await expect(column(view, 'Backlog').getByRole('link', { name: 'Alpha' })).toBeVisible();
  }
  await desk.getByRole('button', { name: /undo|take.*back/i }).click();
  for (const view of [desk, other]) await expect(column(view, 'Backlog').getByRole('link', { name: 'Beta' })).toBeVisible();
});

test('the menu of a card moves it, on a phone too', async ({ page, visit }) => {
  const desk = await visit(OLGA);
  await board(page, desk);
  await sound(desk);
  await desk.getByLabel(/^Move #\d+ Beta/).click();
  await desk.getByRole('button', { name: 'Move to top' }).filter({ visible: true }).click();
  await expect(column(desk, 'Backlog').getByRole('article').first()).toContainText('Beta');
  await desk.getByLabel(/^Move #\d+ Beta/).click();
  await desk.getByRole('button', { name: /^Move to (In progress|Up next)/ }).filter({ visible: true }).first().click();
  await expect(column(desk, 'Backlog').getByRole('link', { name: 'Beta' })).toHaveCount(0);
});

test('a board shows what a client does as it does it', async ({ page, visit }) => {
  const desk = await visit(OLGA);
  await board(page, desk);
  await ask(page, { title: 'Gamma', later: true });
  await expect(column(desk, 'Backlog').getByRole('link', { name: 'Gamma' })).toBeVisible();
});
