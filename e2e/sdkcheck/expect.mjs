// What cases say of what they got.
import assert from 'node:assert/strict';

// same holds some fields of an object to what is wanted.
export function same(got, want) {
  for (const [name, value] of Object.entries(want)) assert.deepEqual(got[name], value, `${name} is ${JSON.stringify(got[name])}`);
  return got;
}

export function isID(value) {
  assert.match(value, /^[a-z][0-9a-z]{24}$/);
}

// raises waits for an error of just that class and returns it.
export async function raises(Class, code, deed) {
  try {
    await deed();
  } catch (error) {
    assert.equal(error.constructor, Class, `${error.constructor.name}: ${error.message}`);
    if (code) assert.equal(error.code, code);
    if (error.status) {
      assert.equal(error.body.statusCode, error.status);
      assert.equal(error.requestId, error.body.request_id);
    }
    return error;
  }
  assert.fail(`no ${Class.name} was raised`);
}

// Said is what a case returns when it is right that something is refused today.
export class Said {
  constructor(note) {
    this.note = note;
  }
}

// notYet holds what the server does not do to be told as that.
export async function notYet(c, deed) {
  await raises(c.sdk.NotImplementedError, 'not_implemented', deed);
  return new Said('501, raised as NotImplementedError');
}

// nothingThere holds an id of nothing to be told as that.
export async function nothingThere(c, deed) {
  const error = await raises(c.sdk.NotFoundError, 'not_found', deed);
  assert.doesNotMatch(error.message, /nothing at this path/);
  return new Said('nothing to act on yet: 404, raised as NotFoundError');
}

// collect takes so many items from something that comes piece by piece.
export async function collect(from, count) {
  const all = [];
  for await (const item of from) {
    all.push(item);
    if (all.length === count) break;
  }
  return all;
}

export const nowhere = 'n00000000000000000000000x';
