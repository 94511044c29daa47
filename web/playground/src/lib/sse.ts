// Server-sent events, read from a body as it comes.

export interface Frame {
  id: string; // empty: it has none
  event: string;
  data: string;
}

// longest is how many characters a frame may have; the server's own are far shorter.
const longest = 1 << 20;

// frames yields what a stream tells until its end. It throws when the stream is cut.
export async function* frames(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const parts = rest.split(/\r?\n\r?\n/);
      rest = parts.pop() ?? '';
      if (rest.length > longest) throw new Error('The stream sends a frame without an end.');
      for (const part of parts) {
        const frame = parse(part);
        if (frame) yield frame;
      }
    }
  } finally {
    reader.releaseLock();
  }
}

// parse reads one frame; null: it says nothing to a reader.
export function parse(text: string): Frame | null {
  const frame: Frame = { id: '', event: 'message', data: '' };
  const data: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'id') frame.id = value;
    if (name === 'event') frame.event = value;
    if (name === 'data') data.push(value);
  }
  frame.data = data.join('\n');
  return data.length > 0 ? frame : null;
}
