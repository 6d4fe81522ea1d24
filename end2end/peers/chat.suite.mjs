// Stock `useChat`, versions 6 and 7, against a portal: the engine under the hook and the transport that comes with it.
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { Gate, say } from '../fixtures/model/script.ts';
import { Model } from '../fixtures/model/server.ts';
import { PLAIN, deliver, finish, held } from '../fixtures/model/work.ts';
import { Server } from '../fixtures/server.ts';
import { Person } from './portal.mjs';

let model;
let server;

beforeAll(async () => {
  model = await Model.start();
  server = await Server.start({ env: { THROUGHLINE_LLM_URL: model.url, THROUGHLINE_LLM_KEY: 'a key of the tests' } });
});

afterAll(async () => {
  await server?.stop();
  await model?.stop();
});

/** What a framework keeps for the hook. */
class State {
  status = 'ready';
  error = undefined;

  constructor(messages) {
    this.messages = messages;
  }

  pushMessage = (message) => {
    this.messages = [...this.messages, message];
  };

  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };

  replaceMessage = (place, message) => {
    this.messages = this.messages.with(place, structuredClone(message));
  };

  snapshot = (value) => structuredClone(value);
}

/** A page with `useChat` on it, opened on a session as it stands. */
async function open(ai, person, id, headers) {
  const { messages } = await person.json(`/v1/chat/${id}`);
  const ended = [];
  class Chat extends ai.AbstractChat {}
  const chat = new Chat({
    id,
    state: new State(messages),
    transport: new ai.DefaultChatTransport({ api: '/v1/chat', headers, fetch: person.fetch }),
    onFinish: (how) => ended.push(how),
    onError: () => undefined,
  });
  return Object.assign(chat, { ended });
}

/** The words of the assistant, as a page shows them. */
const words = (chat) =>
  chat.messages
    .filter((message) => message.role === 'assistant')
    .flatMap((message) => message.parts.filter((part) => part.type === 'text').map((part) => part.text))
    .join('');

const until = (see) => vi.waitFor(see, { timeout: 20_000, interval: 20 });

/** What a page must never show. */
function sound(chat) {
  const ids = chat.messages.map((message) => message.id);
  expect(new Set(ids).size, `messages that are there twice: ${ids}`).toBe(ids.length);
  const types = chat.messages.flatMap((message) => message.parts.map((part) => part.type));
  expect(types.filter((type) => !/^(text|data-.*|steering-message)$/.test(type))).toEqual([]);
}

/** A request whose agent stands in the middle of a sentence. */
async function inTheMiddle(title) {
  const gate = new Gate();
  model.play(title, held(gate, `About ${title}`));
  const person = await Person.signUp(server);
  const id = await person.ask(title);
  await gate.reached;
  return { gate, person, id };
}

/** The chat follows, and has what was written. It may have had that from the start. */
const middle = (chat) =>
  until(() => {
    expect(chat.status).toBe('streaming');
    expect(words(chat)).toBe(PLAIN[0] + PLAIN[1]);
  });

