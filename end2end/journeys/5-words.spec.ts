import { newClient } from '../fixtures/client.ts';
import { fits } from '../fixtures/looks.ts';
import { Gate, say, wait } from '../fixtures/model/script.ts';
import { deliver, finish } from '../fixtures/model/work.ts';
import { OLGA } from '../fixtures/people.ts';
import { ask, line, send, standing } from '../fixtures/request.ts';
import { expect, open, test } from '../fixtures/test.ts';

test.use({ scripted: true });

const WIDTHS = [360, 1280];
/** One word of 104 characters: a link, as people paste them for a title. */
const LINK = `https://files.example/${'x'.repeat(82)}`;
const LONG_FILE = `${'quarterly-figures-of-all-branches-'.repeat(3)}final.csv`;

test('what people write wraps on every page that shows it, on a phone and on a desk', async ({ page, model, visit }) => {
  model.play(LINK, [[say(`Read ${LINK} first.`), deliver(LINK, `# ${LINK}\n\n| a | b |\n|---|---|\n| ${LINK} | 1 |`), finish()]]);
  await newClient(page, 'One at a time');
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill(LINK);
  await page.getByLabel('Details', { exact: true }).fill(`Look at ${LINK}\n\n- ${LINK}`);
  await page.locator('#files').setInputFiles({ name: LONG_FILE, mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
  await expect(page.getByRole('list', { name: 'Files' }).getByRole('listitem')).toContainText('final.csv');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  await expect(standing(page)).toHaveText('Review');
  await send(page, `${LINK} **please**`);
  await expect(line(page).locator('strong', { hasText: 'please' })).toBeVisible();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/portal', '/portal/requests', '/portal/requests/1', '/portal/requests/queue', '/portal/billing']) {
      await page.goto(path);
      await fits(page);
    }
  }
  const desk = await visit(OLGA);
  for (const width of WIDTHS) {
    await desk.setViewportSize({ width, height: 800 });
    for (const path of ['/desk', '/desk/board', '/desk/requests?q=files.example', '/desk/clients', '/desk/agents', '/desk/audit', '/desk/costs']) {
      await desk.goto(path);
      await fits(desk);
    }
    await desk.goto('/desk/requests?q=files.example');
    await desk.getByRole('link', { name: LINK }).first().click();
    await desk.waitForURL(/\/requests\/1$/);
    await fits(desk);
  }
});

test('an invoice keeps its amount beside a line of 190 characters, on paper too', async ({ visit }) => {
  const desk = await visit(OLGA);
  await desk.goto('/desk/billing/invoices/new');
  await desk.locator('select[name="client"]').selectOption({ index: 1 });
  await desk.locator('[name="line-0-what"]').fill('x'.repeat(190));
  await desk.locator('[name="line-0-amount"]').fill('1490');
  await desk.getByRole('button', { name: /draft/i }).first().click();
  await desk.waitForURL(/\/desk\/billing\/invoices\/[^/]+$/);
  const amount = desk.locator('.invoice tbody td').last();
  for (const media of ['screen', 'print'] as const) {
    await desk.emulateMedia({ media });
    for (const width of [360, 680, 1280]) {
      await desk.setViewportSize({ width, height: 900 });
      await fits(desk);
      const [right, edge] = await amount.evaluate((cell) => [cell.getBoundingClientRect().right, document.documentElement.clientWidth]);
      expect(right, `${media} at ${width}`).toBeLessThanOrEqual(edge + 1);
    }
  }
});

test('words selected while the agent writes stay selected when its text ends', async ({ page, model }) => {
  const gate = new Gate();
  model.play('Selected words', [[say('The **first three** callers are Hale, Low and Pine. '), wait(gate), say('They come first.')], [deliver('The list', 'Hale'), finish()]]);
  await newClient(page, 'One at a time');
  await ask(page, { title: 'Selected words' });
  const writing = line(page).locator('.entry.writing .words');
  await expect(writing).toContainText('Hale, Low and Pine');
  await writing.evaluate((words) => {
    const nodes: Text[] = [];
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode as Text);
    const at = (needle: string) => {
      const whole = nodes.map((node) => node.data).join('');
      let place = whole.indexOf(needle);
      for (const node of nodes) {
        if (place < node.data.length) return [node, place] as const;
        place -= node.data.length;
      }
      throw new Error(needle);
    };
    const [from, to] = [at('callers'), at(', Low')];
    getSelection()!.setBaseAndExtent(from[0], from[1], to[0], to[1]);
  });
  expect(await page.evaluate(() => getSelection()!.toString())).toBe('callers are Hale');
  gate.open();
  await expect(line(page).locator('strong', { hasText: 'first three' })).toBeVisible();
  await expect(standing(page)).toHaveText('Review');
  expect(await page.evaluate(() => getSelection()!.toString())).toBe('callers are Hale');
});
