// AG-UI's own client against a portal: it verifies the order of the events and puts the messages together.
import { HttpAgent } from '@ag-ui/client';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Gate } from '../fixtures/model/script.ts';
import { Model } from '../fixtures/model/server.ts';
import { PLAIN, held } from '../fixtures/model/work.ts';
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

/** An agent of theirs that is one of ours. */
class Agent extends HttpAgent {
  constructor(person, id, messages = []) {
    super({ url: `${server.url}/v1/ag-ui/${id}`, threadId: id, initialMessages: messages, fetch: person.fetch });
  }
}

test('an agent of theirs reads a turn that is under way, and every order holds', async () => {
  const gate = new Gate();
  model.play('Told to AG-UI', held(gate, 'About it'));
  const person = await Person.signUp(server);
  const id = await person.ask('Told to AG-UI');
  await gate.reached;
  const agent = new Agent(person, id);
  const events = [];
  const problems = [];
  const running = agent.runAgent({}, {
    onEvent: ({ event }) => {
      events.push(event);
      if (event.type === 'MESSAGES_SNAPSHOT') gate.open();
    },
    onRunFailed: ({ error }) => problems.push(error),
  });
  await running;
  expect(problems).toEqual([]);
  const types = events.map((event) => event.type);
  expect([types[0], types.at(-1)]).toEqual(['RUN_STARTED', 'RUN_FINISHED']);
  const log = await person.words(id);
  expect(log).toBe(PLAIN.join(''));
  const words = agent.messages.filter((message) => message.role === 'assistant').map((message) => message.content);
  expect(words.join('')).toBe(log);
  expect(new Set(agent.messages.map((message) => message.id)).size).toBe(agent.messages.length);
  expect(events.some((event) => event.type === 'CUSTOM' && event.name === 'deliverable')).toBe(true);

  // Nobody is at work: a word to everyone, said once.
  agent.addMessage({ id: 'thanks', role: 'user', content: 'Thank you.' });
  await agent.runAgent();
  await agent.runAgent();
  expect(problems).toEqual([]);
  const said = (await person.json(`/v1/stream/${id}`)).filter((event) => event.type === 'data-comment');
  expect(said.map((event) => event.text)).toEqual(['Thank you.']);
});
