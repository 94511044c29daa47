import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { frames, parse } = await load('sse.ts');

const stream = (pieces, fault) =>
  new ReadableStream({
    start(c) {
      for (const p of pieces) c.enqueue(typeof p === 'string' ? new TextEncoder().encode(p) : p);
      if (fault) c.error(fault);
      else c.close();
    },
  });

async function all(body) {
  const found = [];
  for await (const f of frames(body)) found.push(f);
  return found;
}

test('a frame has an id, an event and data', () => {
  assert.deepEqual(parse('id: 7\nevent: delta\ndata: {"a":1}'), { id: '7', event: 'delta', data: '{"a":1}' });
  assert.deepEqual(parse('data:x\ndata: y'), { id: '', event: 'message', data: 'x\ny' });
  assert.equal(parse('retry: 1000'), null);
  assert.equal(parse(': a comment'), null);
});

test('frames come whole however they are cut', async () => {
  const text = 'event: heartbeat\ndata: {"ts":1}\n\nid: a\nevent: message\ndata: "ọjọ́ 🍲"\n\n';
  const bytes = new TextEncoder().encode(text);
  const want = [{ id: '', event: 'heartbeat', data: '{"ts":1}' }, { id: 'a', event: 'message', data: '"ọjọ́ 🍲"' }];
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = [];
    for (let i = 0; i < bytes.length; i += size) pieces.push(bytes.slice(i, i + size));
    assert.deepEqual(await all(stream(pieces)), want, `in pieces of ${size}`);
  }
});

test('a frame without its end is not told', async () => {
  assert.deepEqual(await all(stream(['data: 1\n\ndata: 2\n'])), [{ id: '', event: 'message', data: '1' }]);
});

test('a cut stream is an error, an endless frame too', async () => {
  await assert.rejects(all(stream(['data: 1'], new Error('cut'))));
  await assert.rejects(all(stream(['x'.repeat(1 << 20), 'xx'])), /without an end/);
});
