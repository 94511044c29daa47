// A case for each method that only the newer era has.
import assert from 'node:assert/strict';
import { isID, nothingThere, nowhere, notYet, raises, Said, same } from './expect.mjs';

const agents = {
  'agents.delete': async (c) => {
    const { id } = await c.newAgent('Gone');
    assert.equal(await c.client.agents.delete(id), undefined);
    await raises(c.sdk.NotFoundError, 'not_found', () => c.client.agents.retrieve(id));
  },
  'agents.updateLiveStatus': async (c) => {
    const { id } = await c.newAgent();
    const body = { status: 'paused', status_reason: 'Holidays' };
    same(await c.client.agents.updateLiveStatus(id, body), body);
    same(await c.client.agents.updateLiveStatus(id, { status: 'live' }), { status: 'live', status_reason: null });
  },
  'agents.getTestCode': async (c) => {
    const agent = await c.agent();
    const { code, channels } = await c.client.agents.getTestCode(agent.id);
    assert.equal(code, agent.test_channel_code);
    for (const name of ['whatsapp', 'instagram', 'messenger', 'telephony']) assert.equal(typeof channels[name].is_enabled, 'boolean', name);
  },
  'agents.actions.enable': async (c) => same(await c.client.agents.actions.enable((await c.agent()).id, { action_ids: [] }), { updated_count: 0 }),
  'agents.actions.disable': async (c) => same(await c.client.agents.actions.disable((await c.agent()).id, { action_ids: [] }), { updated_count: 0 }),
};

const tool = { name: 'Find', http_method: 'GET', url_template: 'https://example.com/{{id}}' };

const integrations = {
  'bimpeai.list': async (c, family, id) => assert.equal((await family.bimpeai.list(id)).length, 5),
  'bimpeai.configure': (c, family, id) => notYet(c, () => family.bimpeai.configure(id, { type: 'google_calendar' })),
  'bimpeai.disconnect': (c, family, id) => nothingThere(c, () => family.bimpeai.disconnect(id, nowhere)),
  'customApi.list': async (c, family, id) => assert.deepEqual(await family.customApi.list(id), []),
  'customApi.configure': (c, family, id) => notYet(c, () => family.customApi.configure(id, { name: 'Orders' })),
  'customApi.disconnect': (c, family, id) => nothingThere(c, () => family.customApi.disconnect(id, nowhere)),
  'customApi.tools.list': (c, family, id) => nothingThere(c, () => family.customApi.tools.list(id, nowhere)),
  'customApi.tools.add': (c, family, id) => nothingThere(c, () => family.customApi.tools.add(id, nowhere, tool)),
  'customApi.tools.delete': (c, family, id) => nothingThere(c, () => family.customApi.tools.delete(id, nowhere, nowhere)),
  'mcpServer.list': async (c, family, id) => assert.deepEqual(await family.mcpServer.list(id), []),
  'mcpServer.configure': (c, family, id) => notYet(c, () => family.mcpServer.configure(id, { name: 'T', server_url: 'https://example.com/mcp' })),
  'mcpServer.disconnect': (c, family, id) => nothingThere(c, () => family.mcpServer.disconnect(id, nowhere)),
  'mcpServer.discover': (c, family, id) => nothingThere(c, () => family.mcpServer.discover(id, nowhere)),
  'mcpServer.test': (c, family, id) => nothingThere(c, () => family.mcpServer.test(id, nowhere)),
  'mcpServer.tools.list': (c, family, id) => nothingThere(c, () => family.mcpServer.tools.list(id, nowhere)),
  'pipedream.list': async (c, family, id) => assert.deepEqual(await family.pipedream.list(id), []),
  'pipedream.configure': (c, family, id) => notYet(c, () => family.pipedream.configure(id, { app_slug: 'slack' })),
  'pipedream.disconnect': (c, family, id) => nothingThere(c, () => family.pipedream.disconnect(id, nowhere)),
};

