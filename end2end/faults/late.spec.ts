import type { Page } from '@playwright/test';

import { newClient } from '../fixtures/client.ts';
import { log, query, words } from '../fixtures/log.ts';
import { Gate } from '../fixtures/model/script.ts';
import { held } from '../fixtures/model/work.ts';
import { Proxy } from '../fixtures/proxy.ts';
import { ask, drawn, line, spoken, standing } from '../fixtures/request.ts';
import { sameAsLog } from '../fixtures/same.ts';
import type { Server } from '../fixtures/server.ts';
import { expect, open, test } from '../fixtures/test.ts';
import { AWAY } from '../fixtures/watch.ts';

test.use({ scripted: true });

const LOST = 'You’re offline. Reconnecting…';

const finished = (page: Page, timeout = 30_000) => expect(standing(page)).toHaveText('Review', { timeout });

/** A thousand words more of the text that is being written, each an event of its own, as another node may write them. */
async function writeMany(server: Server, title: string): Promise<void> {
  await query(
    server,
    `WITH moved AS (
       UPDATE stream s SET next_offset = s.next_offset + 1000 FROM request r
       WHERE r.title = $1 AND s.id = r.session_stream RETURNING s.workspace_id, s.id, s.next_offset - 1000 AS first
     ), last AS (
       SELECT e.data::jsonb AS data FROM stream_event e JOIN moved ON e.stream_id = moved.id
       WHERE e.data LIKE '%"text-delta"%' ORDER BY e.seq DESC LIMIT 1
     )
     INSERT INTO stream_event (workspace_id, stream_id, seq, at, data)
     SELECT moved.workspace_id, moved.id, moved.first + n, now(),
       last.data || jsonb_build_object('delta', 'word ' || n || CASE WHEN n % 40 = 20 THEN E'\n\n' ELSE ' ' END)
     FROM moved, last, generate_series(0, 999) AS n`,
    [title],
  );
}

test('a page that was away for a thousand words has them all when it is back', async ({ page, model, server, visit, watch }) => {
  watch.allow(AWAY);
  const gate = new Gate();
  model.play('Long', held(gate, 'About long letters'));
  const client = await newClient(page, 'One at a time');
  const path = await ask(page, { title: 'Long' });
  await gate.reached;
  const wire = await Proxy.to(server.port);
  const other = await visit(client);
  await open(other, wire.url + path);
  await expect(line(other)).toContainText('those who asked twice');
  wire.cut();
  await expect(other.getByText(LOST)).toBeVisible();
  await writeMany(server, 'Long');
  // It is still being written: nothing but the words themselves bring the pages on.
  const all = async (page: Page) => {
    await expect(line(page)).toContainText('word 999', { timeout: 30_000 });
    await expect.poll(() => spoken(page)).toEqual(words(await log(server, 'Long')));
    await expect(line(page).locator('.entry.writing')).toHaveCount(1);
  };
  await all(page);
  wire.mend();
  await all(other);
  await writeMany(server, 'Long');
  gate.open();
  await finished(page);
  await finished(other);
  await sameAsLog(other, server, 'Long', () => visit(client));
  await sameAsLog(page, server, 'Long', () => visit(client));
  await wire.close();
});

test('a page that is open since before its log was shortened draws itself anew', async ({ page, model, server, visit, watch }) => {
  test.setTimeout(150_000);
  watch.allow(AWAY, /status of 5\d\d/);
  const gate = new Gate();
  model.play('Old', held(gate, 'About old things'));
  const client = await newClient(page, 'One at a time');
  const path = await ask(page, { title: 'Old' });
  await gate.reached;
  const wire = await Proxy.to(server.port);
  const other = await visit(client);
  await open(other, wire.url + path);
  await expect(line(other)).toContainText('those who asked twice');
  wire.cut();
  await expect(other.getByText(LOST)).toBeVisible();
  gate.open();
  await finished(page);
  const written = words(await log(server, 'Old'));

  // A month goes by, and a server that starts looks for what is old.
  const stream = `(SELECT session_stream FROM request WHERE title = 'Old')`;
  await query(server, `UPDATE stream_event SET at = at - interval '40 days' WHERE stream_id = ${stream}`);
  await query(server, `UPDATE request SET created_at = created_at - interval '40 days' WHERE title = 'Old'`);
  await server.kill();
  await server.restart();
  const left = async () => (await query(server, `SELECT 1 FROM stream_event WHERE stream_id = ${stream}`)).length;
  await expect.poll(left, { timeout: 30_000 }).toBe(0);

  wire.mend();
  await finished(other);
  await expect.poll(() => spoken(other)).toEqual(written);
  const fresh = await visit(client);
  await open(fresh, path);
  expect(await spoken(fresh)).toEqual(written);
  const shown = await drawn(fresh);
  await expect.poll(() => drawn(other)).toEqual(shown);
  await expect.poll(() => drawn(page)).toEqual(shown);
  // It is followed like any other.
  await other.locator('#say').fill('Thank you.');
  await other.getByRole('button', { name: 'Send' }).click();
  await expect(line(page)).toContainText('Thank you.');
  await expect(line(fresh)).toContainText('Thank you.');
  await wire.close();
});
