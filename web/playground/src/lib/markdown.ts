// A small part of Markdown, read into a tree that is drawn as elements, never as HTML: whatever a
// document says, it cannot become markup.

export type Inline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'strong' | 'em'; of: Inline[] }
  | { kind: 'link'; href: string; of: Inline[] };

export type Block =
  | { kind: 'paragraph'; of: Inline[] }
  | { kind: 'heading'; level: number; of: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const fence = /^\s*```/;
const heading = /^(#{1,6})\s+(.*)$/;
const bullet = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/;
const row = /^\s*\|(.*)\|\s*$/;
const rule = /^\s*\|[\s:|-]+\|\s*$/;

export function blocks(source: string): Block[] {
  const lines = source.replace(/\r\n?/g, '\n').split('\n');
  const all: Block[] = [];
  for (let i = 0; i < lines.length; ) {
    const [block, next] = one(lines, i);
    if (block) all.push(block);
    i = next;
  }
  return all;
}

function one(lines: string[], i: number): [Block | null, number] {
  const line = lines[i] ?? '';
  if (line.trim() === '') return [null, i + 1];
  if (fence.test(line)) return code(lines, i + 1);
  const h = heading.exec(line);
  if (h) return [{ kind: 'heading', level: h[1]!.length, of: inline(h[2]!) }, i + 1];
  if (row.test(line) && rule.test(lines[i + 1] ?? '')) return table(lines, i);
  if (bullet.test(line)) return list(lines, i);
  return paragraph(lines, i);
}

function code(lines: string[], from: number): [Block, number] {
  let end = from;
  while (end < lines.length && !fence.test(lines[end]!)) end++;
  return [{ kind: 'code', text: lines.slice(from, end).join('\n') }, end + 1];
}

function table(lines: string[], from: number): [Block, number] {
  const cells = (line: string) => row.exec(line)![1]!.split('|').map((cell) => inline(cell.trim()));
  let end = from + 2;
  while (end < lines.length && row.test(lines[end]!)) end++;
  return [{ kind: 'table', head: cells(lines[from]!), rows: lines.slice(from + 2, end).map(cells) }, end];
}

function list(lines: string[], from: number): [Block, number] {
  const items: string[] = [];
  let i = from;
  for (; i < lines.length; i++) {
    const item = bullet.exec(lines[i]!);
    if (item) items.push(item[2]!);
    else if (/^\s+\S/.test(lines[i]!) && items.length > 0) items[items.length - 1] += ` ${lines[i]!.trim()}`;
    else break;
  }
  const ordered = bullet.exec(lines[from]!)![1] !== undefined;
  return [{ kind: 'list', ordered, items: items.map(inline) }, i];
}

function paragraph(lines: string[], from: number): [Block, number] {
  let end = from + 1;
  while (end < lines.length && !ends(lines[end]!)) end++;
  return [{ kind: 'paragraph', of: inline(lines.slice(from, end).map((l) => l.trim()).join(' ')) }, end];
}

function ends(line: string): boolean {
  return line.trim() === '' || [fence, heading, bullet, row].some((r) => r.test(line));
}

const marks = /(`+)(.+?)\1(?!`)|\*\*(.+?)\*\*|\*(\S(?:.*?\S)?)\*|\[([^\]]+)\]\(([^()\s]+)\)|<(https?:\/\/[^\s>]+)>/;

export function inline(source: string): Inline[] {
  const all: Inline[] = [];
  let rest = source;
  for (let m = marks.exec(rest); m; m = marks.exec(rest)) {
    if (m.index > 0) all.push({ kind: 'text', text: rest.slice(0, m.index) });
    all.push(marked(m));
    rest = rest.slice(m.index + m[0].length);
  }
  if (rest) all.push({ kind: 'text', text: rest });
  return all;
}

function marked(m: RegExpExecArray): Inline {
  const [whole, , asCode, strong, em, label, target, bare] = m;
  if (asCode !== undefined) return { kind: 'code', text: asCode.trim() };
  if (strong !== undefined) return { kind: 'strong', of: inline(strong) };
  if (em !== undefined) return { kind: 'em', of: inline(em) };
  const href = safe(bare ?? target ?? '');
  if (!href) return { kind: 'text', text: label ?? whole };
  return { kind: 'link', href, of: [{ kind: 'text', text: label ?? href }] };
}

// safe returns an address that may be followed: of the web, of this server, or of this page. Empty:
// it may not.
function safe(href: string): string {
  return /^(https?:\/\/|\/(?![/\\])|#)/i.test(href) ? href : '';
}
