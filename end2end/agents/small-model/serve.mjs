// A small model behind OpenAI's Chat Completions: as much of the wire as one stream of words needs.
//   node serve.mjs MODEL.gguf    listens on a free port of this machine and prints its base address
import { createServer } from 'node:http';
import { getLlama, LlamaChatSession } from 'node-llama-cpp';

const llama = await getLlama({ build: 'never', gpu: false, logLevel: 'error' });
const model = await llama.loadModel({ modelPath: process.argv[2] });
// Reading is slow on a busy machine: the beginning of what it is told is enough to say something.
const MOST = 600;
const NAME = 'smollm2-135m-instruct';

async function body(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString());
}

async function complete(request, response) {
  const asked = await body(request);
  // It knows no tools; whoever asks leaves them out then.
  if (asked.tools) {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `${NAME} does not support tools` } }));
    return;
  }
  const last = asked.messages.filter((message) => message.role === 'user').at(-1).content;
  const context = await model.createContext({ contextSize: 2048, threads: 2 });
  const session = new LlamaChatSession({ contextSequence: context.getSequence(), systemPrompt: 'You write long, warm letters.' });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const say = (data) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  const chunk = (delta, reason = null) => say({ object: 'chat.completion.chunk', model: NAME, choices: [{ index: 0, delta, finish_reason: reason }] });
  let tokens = 0;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  await session.prompt(last.slice(0, MOST), {
    // Enough that they take longer than the portal gathers words for: fewer would arrive as one piece.
    maxTokens: 120,
    temperature: 0,
    signal: gone.signal,
    stopOnAbortSignal: true,
    onTextChunk: (text) => {
      tokens += 1;
      chunk({ content: text });
    },
  });
  chunk({}, 'stop');
  say({ choices: [], usage: { prompt_tokens: model.tokenize(last.slice(0, MOST)).length, completion_tokens: tokens } });
  response.end('data: [DONE]\n\n');
  await context.dispose();
}

const server = createServer((request, response) => {
  if (request.url === '/v1/models') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'list', data: [{ id: NAME, object: 'model' }] }));
  } else if (request.method === 'POST' && request.url === '/v1/chat/completions') {
    complete(request, response).catch((error) => response.destroy(error));
  } else {
    response.writeHead(404).end();
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/v1`));
