// The part of OpenAPI 3.1 that the page draws, and how it is read out of a document. A document may
// leave out almost everything: what is missing is empty here, never undefined further on.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  deprecated?: boolean;
  readOnly?: boolean;
  writeOnly?: boolean;
}

interface Example {
  $ref?: string;
  summary?: string;
  value?: unknown;
}

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, Example>;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, Example>;
  deprecated?: boolean;
}

interface RawResponse {
  $ref?: string;
  description?: string;
  headers?: Record<string, { $ref?: string; description?: string; schema?: Schema }>;
  content?: Record<string, Media>;
}

interface RawOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: { $ref?: string; required?: boolean; description?: string; content?: Record<string, Media> };
  responses?: Record<string, RawResponse>;
  security?: Record<string, string[]>[];
  [extension: `x-${string}`]: unknown;
}

export interface Document {
  openapi: string;
  info?: { title?: string; version?: string; description?: string; summary?: string };
  servers?: { url: string; description?: string }[];
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, RawOperation | Parameter[]>>;
  components?: Record<string, Record<string, unknown>>;
  security?: Record<string, string[]>[];
}

export interface NamedExample {
  name: string;
  value: unknown;
}

export interface Body {
  required: boolean;
  description: string;
  type: string;
  schema: Schema;
  examples: NamedExample[];
}

export interface Response {
  status: string;
  description: string;
  type: string; // of the content; empty: there is none
  schema: Schema | null;
  headers: { name: string; description: string; schema: Schema }[];
  examples: NamedExample[];
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  deprecated: boolean;
  scope: string; // empty: none is named
  needsKey: boolean;
  needsTicket: boolean; // a stream's ticket stands in the query
  parameters: Parameter[];
  body: Body | null;
  responses: Response[];
  stream: boolean; // it answers with an event stream
}

export interface Tag {
  name: string;
  description: string;
  operations: Operation[];
}

export interface Reference {
  title: string;
  version: string;
  description: string;
  base: string; // where paths begin, such as /api/v1/console
  tags: Tag[];
  operations: Operation[];
  document: Document;
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

// read makes a reference of a document, or throws when it is none.
export function read(document: Document): Reference {
  if (!document || typeof document.openapi !== 'string' || !document.openapi.startsWith('3.')) {
    throw new Error('This is not an OpenAPI 3 document.');
  }
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const shared = Array.isArray(item.parameters) ? item.parameters : [];
    for (const method of methods) {
      const raw = item[method];
      if (raw && !Array.isArray(raw)) operations.push(operation(document, method, path, raw, shared));
    }
  }
  return {
    title: document.info?.title ?? 'API',
    version: document.info?.version ?? '',
    description: document.info?.description ?? '',
    base: basePath(document.servers?.[0]?.url ?? ''),
    tags: byTag(document, operations),
    operations,
    document,
  };
}

// basePath takes the path alone: the server is the one that gave the document.
function basePath(url: string): string {
  try {
    return new URL(url, 'http://server.invalid').pathname.replace(/\/+$/, '');
  } catch {
    return '';
  }
}

function byTag(document: Document, operations: Operation[]): Tag[] {
  const tags = new Map<string, Tag>();
  for (const { name, description } of document.tags ?? []) {
    tags.set(name, { name, description: description ?? '', operations: [] });
  }
  for (const op of operations) {
    const tag = tags.get(op.tag) ?? { name: op.tag, description: '', operations: [] };
    tag.operations.push(op);
    tags.set(op.tag, tag);
  }
  return [...tags.values()].filter((tag) => tag.operations.length > 0);
}

function operation(doc: Document, method: string, path: string, raw: RawOperation, shared: Parameter[]): Operation {
  const responses = Object.entries(raw.responses ?? {}).map(([status, r]) => response(doc, status, r));
  const security = raw.security ?? doc.security ?? [];
  const parameters = [...shared, ...(raw.parameters ?? [])].map((p) => follow<Parameter>(doc, p));
  const schemes = security.flatMap((s) => Object.keys(s)).map((name) => scheme(doc, name));
  const stream = responses.some((r) => r.type === 'text/event-stream');
  return {
    id: raw.operationId ?? `${method}${path.replace(/\W+/g, '-')}`,
    method: method.toUpperCase(),
    path,
    tag: raw.tags?.[0] ?? 'other',
    summary: raw.summary ?? `${method.toUpperCase()} ${path}`,
    description: raw.description ?? '',
    deprecated: raw.deprecated ?? false,
    scope: scopeOf(raw, security),
    needsKey: schemes.some((s) => s.type === 'http' || s.in === 'header'),
    needsTicket: stream && (schemes.some((s) => s.in === 'query') || parameters.some((p) => p.name === 'ticket')),
    parameters,
    body: body(doc, raw),
    responses: responses.sort(bySuccess),
    stream,
  };
}