describe.each([
  ['six', ai6, {}],
  ['seven', ai7, {}],
  ['its own seven', ai7, { 'x-ai-sdk-version': '7' }],
])('ai %s', (version, ai, headers) => {
  test('opened, reloaded and resumed in the middle of a turn, it has every word once', async () => {
    const { gate, person, id } = await inTheMiddle(`Resumed by ${version}`);
    const first = await open(ai, person, id, headers);
    const reading = first.resumeStream();
    await middle(first);
    // A reload: another page, opened on what is there.
    const second = await open(ai, person, id, headers);
    expect(words(second)).toBe(PLAIN[0] + PLAIN[1]);
    const resuming = second.resumeStream();
    // The same page resumes as well, as it does when its network comes back.
    const third = await open(ai, person, id, headers);
    const before = third.resumeStream();
    await middle(third);
    const after = third.resumeStream();
    // All four follow: whoever comes once the turn is over has nothing to resume.
    await until(() => expect(person.asked(`/v1/chat/${id}/stream`)).toBe(4));
    gate.open();
    await Promise.all([reading, resuming, before, after]);
    const log = await person.words(id);
    expect(log).toBe(PLAIN.join(''));
    for (const chat of [first, second, third]) {
      expect(words(chat)).toBe(log);
      expect(chat.status).toBe('ready');
      expect(chat.messages.map((message) => message.role)).toEqual(['user', 'assistant']);
      sound(chat);
    }
    expect(first.ended.at(-1)).toMatchObject({ isAbort: false, isDisconnect: false, isError: false, finishReason: 'stop' });
    expect(first.messages[1].parts.some((part) => part.type === 'data-deliverable')).toBe(true);
    // Nothing is at work any more.
    await second.resumeStream();
    expect(second.status).toBe('ready');
  });

  test('what is sent in the middle of a turn reaches the agent once', async () => {
    const { gate, person, id } = await inTheMiddle(`Steered by ${version}`);
    const chat = await open(ai, person, id, headers);
    await chat.sendMessage({ text: 'Shorter, please.' });
    gate.open();
    expect(chat.status).toBe('ready');
    const log = await person.words(id);
    expect(log).toContain('I go on where I was.');
    expect(words(chat)).toBe(log);
    sound(chat);
    const events = await person.json(`/v1/stream/${id}`);
    const steered = events.filter((event) => event.type === 'data-steer');
    expect(steered.map((event) => event.text)).toEqual(['Shorter, please.']);
    const run = chat.messages.find((message) => message.role === 'assistant');
    const types = run.parts.map((part) => part.type);
    const own = headers['x-ai-sdk-version'] !== undefined;
    expect(types.includes('steering-message')).toBe(own);
    expect(types.includes('data-steer')).toBe(!own);

    // The network failed after the message had arrived, and it is sent again.
    const [sent] = chat.messages.filter((message) => message.role === 'user').slice(-1);
    const body = JSON.stringify({ id, messages: [sent], trigger: 'submit-message' });
    const again = await person.fetch('/v1/chat', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await again.text()).toContain('"as":"before"');
    expect((await person.json(`/v1/stream/${id}`)).length).toBe(events.length);

    // Nobody is at work: it is a word to everyone, and the answer ends.
    await chat.sendMessage({ text: 'Thank you.' });
    expect(chat.status).toBe('ready');
    expect(chat.messages.at(-1).parts).toMatchObject([{ type: 'data-taken', data: { as: 'comment' } }]);
    sound(chat);
  });

  test('a stop ends the turn on the page and in the log, and a late one nothing else', async () => {
    const { person, id } = await inTheMiddle(`Stopped by ${version}`);
    const chat = await open(ai, person, id, headers);
    const reading = chat.resumeStream();
    await middle(chat);
    const { activeStreamId } = chat.messages.at(-1).metadata;
    const stop = (body) =>
      person.json(`/v1/chat/${id}/stop`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await stop({ activeStreamId, assistantMessage: chat.messages.at(-1) })).outcome).toBe('asked');
    await reading;
    expect(chat.status).toBe('ready');
    expect(words(chat)).toBe(await person.words(id));
    const texts = chat.messages.at(-1).parts.filter((part) => part.type === 'text');
    expect(texts.map((part) => part.state)).toEqual(texts.map(() => 'done'));
    expect(chat.ended.at(-1)).toMatchObject({ isDisconnect: false, isError: false });
    expect((await stop({ activeStreamId })).outcome).toBe('done');

    // The work is taken up again, as another message.
    model.play(`Stopped by ${version}`, [[say('Again.'), deliver('It', '# It'), finish()]]);
    await chat.regenerate();
    expect(chat.status).toBe('ready');
    expect(chat.messages.at(-1).id).not.toBe(activeStreamId);
    expect((await stop({ activeStreamId })).outcome).toBe('done');
    expect(words(await open(ai, person, id, headers))).toBe(await person.words(id));
    sound(chat);
  });

  test('what is refused is told in words', async () => {
    const person = await Person.signUp(server);
    const { person: owner, id, gate } = await inTheMiddle(`Foreign to ${version}`);
    const chat = new (class extends ai.AbstractChat {})({
      id,
      state: new State([]),
      transport: new ai.DefaultChatTransport({ api: '/v1/chat', headers, fetch: person.fetch }),
    });
    await chat.sendMessage({ text: 'Let me in.' });
    expect(chat.status).toBe('error');
    expect(chat.error.message).toContain('There’s nothing here.');
    const own = await open(ai, owner, id, headers);
    await own.regenerate();
    expect(own.status).toBe('error');
    expect(own.error.message).toContain('is already working on this');
    gate.open();
  });
});

test('a server that stops leaves every page with an error, not with a turn that looks done', async () => {
  const { person, id } = await inTheMiddle('Drained');
  const chats = await Promise.all([ai6, ai7].map((ai) => open(ai, person, id)));
  const reading = chats.map((chat) => chat.resumeStream());
  await Promise.all(chats.map(middle));
  await server.stop();
  await Promise.all(reading);
  for (const chat of chats) {
    expect(chat.status).toBe('error');
    expect(words(chat)).toBe(PLAIN[0] + PLAIN[1]);
  }
});
