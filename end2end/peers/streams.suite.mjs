// The official client of Durable Streams against `throughline streams`, which is killed and started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DurableStream, IdempotentProducer, stream } from '@durable-streams/client';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { TARGET, freePort } from '../fixtures/server.ts';

const { DATABASE_URL } = process.env;
if (!DATABASE_URL) throw new Error('DATABASE_URL is the database of the streams: run scripts/peers.sh');

/** A server that can be killed and started again on the same port and database. */
class Streams {
  #child;

  constructor(port, data) {
    this.port = port;
    this.data = data;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    const binary = process.env.THROUGHLINE_BINARY ?? join(TARGET, 'debug', 'throughline');
    const listen = `127.0.0.1:${this.port}`;
    const env = { ...process.env, THROUGHLINE_DATA: this.data };
    this.#child = spawn(binary, ['streams', '--listen', listen, '--long-poll', '1500'], { env, stdio: 'ignore' });
    for (;;) {
      const answer = await fetch(`${this.url}/v1/stream/none`).catch(() => undefined);
      if (answer?.status === 404) return;
      if (this.#child.exitCode !== null) throw new Error(`the server ended (${this.#child.exitCode})`);
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }

  async end(signal) {
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }
}

let server;

beforeAll(async () => {
  server = new Streams(await freePort(), await mkdtemp(join(tmpdir(), 'tl-streams-')));
  await server.start();
});

afterAll(async () => {
  await server?.end('SIGTERM');
  if (server) await rm(server.data, { recursive: true, force: true });
});

const numbers = (from, to) => Array.from({ length: to - from }, (_, place) => from + place);

let count = 0;

/** A new stream of JSON. */
async function fresh() {
  count += 1;
  const url = `${server.url}/v1/stream/client-${process.pid}-${count}`;
  return { url, handle: await DurableStream.create({ url, contentType: 'application/json' }) };
}

/** Hears a stream until it has that many messages; when the line is cut, from where it was. */
async function hear(url, live, enough) {
  const heard = [];
  let offset = '-1';
  const signal = AbortSignal.timeout(60_000);
  while (heard.length < enough) {
    try {
      const response = await stream({ url, live, offset, json: true, signal });
      response.closed.catch(() => undefined);
      await new Promise((resolve, reject) => {
        response.subscribeJson(async (batch) => {
          heard.push(...batch.items);
          offset = batch.offset;
          if (heard.length >= enough) resolve();
        });
        response.closed.then(resolve, reject);
      });
      response.cancel();
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }
  return heard;
}

/** The client leaves it to its user to send again what may not have arrived; the producer's headers make it safe. */
async function stubborn(...request) {
  for (;;) {
    const response = await fetch(...request).catch(() => undefined);
    if (response && response.status < 500) return response;
    await new Promise((resume) => setTimeout(resume, 30));
  }
}

test.each(['sse', 'long-poll'])('what is there and what comes is read by %s, once and in order', async (live) => {
  const { url, handle } = await fresh();
  for (const number of numbers(0, 20)) await handle.append(JSON.stringify({ number }));
  const reading = hear(url, live, 60);
  for (const number of numbers(20, 60)) await handle.append(JSON.stringify({ number, text: 'a\n\nb\r\nc 🙂' }));
  expect((await reading).map((item) => item.number)).toEqual(numbers(0, 60));
  const all = await (await stream({ url, live: false })).json();
  expect(all.map((item) => item.number)).toEqual(numbers(0, 60));
  expect(all[59].text).toBe('a\n\nb\r\nc 🙂');
});

test('a producer goes on over a server that is killed: nothing is lost, nothing is there twice', async () => {
  const MANY = 6_000;
  const { url, handle } = await fresh();
  const errors = [];
  const producer = new IdempotentProducer(handle, 'writer', {
    lingerMs: 1,
    maxBatchBytes: 600,
    fetch: stubborn,
    onError: (error) => errors.push(error),
  });
  const followers = ['sse', 'long-poll'].map((live) => hear(url, live, MANY));
  let kills = 0;
  const killing = (async () => {
    while (kills < 3) {
      await new Promise((resume) => setTimeout(resume, 250));
      await server.end('SIGKILL');
      await server.start();
      kills += 1;
    }
  })();
  for (const number of numbers(0, MANY)) {
    producer.append(JSON.stringify(number));
    // As long as there is somebody to kill, there is something to write.
    if (number % 20 === 0) await new Promise((resume) => setTimeout(resume, 5));
  }
  await killing;
  await producer.flush();
  await producer.close();
  expect(errors).toEqual([]);
  expect(await (await stream({ url, live: false })).json()).toEqual(numbers(0, MANY));
  for (const heard of await Promise.all(followers)) expect(heard).toEqual(numbers(0, MANY));
}, 90_000);
