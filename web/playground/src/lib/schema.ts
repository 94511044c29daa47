// What a person wants to know of a schema: what kind of thing it is, what bounds it has, and what an
// example looks like.
import { refName, resolve, type Document, type Schema } from './openapi';

// deepest is how far examples go into schemas that hold each other.
const deepest = 6;

export function typesOf(schema: Schema): string[] {
  if (schema.type === undefined) return schema.properties ? ['object'] : [];
  return Array.isArray(schema.type) ? schema.type : [schema.type];
}

// label names a schema's type in a few words, such as "string or null" or "array of Rule".
export function label(doc: Document, schema: Schema): string {
  const found = resolve(doc, schema);
  const types = typesOf(found).map((t) => {
    if (t === 'array' && found.items) return `array of ${label(doc, found.items)}`;
    if (t === 'object' && refName(schema)) return refName(schema);
    return t;
  });
  const variants = found.oneOf ?? found.anyOf;
  if (types.length === 0 && variants) return variants.map((v) => label(doc, v)).join(' or ');
  const name = types.join(' or ') || 'any';
  return found.format ? `${name}, ${found.format}` : name;
}

// bounds lists what a value must keep to.
export function bounds(schema: Schema): string[] {
  const all: string[] = [];
  const range = (least: number | undefined, most: number | undefined, unit: string) => {
    if (least !== undefined && most !== undefined) all.push(`${least} to ${most}${unit}`);
    else if (most !== undefined) all.push(`at most ${most}${unit}`);
    else if (least !== undefined && least !== 0) all.push(`at least ${least}${unit}`);
  };
  range(schema.minimum, schema.maximum, '');
  range(schema.minLength, schema.maxLength, ' characters');
  range(schema.minItems, schema.maxItems, ' items');
  if (schema.pattern) all.push(`matches ${schema.pattern}`);
  if (schema.default !== undefined) all.push(`default ${show(schema.default)}`);
  if (schema.const !== undefined) all.push(`always ${show(schema.const)}`);
  return all;
}

export function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// inner returns the schema whose properties are worth unfolding: that of an object or of an array's
// items; null: there is nothing to unfold.
export function inner(doc: Document, schema: Schema): Schema | null {
  const found = resolve(doc, schema);
  if (found.properties && Object.keys(found.properties).length > 0) return found;
  if (found.items) return inner(doc, found.items);
  const variant = (found.oneOf ?? found.anyOf)?.find((v) => inner(doc, v));
  if (variant) return inner(doc, variant);
  return typeof found.additionalProperties === 'object' ? inner(doc, found.additionalProperties) : null;
}

// sample makes an example of a schema. With lean it has what must be there and what has an example
// of its own, and no more: enough to send.
export function sample(doc: Document, schema: Schema, lean = false, depth = 0): unknown {
  const s = resolve(doc, schema);
  const given = s.example ?? s.examples?.[0] ?? s.const ?? s.default ?? s.enum?.find((v) => v !== null);
  if (given !== undefined) return given;
  const variant = (s.oneOf ?? s.anyOf)?.[0];
  if (variant && !s.type) return depth < deepest ? sample(doc, variant, lean, depth + 1) : null;
  return ofType(doc, s, lean, depth);
}

function ofType(doc: Document, s: Schema, lean: boolean, depth: number): unknown {
  switch (typesOf(s).find((t) => t !== 'null')) {
    case 'object':
      return object(doc, s, lean, depth);
    case 'array':
      return s.items && depth < deepest && (!lean || (s.minItems ?? 0) > 0) ? [sample(doc, s.items, lean, depth + 1)] : [];
    case 'integer':
    case 'number':
      return s.minimum ?? 0;
    case 'boolean':
      return false;
    case 'string':
      return text(s);
    default:
      return null;
  }
}

function object(doc: Document, s: Schema, lean: boolean, depth: number): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  if (depth >= deepest) return all;
  for (const [name, property] of Object.entries(s.properties ?? {})) {
    const p = resolve(doc, property);
    const wanted = s.required?.includes(name) || p.example !== undefined || p.examples !== undefined;
    if (!lean || wanted) all[name] = sample(doc, property, lean, depth + 1);
  }
  return all;
}

function text(s: Schema): string {
  switch (s.format) {
    case 'date-time':
      return '2026-01-01T12:00:00.000Z';
    case 'uri':
    case 'url':
      return 'https://example.com';
    case 'email':
      return 'ada@example.com';
    case 'uuid':
      return '00000000-0000-4000-8000-000000000000';
    default:
      return 'string';
  }
}
