import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { blocks, inline } = await load('markdown.ts');
const text = (t) => ({ kind: 'text', text: t });

test('Markdown is read into blocks', () => {
  const source = '# Title\n\nOne\nline with `code`.\n\n- a\n- b\n  goes on\n\n1. x\n2. y\n\n```sh\ncurl <b>\n```\n| h | i |\n|---|---|\n| 1 | 2 |\nAfter';
  const kinds = blocks(source).map((b) => (b.kind === 'list' ? (b.ordered ? 'ol' : 'ul') + b.items.length : b.kind));
  assert.deepEqual(kinds, ['heading', 'paragraph', 'ul2', 'ol2', 'code', 'table', 'paragraph']);
  assert.deepEqual(blocks(source)[1].of, [text('One line with '), { kind: 'code', text: 'code' }, text('.')]);
  assert.deepEqual(blocks(source)[2].items[1], [text('b goes on')]);
  assert.equal(blocks(source)[4].text, 'curl <b>');
});

test('what is not closed, or empty, ends', () => {
  assert.deepEqual(blocks(''), []);
  assert.deepEqual(blocks('```\nx'), [{ kind: 'code', text: 'x' }]);
  assert.deepEqual(blocks('| a |'), [{ kind: 'paragraph', of: [text('| a |')] }]);
  assert.deepEqual(inline('a ** b ` c [d]('), [text('a ** b ` c [d](')]);
});

test('words with underscores and stars are words', () => {
  assert.deepEqual(inline('api_keys and 2 * 3 * 4'), [text('api_keys and 2 * 3 * 4')]);
  assert.deepEqual(inline('**must** *may*'), [{ kind: 'strong', of: [text('must')] }, text(' '), { kind: 'em', of: [text('may')] }]);
});

test('only harmless addresses become links', () => {
  for (const href of ['https://example.com/a', 'http://x', '/openapi.json', '#/talk']) {
    assert.deepEqual(inline(`[go](${href})`), [{ kind: 'link', href, of: [text('go')] }]);
  }
  for (const href of ['javascript:alert', 'JavaScript:x', 'data:text/html,x', '//evil.example', '/\\evil.example', 'vbscript:x', 'x']) {
    assert.deepEqual(inline(`[go](${href})`), [text('go')]);
  }
  assert.deepEqual(inline('<https://example.com>'), [{ kind: 'link', href: 'https://example.com', of: [text('https://example.com')] }]);
});

test('markup is text', () => {
  const hostile = '<img src=x onerror=alert(1)> <script>alert(1)</script>';
  assert.deepEqual(blocks(hostile), [{ kind: 'paragraph', of: [text(hostile)] }]);
});
