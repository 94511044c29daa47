// Requests to the server: how they are put together, shown as a line of curl, and sent. The key goes
// into a header and nowhere else.
import type { Operation } from './openapi';

export interface Call {
  method: string;
  path: string; // from the server's root, with the query
  headers: [string, string][]; // without the key
  body: string | null;
}

export interface Answer {
  status: number;
  reason: string;
  milliseconds: number;
  headers: [string, string][];
  body: string;
}

// patience bounds an answer that is not a stream.
const patience = 60_000;

// putTogether makes a call of an operation and what was filled in; empty values are left out.
export function putTogether(base: string, op: Operation, values: Record<string, string>, body: string): Call {
  const query = new URLSearchParams();
  const headers: [string, string][] = [];
  let path = op.path;
  for (const p of op.parameters) {
    const value = values[p.name] ?? '';
    if (p.in === 'path' && value) path = path.replace(`{${p.name}}`, encodeURIComponent(value));
    if (p.in === 'query' && value) query.set(p.name, value);
    if (p.in === 'header' && value) headers.push([p.name, value]);
  }
  const hasBody = op.body !== null && body.trim() !== '';
  if (hasBody) headers.push(['Content-Type', op.body!.type]);
  const asked = query.toString();
  return { method: op.method, path: base + path + (asked ? `?${asked}` : ''), headers, body: hasBody ? body : null };
}

// missing names the parts of the path that have not been filled in.
export function missing(op: Operation, values: Record<string, string>): string[] {
  return op.parameters.filter((p) => p.in === 'path' && !values[p.name]).map((p) => p.name);
}

// curl writes a call as a command. The key is a variable in it, so that the line can be shown and kept.
export function curl(server: string, call: Call, withKey: boolean): string {
  const parts = [`curl ${call.method === 'GET' ? '' : `-X ${call.method} `}${quote(server + call.path)}`];
  if (withKey) parts.push('-H "Authorization: Bearer $BIMPE_KEY"');
  for (const [name, value] of call.headers) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (call.body !== null) parts.push(`-d ${quote(call.body)}`);
  return parts.join(' \\\n  ');
}

// quote makes a word safe for a shell.
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

// send makes a call. It throws an Unreachable when there is no answer that the page may read.
export async function send(server: string, call: Call, key: string): Promise<Answer> {
  const started = performance.now();
  const response = await request(server, call, key, AbortSignal.timeout(patience));
  const body = await response.text();
  return answerOf(response, body, performance.now() - started);
}

export function answerOf(response: Response, body: string, milliseconds: number): Answer {
  return {
    status: response.status,
    reason: response.statusText || (reasons[response.status] ?? ''),
    milliseconds: Math.round(milliseconds),
    headers: [...response.headers.entries()],
    body,
  };
}

// request sends a call and returns the answer as soon as its headers are there.
export async function request(server: string, call: Call, key: string, signal: AbortSignal): Promise<Response> {
  const headers = new Headers(call.headers);
  if (key) headers.set('Authorization', `Bearer ${key}`);
  try {
    return await fetch(server + call.path, {
      method: call.method, headers, body: call.body, signal,
      cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    throw new Unreachable(server, cause);
  }
}

// Unreachable says why there was no answer, as far as a page gets to know.
export class Unreachable extends Error {
  constructor(server: string, cause: unknown) {
    const name = cause instanceof Error ? cause.name : '';
    if (name === 'TimeoutError') super(`There was no answer within ${patience / 1000} seconds.`, { cause });
    else if (name === 'AbortError') super('The request was cancelled.', { cause });
    else if (server === location.origin) super('The server cannot be reached.', { cause });
    else {
      super(
        `The server at ${server} cannot be reached, or does not let pages of ${location.origin} read its answers. ` +
          `This page's origin must stand in the server's BIMPE_ALLOWED_ORIGINS.`,
        { cause },
      );
    }
    this.name = 'Unreachable';
  }
}

// HTTP/2 has no reason phrases.
const reasons: Record<number, string> = {
  200: 'OK', 201: 'Created', 204: 'No Content', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden',
  404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 413: 'Request Entity Too Large',
  415: 'Unsupported Media Type', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented',
  503: 'Service Unavailable',
};

// words returns an error's message, whatever was thrown.
export function words(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
