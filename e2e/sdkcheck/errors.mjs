// Each class of errors, caused on purpose.
import assert from 'node:assert/strict';
import { nowhere, raises, Said } from './expect.mjs';
import { Server } from './server.mjs';

const make = (c, options) => c.client.agents.create({ name: 'Once' }, options);

export const cases = {
  // Those that others derive from; nothing raises the first.
  BimpeAIError: async (c) => assert((await raises(c.sdk.NotFoundError, '', () => c.client.agents.retrieve(nowhere))) instanceof c.sdk.BimpeAIError),
  ApiError: (c) => raises(c.sdk.ApiError, 'bad_request', () => c.client.request({ method: 'PUT', path: '/agents', body: {} })),
  UserError: (c) => raises(c.sdk.UserError, '', async () => c.connect({ apiKey: '' })),
  BadRequestError: (c) => raises(c.sdk.BadRequestError, 'bad_request', () => make(c, { idempotencyKey: 'x'.repeat(256) })),
  ValidationError: async (c) => {
    const error = await raises(c.sdk.ValidationError, 'validation_error', () => c.client.agents.create({ business_email: 'no' }));
    assert.deepEqual(error.fieldErrors.map((one) => one.path).sort(), ['business_email', 'name']);
    assert(error.fieldErrors.every((one) => one.message !== ''));
  },
  AuthenticationError: (c) => raises(c.sdk.AuthenticationError, 'api_key_invalid', () => c.connect({ apiKey: 'sk_wrong' }).agents.list()),
  PermissionDeniedError: async (c) => {
    const error = await raises(c.sdk.PermissionDeniedError, 'insufficient_scope', () => c.connect({ apiKey: c.lesserKey }).agents.create({ name: 'No' }));
    assert.equal(error.message, 'This API key is missing the required scope: agents:write.');
  },
  NotFoundError: (c) => raises(c.sdk.NotFoundError, 'not_found', () => c.client.agents.retrieve(nowhere)),
  ConflictError: async (c) => {
    const options = { idempotencyKey: `conflict ${c.era}` };
    await make(c, options);
    await raises(c.sdk.ConflictError, 'conflict', () => c.client.agents.create({ name: 'Other' }, options));
  },
  NotImplementedError: (c) => raises(c.sdk.NotImplementedError, 'not_implemented', () => c.client.request({ method: 'GET', path: '/calls' })),
  RateLimitError: async (c) => {
    const server = new Server(c.binary, { BIMPE_RATE_LIMIT: '1' });
    try {
      const client = c.connect({ apiKey: server.key('*'), baseUrl: (await server.start()).url, maxRetries: 0 });
      await client.agents.list();
      const error = await raises(c.sdk.RateLimitError, 'too_many_requests', () => client.agents.list());
      assert(error.retryAfter >= 1 && error.limit === 1 && error.remaining === 0 && error.resetAt > new Date());
    } finally {
      await server.remove();
    }
  },
  InternalServerError: () => new Said('a server that is well gives none'),
  ConnectionError: (c) => raises(c.sdk.ConnectionError, '', () => c.connect({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 }).agents.list()),
  ConnectionTimeoutError: (c) => {
    // The request never leaves, so that no answer can be in time.
    const never = (_, { signal }) => new Promise((_, fail) => { signal.addEventListener('abort', () => fail(signal.reason)); });
    return raises(c.sdk.ConnectionTimeoutError, '', () => c.connect({ fetch: never, timeout: 1, maxRetries: 0 }).agents.list());
  },
};
