// What an SDK offers, found by looking at it, so that nothing can be forgotten.

// Methods that are private in the source. Nothing marks them at run time.
const hidden = new Set(['constructor', 'fetchPage']);

// methods are the names of what can be called on or read from an object by its class.
function methods(prototype) {
  return Reflect.ownKeys(prototype)
    .filter((name) => !hidden.has(name))
    .map((name) => (typeof name === 'symbol' ? `[${name.description}]` : name));
}

// resources walks a client's own objects. The transport is private, and is what all of them share.
function* resources(object, path, transport, classes) {
  classes.add(object.constructor);
  for (const name of methods(Object.getPrototypeOf(object))) yield [...path, name].join('.');
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'object' && value !== null && value !== transport) {
      yield* resources(value, [...path, name], transport, classes);
    }
  }
}

// surface lists all that needs a case: methods of the client, methods of pages, classes of errors.
export function surface(sdk, client) {
  const classes = new Set();
  const all = [...resources(client, [], client.http, classes)];
  for (const [name, value] of Object.entries(sdk)) {
    if (typeof value !== 'function' || classes.has(value)) continue;
    if (value === sdk.BimpeAIError || value.prototype instanceof sdk.BimpeAIError) all.push(name);
    else all.push(...methods(value.prototype).map((method) => `${name}.${method}`));
  }
  return all;
}
