// A conversation with an agent, as a customer has it, on a test channel.
import { Follower } from './follow.svelte';
import { send, words, type Answer } from './http';
import { session } from './session.svelte';
import type { Frame } from './sse';

export interface Agent {
  id: string;
  name: string;
  status: string;
  description: string | null;
}

export interface Bubble {
  id: string;
  role: string;
  text: string;
  live: boolean; // it is still being written
}

interface Message {
  id: string;
  conversation_id: string;
  role: string;
  message: string;
}

export class Chat {
  agents = $state<Agent[]>([]);
  more = $state(false); // there are more agents than are listed
  bubbles = $state<Bubble[]>([]);
  conversation = $state('');
  doing = $state(''); // what the agent does: thinking, tool, writing, idle
  refused = $state<Answer | null>(null);
  trouble = $state('');
  busy = $state(false);
  readonly follower = new Follower(
    (frame) => this.#hear(frame),
    () => this.#dropUnfinished(),
  );
  #agent = '';

  // base is where the API's paths begin.
  constructor(readonly base: string) {}

  // find lists the agents whose names have the words in them.
  async find(typed: string): Promise<void> {
    const query = new URLSearchParams({ limit: '50', sort: 'name' });
    if (typed) query.set('search', typed);
    const answer = await this.#ask('GET', `/agents?${query}`, null);
    if (!answer) return;
    const got = JSON.parse(answer.body) as { data: Agent[]; meta: { has_next_page: boolean } };
    this.agents = got.data;
    this.more = got.meta.has_next_page;
  }

  // makeAgent makes one of the first workflow that the public library has.
  async makeAgent(): Promise<string> {
    const library = await this.#ask('GET', '/workflows?scope=public&limit=1', null);
    const workflow = library && (JSON.parse(library.body) as { data: { id: string; name: string }[] }).data[0];
    const body = workflow ? { name: workflow.name, workflow_id: workflow.id } : { name: 'First agent' };
    const answer = await this.#ask('POST', '/agents', body);
    if (!answer) return '';
    const { id } = (JSON.parse(answer.body) as { data: Agent }).data;
    await this.find('');
    return id;
  }

  // begin opens a new conversation with a line that the team says, so that there is a conversation
  // to follow before the customer writes and nothing of the first reply is missed.
  async begin(agent: string, hello: string): Promise<void> {
    this.leave();
    this.#agent = agent;
    const said = await this.#ask('POST', `/agents/${agent}/conversations/messages`, {
      message: hello, role: 'assistant', channel_type: 'webchat', is_test_channel: true,
    });
    if (!said) return;
    const first = (JSON.parse(said.body) as { data: Message }).data;
    this.conversation = first.conversation_id;
    this.#take(first);
    this.follower.last = first.id;
    await this.resume();
  }

  // resume opens the stream after the last message that is shown.
  async resume(): Promise<boolean> {
    const path = `${this.base}/agents/${this.#agent}/conversations/${this.conversation}`;
    return this.follower.open(
      { server: session.server, stream: `${path}/stream`, ticket: `${path}/stream-ticket`, events: 'delta,status', after: this.follower.last },
      session.key,
    );
  }

  // say writes as the customer. What was said comes back by the stream. It says whether it went out.
  async say(text: string): Promise<boolean> {
    if (this.follower.state !== 'open' && !(await this.resume())) return false;
    const path = `/agents/${this.#agent}/conversations/${this.conversation}/messages`;
    return (await this.#ask('POST', path, { message: text, role: 'user' })) !== null;
  }

  leave(): void {
    this.follower.forget();
    this.bubbles = [];
    this.conversation = '';
  }

  // Whoever is away does not hear that a reply was discarded. If it was not, its message comes whole.
  #dropUnfinished(): void {
    this.bubbles = this.bubbles.filter((b) => !b.live);
    this.doing = '';
  }

  async #ask(method: string, path: string, body: unknown): Promise<Answer | null> {
    this.busy = true;
    this.refused = null;
    this.trouble = '';
    try {
      const headers: [string, string][] = body === null ? [] : [['Content-Type', 'application/json']];
      const call = { method, path: this.base + path, headers, body: body === null ? null : JSON.stringify(body) };
      const answer = await send(session.server, call, session.key);
      if (answer.status < 300) return answer;
      this.refused = answer;
    } catch (err) {
      this.trouble = words(err);
    } finally {
      this.busy = false;
    }
    return null;
  }

  #hear(frame: Frame): void {
    const data = JSON.parse(frame.data) as Record<string, string>;
    if (frame.event === 'message') this.#take(data as unknown as Message);
    if (frame.event === 'delta') this.#write(data.message_id ?? '', data.text ?? '');
    if (frame.event === 'status') {
      this.doing = data.state ?? '';
      if (data.discarded) this.bubbles = this.bubbles.filter((b) => b.id !== data.discarded);
    }
  }

  // A message replaces the pieces that were heard of it.
  #take(m: Message): void {
    const bubble = { id: m.id, role: m.role, text: m.message, live: false };
    const i = this.bubbles.findIndex((b) => b.id === m.id);
    if (i >= 0) this.bubbles[i] = bubble;
    else this.bubbles.push(bubble);
  }

  #write(id: string, text: string): void {
    const known = this.bubbles.find((b) => b.id === id);
    if (!known) this.bubbles.push({ id, role: 'assistant', text, live: true });
    else if (known.live) known.text += text;
  }
}
