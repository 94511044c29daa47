import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { read, follow, resolve, exampleOf } = await load('openapi.ts');
const { bounds, inner, label, sample } = await load('schema.ts');
const { curl, missing, putTogether } = await load('http.ts');
const { fault, pieces, pretty } = await load('json.ts');

const doc = {
  openapi: '3.1.0',
  info: { title: 'T', version: '1' },
  servers: [{ url: 'https://api.example/base/' }],
  tags: [{ name: 'second', description: 'D' }, { name: 'unused' }],
  paths: {
    '/things/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      post: {
        operationId: 'make', tags: ['first'], summary: 'Make', 'x-required-scope': 'things:write', security: [{ bearer: ['things:write'] }],
        parameters: [{ $ref: '#/components/parameters/Once' }, { name: 'page', in: 'query', schema: { type: 'integer' } }],
        requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' }, example: { name: 'x' } } } },
        responses: {
          default: { $ref: '#/components/responses/Fault' }, 404: { description: 'Gone' },
          201: { description: 'Made', content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        },
      },
    },
    '/flow': {
      get: { tags: ['second'], security: [{ ticket: [] }], responses: { 200: { description: 'S', content: { 'text/event-stream': {} } } } },
    },
  },
  components: {
    parameters: { Once: { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', examples: ['k'] } } },
    responses: { Fault: { description: 'Fault', headers: { 'X-A': { $ref: '#/components/headers/A' } } } },
    headers: { A: { description: 'a header', schema: { type: 'integer' } } },
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, ticket: { type: 'apiKey', in: 'query', name: 'ticket' } },
    schemas: {
      Thing: {
        type: 'object', required: ['name'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 9 }, kind: { type: ['string', 'null'], enum: ['a', 'b', null] },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } }, size: { type: 'integer', minimum: 3, default: 5 },
        },
      },
      Both: { allOf: [{ $ref: '#/components/schemas/Thing' }, { properties: { more: { type: 'boolean' } }, required: ['more'] }] },
      Loop: { $ref: '#/components/schemas/Loop' },
    },
  },
};
const reference = read(doc);
const make = reference.operations.find((o) => o.id === 'make');

test('a document is read with its references followed', () => {
  assert.equal(reference.base, '/base');
  assert.deepEqual(reference.tags.map((t) => [t.name, t.operations.length]), [['second', 1], ['first', 1]]);
  assert.deepEqual(make.parameters.map((p) => p.name), ['id', 'Idempotency-Key', 'page']);
  assert.deepEqual(make.responses.map((r) => r.status), ['201', '404', 'default']);
  assert.deepEqual(make.responses[2].headers, [{ name: 'X-A', description: 'a header', schema: { type: 'integer' } }]);
  assert.equal(make.scope, 'things:write');
  assert.deepEqual(make.body.examples, [{ name: 'Example', value: { name: 'x' } }]);
  assert.equal(exampleOf(doc, make.parameters[1]), 'k');
});

test('a key and a ticket are told apart', () => {
  const flow = reference.tags[0].operations[0];
  assert.deepEqual([make.needsKey, make.needsTicket, flow.needsKey, flow.needsTicket], [true, false, false, true]);
});

test('what is no document is refused, and what is almost empty is not', () => {
  for (const bad of [null, {}, { openapi: '2.0' }]) assert.throws(() => read(bad));
  assert.deepEqual(read({ openapi: '3.1.0' }).operations, []);
  assert.equal(read({ openapi: '3.1.0', paths: { '/x': { get: {} } } }).operations[0].summary, 'GET /x');
});

test('references that lead nowhere, or in circles, are empty', () => {
  assert.deepEqual(follow(doc, { $ref: '#/components/schemas/Nobody' }), {});
  assert.deepEqual(follow(doc, { $ref: '#/components/schemas/Loop' }), {});
  assert.deepEqual(follow(doc, { $ref: 'https://elsewhere.example/x' }), {});
  assert.deepEqual(follow(doc, { $ref: '#/constructor/name' }), {});
});

test('schemas are put in words', () => {
  const thing = doc.components.schemas.Thing;
  assert.equal(label(doc, thing.properties.kind), 'string or null');
  assert.equal(label(doc, thing.properties.parts), 'array of Thing');
  assert.deepEqual(bounds(thing.properties.name), ['1 to 9 characters']);
  assert.deepEqual(bounds(thing.properties.size), ['at least 3', 'default 5']);
  assert.equal(inner(doc, thing.properties.parts), thing);
  assert.equal(inner(doc, thing.properties.name), null);
  assert.deepEqual(resolve(doc, doc.components.schemas.Both).required, ['name', 'more']);
});

test('samples end, and lean ones have what must be there', () => {
  const thing = { $ref: '#/components/schemas/Thing' };
  assert.deepEqual(sample(doc, thing, true), { name: 'string' });
  const whole = sample(doc, thing);
  assert.deepEqual([whole.kind, whole.size, whole.parts[0].name], ['a', 5, 'string']);
});

test('a call has what was filled in, safely', () => {
  const call = putTogether('/base', make, { id: "a/b'c", page: '2', 'Idempotency-Key': 'k' }, '{"name":"it\'s"}');
  assert.equal(call.path, "/base/things/a%2Fb'c?page=2");
  assert.deepEqual(call.headers, [['Idempotency-Key', 'k'], ['Content-Type', 'application/json']]);
  assert.deepEqual(missing(make, {}), ['id']);
  assert.equal(
    curl('http://s', call, true),
    `curl -X POST 'http://s/base/things/a%2Fb'\\''c?page=2' \\\n  -H "Authorization: Bearer $BIMPE_KEY" \\\n  -H 'Idempotency-Key: k' \\\n` +
      `  -H 'Content-Type: application/json' \\\n  -d '{"name":"it'\\''s"}'`,
  );
  assert.equal(putTogether('', make, { id: 'x' }, '  ').body, null);
});

test('JSON is laid out and coloured without changing it', () => {
  const text = pretty('{"a":[1,-2.5e3,true,null],"b":"x: \\"y\\""}');
  assert.equal(pieces(text).map((p) => p.text).join(''), text);
  assert.deepEqual(pieces('{"a": "b"}').filter((p) => p.kind !== 'plain').map((p) => [p.kind, p.text]), [['name', '"a"'], ['text', '"b"']]);
  assert.equal(pretty('not json'), 'not json');
  assert.equal(fault(''), '');
  assert.notEqual(fault('{'), '');
});