const conversations = {
  'workflows.clone': async (c) => {
    const { id } = await c.workflow();
    const clone = same(await c.client.workflows.clone({ source_workflow_id: id }), { name: 'Shop', visibility: 'private', is_owner: true });
    assert.notEqual(clone.id, id);
  },
  'conversations.send': async (c) => {
    const { id } = await c.agent();
    const body = { message: 'Hi', role: 'user', channel_type: 'whatsapp', channel_user_id: 'ada', is_test_channel: true };
    same(await c.client.conversations.send(id, body), { message: 'Hi', role: 'user' });
    const found = await c.client.conversations.list(id, { channel: 'test_whatsapp', is_test_channel: true, needs_attention: false });
    assert.equal(found.data[0].channel_user_id, 'ada');
  },
  'conversations.setAiStatus': async (c) => {
    const off = { is_ai_chat_paused: true };
    same(await c.client.conversations.setAiStatus(...(await c.chat()), off), off);
  },
  'conversations.messages.retrieve': async (c) => {
    const { id } = await c.agent();
    const said = await c.said('once more');
    same(await c.client.conversations.messages.retrieve(id, said.conversation_id, said.id), { id: said.id, message: 'once more' });
  },
};

const phones = {
  'calls.list': async (c) => {
    const page = await c.client.calls.list((await c.agent()).id, { is_test_call: false, status: 'ended' });
    assert.deepEqual(page.data, []);
    same(page.meta, { total_count: 0, page_count: 0 });
  },
  'calls.make': async (c) => {
    const { id } = await c.newAgent('Caller');
    const body = { destination: '+2348012345678', is_test_call: false };
    const refused = await raises(c.sdk.BadRequestError, 'bad_request', () => c.client.calls.make(id, body));
    assert.equal(refused.body.reason, 'channel_not_configured');
    const number = await c.number();
    await c.client.phoneNumbers.update(number, { agent_id: id });
    await notYet(c, () => c.client.calls.make(id, body));
    return new Said('without a number 400 channel_not_configured, with one 501, each raised as its class');
  },
  'calls.retrieve': async (c) => nothingThere(c, async () => c.client.calls.retrieve((await c.agent()).id, nowhere)),
  'phoneNumbers.list': async (c) => {
    const id = await c.number();
    const page = await c.client.phoneNumbers.list({ search: '+1', limit: 100 });
    assert(page.data.some((number) => number.id === id));
  },
  'phoneNumbers.retrieve': async (c) => {
    const id = await c.number();
    const number = same(await c.client.phoneNumbers.retrieve(id), { id });
    assert.match(number.e164, /^\+\d+$/);
    assert.equal(typeof number.inbound_enabled, 'boolean');
  },
  'phoneNumbers.update': async (c) => {
    const id = await c.number();
    same(await c.client.phoneNumbers.update(id, { agent_id: null, label: 'Desk' }), { id, agent_id: null, label: 'Desk' });
  },
  'phoneNumbers.requests.list': async (c) => {
    await c.client.phoneNumbers.requests.create(wish('Listed'));
    const page = await c.client.phoneNumbers.requests.list({ search: 'listed' });
    same(page.data[0], { business_name: 'Listed', status: 'pending', e164: null });
    isID(page.data[0].id);
  },
  'phoneNumbers.requests.create': async (c) => assert.equal(await c.client.phoneNumbers.requests.create(wish('Made')), undefined),
};

function wish(name) {
  return { business_name: name, intended_use: 'Orders', region: 'ng', agent_count: 1, outbound_minutes: 0 };
}

function below(all) {
  return Object.fromEntries(Object.entries(all).map(([name, test]) => [
    `agents.integrations.${name}`,
    async (c) => test(c, c.client.agents.integrations, (await c.agent()).id),
  ]));
}

export const cases = { ...agents, ...below(integrations), ...conversations, ...phones };
