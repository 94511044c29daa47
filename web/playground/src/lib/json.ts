// JSON for reading: laid out, and cut into pieces that have a colour each.

export interface Piece {
  kind: 'name' | 'text' | 'other' | 'plain';
  text: string;
}

// most is how long a text may be and still get colours.
const most = 100_000;

// pretty lays JSON out; what is not JSON comes back as it is.
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function pieces(text: string): Piece[] {
  if (text.length > most) return [{ kind: 'plain', text }];
  const all: Piece[] = [];
  let from = 0;
  for (const m of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null|-?\d[\d.eE+-]*)\b/g)) {
    if (m.index > from) all.push({ kind: 'plain', text: text.slice(from, m.index) });
    const kind = m[1] === undefined ? 'other' : m[2] === undefined ? 'text' : 'name';
    all.push({ kind, text: m[1] ?? m[0] });
    if (m[2]) all.push({ kind: 'plain', text: m[2] });
    from = m.index + m[0].length;
  }
  if (from < text.length) all.push({ kind: 'plain', text: text.slice(from) });
  return all;
}

// fault says what is wrong with a JSON text; empty: nothing is.
export function fault(text: string): string {
  if (text.trim() === '') return '';
  try {
    JSON.parse(text);
    return '';
  } catch (err) {
    return err instanceof Error ? err.message : 'This is not JSON.';
  }
}
