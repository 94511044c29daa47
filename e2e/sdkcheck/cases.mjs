// A case for each method that both eras have.
import assert from 'node:assert/strict';
import { collect, isID, raises, same } from './expect.mjs';

const text = { type: 'text', name: 'Hours', content: 'We open at nine.' };

const agents = {
  'agents.list': async (c) => {
    const { id } = await c.agent();
    const page = await c.client.agents.list({ search: 'ada', sort: '-name', limit: 100 });
    assert(page.data.some((agent) => agent.id === id));
    same(page.meta, { current_page: 1, limit: 100, has_previous_page: false });
  },
  'agents.create': async (c) => {
    const { id } = await c.workflow();
    const body = { name: 'New', description: 'Helps', language: 'en', timezone: 'Africa/Lagos', business_name: 'Shoes' };
    same(await c.client.agents.create({ ...body, [c.newer ? 'workflow_id' : 'agent_workflow_id']: id }), body);
  },
  'agents.retrieve': async (c) => {
    const { id } = await c.agent();
    const agent = same(await c.client.agents.retrieve(id), { id, name: 'Ada' });
    for (const list of c.newer ? ['knowledge_bases', 'integrations', 'channels']
      : ['knowledge_bases', 'integration', 'channel', 'conversation_flow', 'actions']) assert(Array.isArray(agent[list]), list);
  },
  'agents.update': async (c) => {
    const { id } = await c.newAgent();
    same(await c.client.agents.update(id, { name: 'Eva', persona: 'friendly' }), { id, name: 'Eva', persona: 'friendly' });
  },
  'agents.knowledgeBases.list': async (c) => {
    const { id } = await c.newAgent();
    assert.deepEqual(await c.client.agents.knowledgeBases.list(id), []);
  },
  'agents.knowledgeBases.create': async (c) => {
    const { id } = await c.agent();
    same(await c.client.agents.knowledgeBases.create(id, text), { type: 'text', name: 'Hours' });
    const url = { type: 'url', name: 'Site', url: 'https://shop.invalid/about' };
    same(await c.client.agents.knowledgeBases.create(id, url), { type: 'url', name: 'Site' });
  },
  'agents.knowledgeBases.update': async (c) => {
    const { id } = await c.agent();
    const made = await c.client.agents.knowledgeBases.create(id, text);
    same(await c.client.agents.knowledgeBases.update(id, made.id, { name: 'Times', description: null }), { id: made.id, name: 'Times' });
  },
  'agents.knowledgeBases.delete': async (c) => {
    const { id } = await c.agent();
    const made = await c.client.agents.knowledgeBases.create(id, text);
    assert.equal(await c.client.agents.knowledgeBases.delete(id, made.id), undefined);
    await raises(c.sdk.NotFoundError, 'not_found', () => c.client.agents.knowledgeBases.delete(id, made.id));
  },
  'agents.channels.list': async (c) => {
    const [channel] = await c.client.agents.channels.list((await c.agent()).id);
    same(channel, { type: 'webchat', is_connected: true });
  },
  'agents.actions.list': async (c) => assert(Array.isArray(await c.client.agents.actions.list((await c.agent()).id))),
  'agents.integrations.list': async (c) => assert(Array.isArray(await c.client.agents.integrations.list((await c.agent()).id))),
};

const workflows = {
  'workflows.list': async (c) => {
    const { id } = await c.workflow();
    const owned = await c.client.workflows.list({ scope: 'owned', sort: 'name', limit: 100 });
    assert(owned.data.some((workflow) => workflow.id === id && workflow.is_owner));
    const shared = await c.client.workflows.list({ scope: 'public' });
    assert(shared.data.length > 0 && shared.data.every((workflow) => workflow.visibility === 'public'));
  },
  'workflows.create': async (c) => {
    const body = { name: 'Full', system_prompt: 'Be kind.', description: 'D', category: 'C', tags: ['x'], flows: [{ name: 'F' }] };
    same(await c.client.workflows.create(body), { ...body, visibility: 'private', is_owner: true });
  },
  'workflows.retrieve': async (c) => {
    const { id } = await c.workflow();
    const workflow = same(await c.client.workflows.retrieve(id), { id, name: 'Shop' });
    same(workflow.rules[0], { id: 'r', condition: null, action: null });
  },
  'workflows.update': async (c) => {
    const { id } = await c.client.workflows.create({ name: 'Old', system_prompt: 'P' });
    same(await c.client.workflows.update(id, { name: 'New', tags: ['t'] }), { id, name: 'New', tags: ['t'] });
  },
  'workflows.delete': async (c) => {
    const { id } = await c.client.workflows.create({ name: 'Gone', system_prompt: 'P' });
    assert.equal(await c.client.workflows.delete(id), undefined);
    await raises(c.sdk.NotFoundError, 'not_found', () => c.client.workflows.retrieve(id));
  },
};

