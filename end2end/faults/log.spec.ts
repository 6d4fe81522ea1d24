import type { Page, Route } from '@playwright/test';

import { newClient } from '../fixtures/client.ts';
import { Gate } from '../fixtures/model/script.ts';
import { held } from '../fixtures/model/work.ts';
import { Proxy } from '../fixtures/proxy.ts';
import { ask, line, send, standing } from '../fixtures/request.ts';
import { sameAsLog } from '../fixtures/same.ts';
import { expect, open, test } from '../fixtures/test.ts';
import { AWAY } from '../fixtures/watch.ts';

test.use({ scripted: true });

const LOST = 'You’re offline. Reconnecting…';

/** Both halves of what the agent writes before it is held back. */
const middle = (page: Page) => expect(line(page)).toContainText('those who asked twice');
const finished = (page: Page, timeout = 30_000) => expect(standing(page)).toHaveText('Review', { timeout });

/** A request whose agent stands in the middle of a sentence. */
async function inTheMiddle(page: Page, model: { play(words: string, script: ReturnType<typeof held>): void }, title: string) {
  const gate = new Gate();
  model.play(title, held(gate, `About ${title}`));
  const client = await newClient(page, 'One at a time');
  const path = await ask(page, { title });
  await gate.reached;
  await middle(page);
  await expect(line(page).locator('.entry.writing')).toHaveCount(1);
  return { gate, client, path };
}

test('a reload in the middle of a sentence', async ({ page, model, server, visit }) => {
  const { gate, client, path } = await inTheMiddle(page, model, 'Reloaded');
  await open(page, path);
  await middle(page);
  gate.open();
  await page.reload();
  await finished(page);
  await sameAsLog(page, server, 'Reloaded', () => visit(client));
});

test('a second browser in the middle of a sentence sees the same, at once', async ({ page, model, server, visit }) => {
  const { gate, client, path } = await inTheMiddle(page, model, 'Shared');
  const other = await visit(client);
  // The first paint has it all; no script is needed to see it.
  const first = await (await other.request.get(path)).text();
  expect(first).toContain('those who asked twice');
  await open(other, path);
  await middle(other);
  await send(other, 'Seen from elsewhere.');
  await expect(line(page)).toContainText('Seen from elsewhere.');
  gate.open();
  await finished(page);
  await finished(other);
  await sameAsLog(page, server, 'Shared', () => visit(client));
  await sameAsLog(other, server, 'Shared', () => visit(client));
});

test('the network is cut and comes back', async ({ page, model, server, visit, watch }) => {
  watch.allow(AWAY);
  const { gate, client, path } = await inTheMiddle(page, model, 'Cut off');
  const wire = await Proxy.to(server.port);
  const other = await visit(client);
  await open(other, wire.url + path);
  await middle(other);
  wire.cut();
  await expect(other.getByText(LOST)).toBeVisible();
  // What one sees stays, and what one types is kept.
  await middle(other);
  await other.locator('#say').fill('Typed without a line.');
  await other.getByRole('button', { name: 'Send' }).click();
  await expect(other.locator('.composer')).toContainText('You’re offline.');
  await expect(other.locator('#say')).toHaveValue('Typed without a line.');
  gate.open();
  await finished(page);
  wire.mend();
  // Without a click.
  await expect(other.getByText(LOST)).toHaveCount(0, { timeout: 30_000 });
  await finished(other);
  await other.getByRole('button', { name: 'Send' }).click();
  await expect(line(page)).toContainText('Typed without a line.');
  await sameAsLog(other, server, 'Cut off', () => visit(client));
  await wire.close();
});

test('what could not be read while more came is read when the server is there again', async ({ page, model, server, visit, watch }) => {
  watch.allow(AWAY);
  const { client, path } = await inTheMiddle(page, model, 'Read again');
  const other = await visit(client);
  const heard: string[] = [];
  other.on('websocket', (socket) => socket.on('framereceived', (frame) => heard.push(String(frame.payload))));
  await open(other, path);
  // The first reading is under way while all the rest is heard, and then it fails.
  let first: Route | undefined;
  await other.route(/\/now\?since=/, (route) => {
    if (first) return route.continue();
    first = route;
  });
  await send(page, 'Go on, please.');
  await finished(page);
  await expect.poll(() => first !== undefined && heard.some((frame) => frame.includes('"review"'))).toBe(true);
  await expect(standing(other)).toHaveText('In progress');
  await first?.abort();
  await finished(other);
  await sameAsLog(other, server, 'Read again', () => visit(client));
});

