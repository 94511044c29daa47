// What an SDK does beside its methods: repeating, resuming, keys and ids. Each is named for what holds.
import assert from 'node:assert/strict';
import { collect, same } from './expect.mjs';

export const cases = {
  '· a write carries an idempotency key, a read none': async (c) => {
    const { client, seen } = c.watched();
    const { id } = await client.agents.create({ name: 'Keyed' });
    await client.agents.update(id, { name: 'Keyed again' });
    await client.agents.list();
    const keys = seen.map((one) => one.headers.get('idempotency-key'));
    assert(keys[0] && keys[1] && keys[0] !== keys[1] && keys[2] === null);
  },
  '· a write whose answer is lost is repeated, and done once': async (c) => {
    const { client, seen } = c.watched({}, async (url, init, n) => {
      const answer = await fetch(url, init);
      if (n === 1) throw new TypeError('the answer is lost');
      return answer;
    });
    const made = await client.agents.create({ name: `Lost ${c.era}` });
    const keys = seen.map((one) => one.headers.get('idempotency-key'));
    assert(seen.length === 2 && keys[0] === keys[1]);
    assert.equal(seen[1].response.headers.get('idempotency-replayed'), 'true');
    const found = await c.client.agents.list({ search: `Lost ${c.era}` });
    assert.deepEqual(found.data.map((agent) => agent.id), [made.id]);
  },
  '· a key of the caller\'s own makes a write happen once': async (c) => {
    const options = { idempotencyKey: `mine ${c.era}` };
    const one = await c.client.workflows.create({ name: 'Same', system_prompt: 'P' }, options);
    assert.deepEqual(await c.client.workflows.create({ name: 'Same', system_prompt: 'P' }, options), one);
  },
  '· 503 is tried again after Retry-After': async (c) => {
    const { client, seen } = c.watched({}, (url, init, n) => (n > 1 ? fetch(url, init)
      : new Response('{"message":"Later.","code":"internal_error"}', { status: 503, headers: { 'Retry-After': '0' } })));
    await client.agents.list();
    assert.equal(seen.length, 2);
  },
  '· 404 is not tried again': async (c) => {
    const { client, seen } = c.watched();
    await client.workflows.retrieve('n00000000000000000000000x').catch(() => {});
    assert.equal(seen.length, 1);
  },
  '· a request id is sent, echoed and in the error': async (c) => {
    const { client, seen } = c.watched();
    const error = await client.workflows.retrieve('n00000000000000000000000x').catch((e) => e);
    const sent = seen[0].headers.get('x-request-id');
    assert(sent && error.requestId === sent && error.body.request_id === sent);
  },
  '· a stream that is not resumed ends with the server': async (c) => {
    await streamed(c, { reconnect: false }, async (next) => {
      await c.server.stop();
      same(await next(), { done: true });
      await c.server.start();
    });
  },
  '· a stream goes on where it was when the server comes back': async (c) => {
    await streamed(c, {}, async (next, chat, first) => {
      await c.server.stop();
      await c.server.start();
      await c.raw('POST', `/agents/${chat[0]}/conversations/${chat[1]}/messages`, { message: 'after', role: 'assistant' });
      const { value } = await next();
      same(value, { message: 'after', role: 'assistant', conversation_id: chat[1] });
      assert(value.id > first.id);
    });
  },
  '· a stream replays what came after a moment': async (c) => {
    const said = await c.said('hello');
    const agent = await c.agent();
    const before = new Date(Date.parse(said.created_at) - 1).toISOString();
    const [one] = await collect(c.client.conversations.messages.stream(agent.id, said.conversation_id, { after: before }), 1);
    same(one, { id: said.id, role: 'user', message: 'hello' });
  },
  '· a stream that is called off ends without an error': async (c) => {
    const off = new AbortController();
    await streamed(c, { signal: off.signal }, async (next) => {
      off.abort();
      same(await next(), { done: true });
    });
  },
};

// streamed opens a stream, waits for the agent's reply on it and goes on with what follows.
async function streamed(c, options, then) {
  const said = await c.said('buy');
  const chat = [(await c.agent()).id, said.conversation_id];
  const stream = c.client.conversations.messages.stream(...chat, { after: said.id, ...options })[Symbol.asyncIterator]();
  const { value } = await stream.next();
  same(value, { role: 'assistant' });
  await then(() => stream.next(), chat, value);
  await stream.return?.();
}