const conversations = {
  'conversations.list': async (c) => {
    const [agent, chat] = await c.chat();
    const page = await c.client.conversations.list(agent, { channel: 'webchat', limit: 100 });
    assert(page.data.some((one) => one.id === chat));
  },
  'conversations.retrieve': async (c) => {
    const [agent, chat] = await c.chat();
    same(await c.client.conversations.retrieve(agent, chat), { id: chat, channel_type: 'webchat', is_ai_chat_paused: false });
  },
  'conversations.messages.list': async (c) => {
    const [agent, chat] = await c.chat();
    const page = await c.client.conversations.messages.list(agent, chat, { limit: 50 });
    assert(page.data.some((message) => message.message === 'hello' && message.role === 'user'));
  },
  'conversations.messages.send': async (c) => {
    const [agent, chat] = await c.chat();
    const body = c.newer ? { message: 'From a human', role: 'assistant' }
      : { message: 'See', attachments: [{ type: 'image', url: 'https://example.com/a.png' }] };
    same(await c.client.conversations.messages.send(agent, chat, body), body);
  },
  'conversations.messages.streamTicket': async (c) => {
    const { ticket, expires_in } = await c.client.conversations.messages.streamTicket(...(await c.chat()));
    assert(ticket.length >= 43 && expires_in === 60);
  },
  'conversations.messages.stream': async (c) => {
    const first = await c.said('buy shoes');
    const agent = await c.agent();
    const [reply] = await collect(c.client.conversations.messages.stream(agent.id, first.conversation_id, { after: first.id }), 1);
    same(reply, { conversation_id: first.conversation_id, role: 'assistant', message_type: 'text' });
    isID(reply.id);
  },
};

const client = {
  request: async (c) => {
    const answer = await c.client.request({ method: 'GET', path: '/agents', query: { limit: 1 }, headers: { 'X-Request-Id': 'mine' } });
    same(answer, { status: 200, requestId: 'mine' });
    same(answer.meta, { limit: 1 });
  },
};

const paging = async (c) => {
  await c.once('many', async () => {
    for (const name of ['one', 'two', 'three', 'four', 'five']) await c.client.workflows.create({ name: `Paged ${name}`, system_prompt: 'P' });
  });
  return c.client.workflows.list({ search: 'paged', limit: 2, sort: 'created_at' });
};
const names = ['one', 'two', 'three', 'four', 'five'].map((name) => `Paged ${name}`);

const pages = {
  'Page.hasNextPage': async (c) => assert.equal((await paging(c)).hasNextPage, true),
  'Page.getNextPage': async (c) => {
    const second = await (await paging(c)).getNextPage();
    same(second.meta, { current_page: 2, page_count: 3, total_count: 5 });
    assert.equal(await (await second.getNextPage()).getNextPage(), null);
  },
  'Page.pages': async (c) => {
    const all = await collect((await paging(c)).pages());
    assert.deepEqual(all.map((page) => page.data.length), [2, 2, 1]);
  },
  'Page.[Symbol.asyncIterator]': async (c) => assert.deepEqual((await collect(await paging(c))).map((one) => one.name), names),
  'PagePromise.then': async (c) => assert.equal(await c.client.agents.list({ limit: 1 }).then((page) => page.meta.limit), 1),
  'PagePromise.catch': async (c) => {
    const caught = await c.client.agents.list({ limit: 0 }).catch((error) => error);
    assert.equal(caught.constructor, c.sdk.ValidationError);
  },
  'PagePromise.finally': async (c) => {
    let done = false;
    await c.client.agents.list().finally(() => { done = true; });
    assert(done);
  },
  'PagePromise.pages': async (c) => {
    await paging(c);
    assert.equal((await collect(c.client.workflows.list({ search: 'paged', limit: 2 }).pages())).length, 3);
  },
  'PagePromise.[Symbol.asyncIterator]': async (c) => {
    await paging(c);
    assert.equal((await collect(c.client.workflows.list({ search: 'paged', limit: 2 }))).length, 5);
  },
};

export const cases = { ...agents, ...workflows, ...conversations, ...client, ...pages };
