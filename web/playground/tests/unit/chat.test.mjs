import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { load } from './load.mjs';

Object.assign(globalThis, { location: { origin: 'http://server' }, document: { documentElement: { dataset: {} } } });
const { Chat } = await load('chat.svelte.ts');

// A server of one conversation. Its streams are written and ended by the test.
let streams;
const created = (data) => new Response(JSON.stringify({ data }), { status: 201 });
const said = { id: 'm1', conversation_id: 'c1', role: 'assistant', message: 'Hello!' };
beforeEach(() => {
  streams = [];
  globalThis.fetch = async (url, { signal }) => {
    if (url.endsWith('/stream-ticket')) return created({ ticket: 't' });
    if (!url.includes('/stream?')) return created(said);
    const body = new ReadableStream({
      start(c) {
        streams.push({ url, tell: (event, data, id) => c.enqueue(new TextEncoder().encode(frame(event, data, id))), end: () => c.close(), cut: () => c.error(new Error('cut')) });
        signal.addEventListener('abort', () => c.error(signal.reason));
      },
    });
    return new Response(body, { status: 200 });
  };
});

const frame = (event, data, id) => `${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

// until waits for what comes of frames, which are read in turns of the event loop.
async function until(what) {
  for (let turns = 0; !what(); turns++) {
    assert.ok(turns < 1000, `it never came: ${what}`);
    await new Promise(setImmediate);
  }
}

// halfway is a chat in which the agent is in the middle of a reply.
async function halfway() {
  const chat = new Chat('/api');
  await chat.begin('a1', 'Hello!');
  const [stream] = streams;
  stream.tell('message', { id: 'm2', role: 'user', message: 'Hi' }, 'm2');
  stream.tell('status', { state: 'writing' });
  stream.tell('delta', { message_id: 'm3', text: 'The first half' });
  await until(() => chat.bubbles.length === 3);
  assert.equal(chat.doing, 'writing');
  return { chat, stream };
}

const shown = (chat) => chat.bubbles.map((b) => `${b.id} ${b.text}`);

for (const [how, end] of Object.entries({
  'is left': ({ chat }) => chat.follower.close(),
  'is ended by the server': ({ stream }) => stream.end(),
  'is cut': ({ stream }) => stream.cut(),
})) {
  test(`half a reply does not stay when the stream ${how}, since nobody would say that it was discarded`, async () => {
    const at = await halfway();
    end(at);
    await until(() => at.chat.follower.state === 'closed');
    assert.deepEqual(shown(at.chat), ['m1 Hello!', 'm2 Hi']);
    assert.equal(at.chat.doing, '');

    assert.ok(await at.chat.resume());
    streams[1].tell('message', { id: 'm4', role: 'assistant', message: 'I take over.' }, 'm4');
    await until(() => at.chat.bubbles.length > 2);
    assert.match(streams[1].url, /after=m2/);
    assert.deepEqual(shown(at.chat), ['m1 Hello!', 'm2 Hi', 'm4 I take over.']);
    at.chat.leave();
  });
}

test('half a reply does not stay when the stream is opened anew while it is open', async () => {
  const { chat } = await halfway();
  assert.ok(await chat.resume());
  assert.deepEqual(shown(chat), ['m1 Hello!', 'm2 Hi']);
  assert.equal(chat.doing, '');
  chat.leave();
});

test('a message takes the place of its pieces, and pieces that are void go', async () => {
  const { chat, stream } = await halfway();
  stream.tell('message', { id: 'm3', role: 'assistant', message: 'The first half and the second.' }, 'm3');
  stream.tell('delta', { message_id: 'm4', text: 'No' });
  await until(() => chat.bubbles.length === 4);
  stream.tell('status', { state: 'idle', discarded: 'm4' });
  await until(() => chat.doing === 'idle');
  assert.deepEqual(shown(chat), ['m1 Hello!', 'm2 Hi', 'm3 The first half and the second.']);
  chat.leave();
});
