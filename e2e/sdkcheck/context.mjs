// What cases of an era share: an SDK's client, the server, and things that are made when first asked for.

export class Context {
  #made = new Map();

  constructor({ era, sdk, server, key, lesserKey, binary }) {
    Object.assign(this, { era, sdk, server, key, lesserKey, binary });
    this.client = this.connect();
    this.newer = era === '0.4';
  }

  // connect makes another client. Its requests can be watched or tampered with by a fetch.
  connect(config = {}) {
    return new this.sdk.BimpeAI({ apiKey: this.key, baseUrl: this.server.url, timeout: 30_000, ...config });
  }

  // watched is a client that keeps what it sent and got. A fetch may stand in front of the real one.
  watched(config = {}, through = fetch) {
    const seen = [];
    const client = this.connect({
      ...config,
      fetch: async (url, init) => {
        const one = { url: String(url), method: init.method, headers: new Headers(init.headers) };
        seen.push(one);
        one.response = await through(url, init, seen.length);
        return one.response;
      },
    });
    return { client, seen };
  }

  // raw asks the server for what no SDK has a method for.
  async raw(method, path, body) {
    const response = await fetch(`${this.server.url}/api/v1/console${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()).data;
  }

  // once makes a thing when it is first asked for.
  once(name, make) {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name);
  }

  workflow() {
    return this.once('workflow', () => this.client.workflows.create({
      name: 'Shop', system_prompt: 'Be brief.', tags: ['a'],
      rules: [{ id: 'r', name: 'R', trigger: 'refund', response: 'We refund.', enabled: true }],
      flows: [{ name: 'Order', trigger_keywords: [{ keyword: 'buy' }], conversation_steps: [{ type: 'message', content: 'Which?' }] }],
    }));
  }

  agent() {
    return this.once('agent', () => this.newAgent());
  }

  async newAgent(name = 'Ada') {
    const { id } = await this.workflow();
    return this.client.agents.create({
      name, description: 'Helps', ...(this.newer ? { workflow_id: id } : { agent_workflow_id: id }),
    });
  }

  // number is the id of a phone number of the team, as an operator adds it.
  number() {
    return this.once('number', async () => {
      this.server.run('phone-number', 'add', '--team', 'sdk-check', '+12025550123');
      return (await this.client.phoneNumbers.list()).data[0].id;
    });
  }

  // said begins a conversation as a new customer.
  async said(text = 'hello') {
    const agent = await this.agent();
    return this.raw('POST', `/agents/${agent.id}/conversations/messages`, { message: text });
  }

  // chat is an agent's id and the id of a conversation of its own.
  async chat() {
    const agent = await this.agent();
    return [agent.id, (await this.said()).conversation_id];
  }
}
