// A case for each method that only the older era has.
import { notYet, same } from './expect.mjs';

export const cases = {
  'agents.conversationFlows.list': async (c) => {
    const [flow] = await c.client.agents.conversationFlows.list((await c.agent()).id);
    same(flow, { name: 'Order', description: null, category: null, priority: 0, is_active: true });
  },
  'calls.list': (c) => notYet(c, () => c.client.calls.list()),
};
