// Following a conversation: a ticket by the key, a stream by the ticket, and from the last message on
// when it is opened again.
import { answerOf, request, send, words, type Answer, type Call } from './http';
import { frames, type Frame } from './sse';

export interface Want {
  server: string;
  stream: string; // path of the stream, from the server's root
  ticket: string; // path by which a ticket is had
  events: string; // such as delta,status; empty: messages alone
  after: string; // where to begin; empty: at the ticket
}

export interface Step {
  at: string; // the time of day
  name: string;
  id: string;
  text: string;
}

// most is how many steps are shown; older ones go.
const most = 300;

export class Follower {
  state = $state<'closed' | 'opening' | 'open'>('closed');
  last = $state(''); // id of the last message; where a resume begins
  steps = $state<Step[]>([]);
  refused = $state<Answer | null>(null); // what came instead of a ticket or a stream
  trouble = $state(''); // why there was no answer at all, or why a stream was cut
  #stop: AbortController | null = null;
  #told: (frame: Frame) => void;
  #over: () => void;

  // told is called with every frame as it comes, over when a stream was left, has ended or was cut.
  constructor(told: (frame: Frame) => void = () => {}, over: () => void = () => {}) {
    this.#told = told;
    this.#over = over;
  }

  // open takes a ticket and opens the stream with it. It returns once the stream is open or refused,
  // and says which.
  async open(want: Want, key: string): Promise<boolean> {
    this.close();
    const stop = (this.#stop = new AbortController());
    this.state = 'opening';
    this.refused = null;
    this.trouble = '';
    try {
      const ticket = await this.#ticket(want, key);
      const body = ticket && !stop.signal.aborted ? await this.#begin(want, ticket, stop.signal) : null;
      if (body) void this.#read(body, stop);
      else if (this.#stop === stop) this.state = 'closed';
      return body !== null;
    } catch (err) {
      if (this.#stop === stop) this.#end(stop.signal.aborted ? '' : words(err));
      return false;
    }
  }

  // close leaves the stream, if one is open.
  close(): void {
    const was = this.state;
    this.#stop?.abort();
    this.#stop = null;
    this.state = 'closed';
    if (was !== 'open') return;
    this.note('closed', 'You left the stream.');
    this.#over();
  }

  // forget empties what is shown, for another conversation.
  forget(): void {
    this.close();
    this.steps = [];
    this.last = '';
    this.refused = null;
    this.trouble = '';
  }

  note(name: string, text: string, id = ''): void {
    const at = new Date().toLocaleTimeString('en-GB');
    this.steps = [...this.steps.slice(-most + 1), { at, name, id, text }];
  }

  async #ticket(want: Want, key: string): Promise<string> {
    const call: Call = { method: 'POST', path: want.ticket, headers: [], body: null };
    const answer = await send(want.server, call, key);
    this.note(`POST ${answer.status}`, want.ticket);
    if (answer.status !== 201) {
      this.refused = answer;
      return '';
    }
    return (JSON.parse(answer.body) as { data: { ticket: string } }).data.ticket;
  }

  async #begin(want: Want, ticket: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | null> {
    const query = new URLSearchParams({ ticket });
    if (want.after) query.set('after', want.after);
    if (want.events) query.set('events', want.events);
    const started = performance.now();
    const call: Call = { method: 'GET', path: `${want.stream}?${query}`, headers: [], body: null };
    const response = await request(want.server, call, '', signal);
    query.set('ticket', '…');
    this.note(`GET ${response.status}`, `${want.stream}?${decodeURIComponent(query.toString())}`);
    if (response.status !== 200 || !response.body) {
      this.refused = answerOf(response, await response.text(), performance.now() - started);
      return null;
    }
    this.state = 'open';
    return response.body;
  }

  async #read(body: ReadableStream<Uint8Array>, stop: AbortController): Promise<void> {
    try {
      for await (const frame of frames(body)) {
        if (this.#stop !== stop) return;
        if (frame.id) this.last = frame.id;
        this.note(frame.event, frame.data, frame.id);
        this.#told(frame);
      }
      if (this.#stop !== stop) return;
      this.note('ended', 'The server ended the stream. Resume it to go on.');
      this.#end('');
    } catch (err) {
      if (this.#stop === stop) this.#end(`The stream was cut: ${words(err)}`);
    }
  }

  #end(trouble: string): void {
    this.#stop = null;
    this.state = 'closed';
    this.trouble = trouble;
    this.#over();
  }
}