function scheme(doc: Document, name: string): { type?: string; in?: string } {
  return follow<{ type?: string; in?: string }>(doc, { $ref: `#/components/securitySchemes/${name}` } as object);
}

// scopeOf finds the scope that an operation needs, wherever the document says it.
function scopeOf(raw: RawOperation, security: Record<string, string[]>[]): string {
  for (const name of ['x-scope', 'x-required-scope', 'x-bimpe-scope'] as const) {
    if (typeof raw[name] === 'string') return raw[name];
  }
  const listed = security.flatMap((s) => Object.values(s).flat())[0];
  return listed ?? /scope[^a-z]+([a-z_]+:(?:read|write))/.exec(raw.description ?? '')?.[1] ?? '';
}

function body(doc: Document, raw: RawOperation): Body | null {
  if (!raw.requestBody) return null;
  const found = follow<NonNullable<RawOperation['requestBody']>>(doc, raw.requestBody);
  const [type, media] = Object.entries(found.content ?? {})[0] ?? ['', {}];
  if (!type) return null;
  return {
    required: found.required ?? false,
    description: found.description ?? '',
    type,
    schema: media.schema ?? {},
    examples: examples(doc, media),
  };
}

function response(doc: Document, status: string, raw: RawResponse): Response {
  const found = follow<RawResponse>(doc, raw);
  const [type, media] = Object.entries(found.content ?? {})[0] ?? ['', {} as Media];
  return {
    status,
    description: found.description ?? '',
    type,
    schema: media.schema ?? null,
    headers: Object.entries(found.headers ?? {}).map(([name, h]) => {
      const header = follow<{ description?: string; schema?: Schema }>(doc, h);
      return { name, description: header.description ?? '', schema: header.schema ?? {} };
    }),
    examples: examples(doc, media),
  };
}

function examples(doc: Document, holder: { example?: unknown; examples?: Record<string, Example> }): NamedExample[] {
  const named = Object.entries(holder.examples ?? {}).map(([key, raw]) => {
    const found = follow<Example>(doc, raw);
    return { name: found.summary ?? key, value: found.value };
  });
  return holder.example === undefined ? named : [{ name: 'Example', value: holder.example }, ...named];
}

// exampleOf returns what a parameter could be, as it would be typed; empty: nothing is known.
export function exampleOf(doc: Document, p: Parameter): string {
  const schema = p.schema ? resolve(doc, p.schema) : {};
  const value = examples(doc, p)[0]?.value ?? schema.example ?? schema.examples?.[0];
  return value === undefined || value === null ? '' : String(value);
}

function bySuccess(a: Response, b: Response): number {
  const rank = (s: string) => (s.startsWith('2') ? `0${s}` : s === 'default' ? '9' : s);
  return rank(a.status).localeCompare(rank(b.status));
}

// follow returns what a reference points to, or the thing itself. A reference that leads nowhere is
// an empty thing.
export function follow<T extends object>(doc: Document, thing: T | { $ref?: string }): T {
  let found: unknown = thing;
  for (let hops = 0; hops < 10; hops++) {
    const ref = (found as { $ref?: unknown } | undefined)?.$ref;
    if (typeof ref !== 'string') return (found ?? {}) as T;
    found = ref.startsWith('#/') ? at(doc, ref.slice(2).split('/')) : undefined;
  }
  return {} as T;
}

function at(doc: unknown, path: string[]): unknown {
  let here = doc;
  for (const raw of path) {
    const key = decodeURIComponent(raw).replace(/~1/g, '/').replace(/~0/g, '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

// resolve returns a schema with its reference followed and its allOf put together.
export function resolve(doc: Document, schema: Schema): Schema {
  const found = follow<Schema>(doc, schema);
  if (!found.allOf) return found;
  const whole: Schema = { ...found, properties: { ...found.properties }, required: [...(found.required ?? [])] };
  for (const part of found.allOf.slice(0, 20)) {
    const p = follow<Schema>(doc, part);
    Object.assign(whole.properties!, p.properties);
    whole.required!.push(...(p.required ?? []));
    whole.type ??= p.type;
    whole.description ??= p.description;
  }
  delete whole.allOf;
  return whole;
}

// refName is the name under which a schema stands in the document; empty: it has none.
export function refName(schema: Schema): string {
  return schema.$ref?.split('/').pop() ?? '';
}