test('a browser without a network goes on where it was', async ({ page, context, model, server, visit, watch }) => {
  watch.allow(AWAY);
  const { gate, client } = await inTheMiddle(page, model, 'Offline');
  await context.setOffline(true);
  await expect(page.getByText(LOST)).toBeVisible();
  gate.open();
  const other = await visit(client);
  await open(other, new URL(page.url()).pathname);
  await finished(other);
  await context.setOffline(false);
  await finished(page);
  await expect(page.getByText(LOST)).toHaveCount(0);
  await sameAsLog(page, server, 'Offline', () => visit(client));
});

test('the server is killed in the middle of a sentence and started again', async ({ page, model, server, visit, watch }) => {
  test.setTimeout(150_000);
  watch.allow(AWAY, /status of 5\d\d/);
  const { gate, client } = await inTheMiddle(page, model, 'Killed');
  await server.kill();
  await expect(page.getByText(LOST)).toBeVisible();
  await middle(page);
  await server.restart();
  await expect(page.getByText(LOST)).toHaveCount(0, { timeout: 30_000 });
  gate.open();
  // The lease of whoever was killed has to run out; then another attempt goes on.
  await finished(page, 90_000);
  await middle(page);
  await sameAsLog(page, server, 'Killed', () => visit(client));
});

test.describe('where sockets are blocked', () => {
  /** As a proxy does that knows no upgrade: every socket is closed before anything comes over it. */
  const block = async (page: Page) => {
    const tried: string[] = [];
    await page.routeWebSocket(/\/live$/, async (socket) => {
      tried.push(socket.url());
      await socket.close();
    });
    return tried;
  };

  test('the words arrive all the same, and again after the line was cut', async ({ page, model, server, visit, watch }) => {
    test.setTimeout(90_000);
    watch.allow(AWAY);
    const { gate, client, path } = await inTheMiddle(page, model, 'Blocked');
    const wire = await Proxy.to(server.port);
    const other = await visit(client);
    const tried = await block(other);
    const asked: string[] = [];
    other.on('request', (request) => {
      if (request.url().includes('/live/events')) asked.push(request.url());
    });
    await other.goto(wire.url + path);
    await middle(other);
    await send(page, 'Said while nobody could hear it by a socket.');
    await expect(line(other)).toContainText('Said while nobody could hear it by a socket.');
    await expect(other.getByText(LOST)).toHaveCount(0);
    expect(tried.length).toBeGreaterThanOrEqual(3);
    expect(asked.length).toBeGreaterThanOrEqual(1);
    wire.cut();
    await expect(other.getByText(LOST)).toBeVisible();
    const before = asked.length;
    gate.open();
    await finished(page);
    wire.mend();
    await finished(other);
    await expect(other.getByText(LOST)).toHaveCount(0);
    expect(asked.length, 'it came again by itself').toBeGreaterThan(before);
    expect(asked.at(-1), 'from where it was').not.toContain(':00000000000000000000');
    await sameAsLog(other, server, 'Blocked', () => visit(client));
    await wire.close();
  });

  test('a socket that was heard over once is not taken for blocked', async ({ page, model, server, visit, watch }) => {
    watch.allow(AWAY);
    const { gate, client, path } = await inTheMiddle(page, model, 'Not blocked');
    const wire = await Proxy.to(server.port);
    const other = await visit(client);
    const asked: string[] = [];
    other.on('request', (request) => {
      if (request.url().includes('/live/events')) asked.push(request.url());
    });
    let sockets = 0;
    other.on('websocket', () => (sockets += 1));
    await other.goto(wire.url + path);
    await expect(other.locator('html')).toHaveAttribute('data-live', 'yes');
    await send(page, 'Heard by a socket.');
    await expect(line(other)).toContainText('Heard by a socket.');
    wire.cut();
    await expect(other.getByText(LOST)).toBeVisible();
    gate.open();
    await finished(page);
    // More than are tried where nothing was ever heard.
    await expect.poll(() => sockets, { timeout: 30_000 }).toBeGreaterThan(5);
    wire.mend();
    await finished(other);
    expect(asked).toEqual([]);
    await wire.close();
  });
});
