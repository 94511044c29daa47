// The page in Debian's Chromium, against the real server: the reference, the key, requests, errors,
// a conversation, streams, and the same page from elsewhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  api, ask, barriers, fits, friend, goOn, key, launch, looks, narrowKey, open, patience, server, shot, sound, stranger, useKey, visit,
} from './harness.mjs';

let browser;
let agent;
before(async () => {
  browser = await launch();
  agent = await ask('POST', '/agents', { name: 'Ada' });
});
after(() => browser?.close());

const answer = (page) => page.locator('[data-part=answer]');
const document_ = async () => (await fetch(`${server}/openapi.json`)).json();

async function operations() {
  const { paths } = await document_();
  return Object.entries(paths).flatMap(([path, item]) => Object.entries(item).filter(([m]) => m !== 'parameters').map(([, op]) => ({ ...op, path })));
}

for (const look of looks) {
  test(`the reference, a request and an error (${look.width}, ${look.colorScheme})`, async () => {
    const sight = await open(browser, look);
    const { page } = sight;
    await page.getByRole('heading', { level: 1, name: /bimpe/ }).waitFor();
    const dark = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(dark === 'rgb(255, 255, 255)', look.colorScheme === 'light', 'the colours that the system asks for');
    await shot(sight, 'home');
    await fits(sight, 'home');
    await barriers(sight, 'home');

    await visit(sight, '#/operation/createAgent');
    await page.getByText('agents:write').first().waitFor();
    await useKey(sight, key);
    await page.getByLabel(/^Body/).fill('{"name": "Made by hand", "business_email": "no address"}');
    await page.getByRole('button', { name: 'Send' }).click();
    await answer(page).getByText('400 Bad Request').waitFor();
    for (const part of ['validation_error', 'business_email', 'request_id']) await answer(page).getByText(part).first().waitFor();
    await shot(sight, 'error');
    await page.getByLabel(/^Body/).fill('{"name": "Made by hand"}');
    await page.getByRole('button', { name: 'Send' }).click();
    await answer(page).getByText('201 Created').waitFor();
    await answer(page).getByText('"Made by hand"').waitFor();
    await answer(page).getByText(/^Headers/).click();
    await answer(page).getByText('x-request-id', { exact: true }).waitFor();
    const command = page.getByRole('region', { name: 'Command' });
    assert.match(await command.innerText(), /curl -X POST '.*\/api\/v1\/console\/agents'[\s\S]*Bearer \$BIMPE_KEY[\s\S]*-d '\{"name": "Made by hand"\}'/);
    await shot(sight, 'request');
    await fits(sight, 'a request');
    await barriers(sight, 'a request');
    sound(sight);
    await sight.context.close();
  });

  test(`talk to an agent, leave and resume (${look.width}, ${look.colorScheme})`, async () => {
    const sight = await open(browser, look);
    const { page } = sight;
    await useKey(sight, key);
    await visit(sight, '#/talk');
    await page.getByLabel('Agent', { exact: true }).selectOption(agent.id);
    await page.getByRole('button', { name: 'Open a conversation' }).click();
    await page.getByText('stream open').waitFor();
    const messages = page.getByRole('log', { name: 'Messages' });

    await page.getByLabel('Message', { exact: true }).fill('Tell me slowly');
    await page.keyboard.press('Enter');
    // The reply's first half is there while the server waits for its second.
    await messages.locator('[data-live=true]').getByText('The first half').waitFor();
    await page.getByText('Ada is writing…').waitFor();
    await shot(sight, 'writing');
    assert.equal((await fetch(goOn, { method: 'POST' })).status, 204);
    await messages.locator('[data-live=false]').getByText('The first half and the second.').waitFor();
    const wire = page.getByRole('log', { name: 'Sent and heard' });
    for (const part of ['POST 201', 'GET 200', 'delta', 'status', 'message']) await wire.getByText(part, { exact: true }).first().waitFor();

    await page.getByRole('button', { name: 'Leave the stream' }).click();
    await page.getByText('stream closed').waitFor();
    const id = await page.locator('dd code').first().innerText();
    await ask('POST', `/agents/${agent.id}/conversations/${id}/messages`, { role: 'assistant', message: 'Said while you were away.' });
    await page.getByRole('button', { name: 'Resume after the last message' }).click();
    await messages.getByText('Said while you were away.').waitFor();
    assert.equal(await messages.getByText('The first half and the second.').count(), 1, 'nothing comes twice');
    await wire.getByText(/after=c/).first().waitFor();
    await page.getByLabel('Message', { exact: true }).fill('And again');
    await page.getByRole('button', { name: 'Say it' }).click();
    await messages.getByText('You said: And again').waitFor();
    assert.equal(await messages.locator('.bubble').count(), 6);
    await shot(sight, 'talk');
    await fits(sight, 'talk');
    await barriers(sight, 'talk');
    sound(sight);
    await sight.context.close();
  });
}

test('half a reply that a human discards while one is away does not stay', async () => {
  const sight = await open(browser);
  const { page } = sight;
  await useKey(sight, key);
  await visit(sight, '#/talk');
  await page.getByLabel('Agent', { exact: true }).selectOption(agent.id);
  await page.getByRole('button', { name: 'Open a conversation' }).click();
  await page.getByText('stream open').waitFor();
  const messages = page.getByRole('log', { name: 'Messages' });
  await page.getByLabel('Message', { exact: true }).fill('Tell me slowly');
  await page.keyboard.press('Enter');
  await messages.getByText('The first half').waitFor();
  await page.getByText('Ada is writing…').waitFor();
  await page.getByRole('button', { name: 'Leave the stream' }).click();
  await page.getByText('stream closed').waitFor();

  const id = await page.locator('dd code').first().innerText();
  const path = `/agents/${agent.id}/conversations/${id}/messages`;
  await ask('POST', path, { role: 'assistant', message: 'I take over.', takeover: true });
  await page.getByRole('button', { name: 'Resume after the last message' }).click();
  await messages.getByText('I take over.').waitFor();
  assert.equal(await messages.getByText('The first half').count(), 0);
  assert.equal(await page.getByText('is writing…').count(), 0);
  const kept = await ask('GET', `${path}?sort=created_at`);
  assert.deepEqual(await messages.locator('.bubble p').allInnerTexts(), kept.map((m) => m.message));
  sound(sight);
  await sight.context.close();
});

test('every operation has a page that fits, and can be sent', async () => {
  const all = await operations();
  const narrow = await open(browser, { width: 390, colorScheme: 'dark' });
  const wide = await open(browser);
  await useKey(wide, key);
  for (const op of all) {
    for (const sight of [narrow, wide]) {
      await visit(sight, `#/operation/${op.operationId}`);
      await sight.page.getByRole('heading', { level: 1, name: op.summary, exact: true }).waitFor();
      await fits(sight, op.operationId);
      const broken = await sight.page.locator('.status').evaluateAll((all) => all.filter((e) => {
        const text = document.createRange();
        text.selectNodeContents(e);
        return new Set([...text.getClientRects()].map((r) => r.top)).size > 1;
      }).map((e) => e.textContent));
      assert.deepEqual(broken, [], `${op.operationId}, ${sight.name}: statuses in more than one line`);
    }
    if (Object.keys(op.responses['200']?.content ?? {}).includes('text/event-stream')) continue; // see below
    for (const p of await wide.page.locator('form input[id*="-path-"]').all()) await p.fill('cnobody000000000000000000');
    const came = wide.page.waitForResponse((r) => r.url().startsWith(api));
    await wide.page.getByRole('button', { name: 'Send' }).click();
    const status = (await came).status();
    await answer(wide.page).getByText(new RegExp(`^${status} `)).waitFor();
    // Its body, made of the document's examples, is one that the server reads.
    assert.ok(status < 500 || status === 501, `${op.operationId}: ${status}`);
    const text = await answer(wide.page).innerText();
    assert.doesNotMatch(text, /"(bad_request|method_not_allowed|unsupported_media_type)"/, op.operationId);
    const given = Object.values(op.requestBody?.content ?? {})[0];
    if (given?.example || given?.examples) assert.doesNotMatch(text, /validation_error/, `${op.operationId}: ${text}`);
  }
  assert.ok(all.length > 30, `${all.length} operations`);
  sound(narrow);
  sound(wide);
  await narrow.context.close();
  await wide.context.close();
});

test('a stream is opened by ticket, left, and resumed', async () => {
  const said = await ask('POST', `/agents/${agent.id}/conversations/messages`, { message: 'one', is_test_channel: true });
  const chat = `/agents/${agent.id}/conversations/${said.conversation_id}`;
  const sight = await open(browser);
  const { page } = sight;
  await useKey(sight, key);
  await visit(sight, '#/operation/streamConversation');
  await page.getByLabel(/^agentId/).fill(agent.id);
  await page.getByLabel(/^conversationId/).fill(said.conversation_id);
  await page.getByLabel(/^after/).fill('nonsense');
  await page.getByRole('button', { name: 'Take a ticket and open' }).click();
  await answer(page).getByText('400 Bad Request').waitFor(); // the refusal is shown, not swallowed
  await page.getByLabel(/^after/).fill('2020-01-01T00:00:00Z');
  await page.getByRole('button', { name: 'Take a ticket and open' }).click();
  const events = page.getByRole('log', { name: 'Events of the stream' });
  await events.getByText('You said: one').waitFor();
  await page.getByText('The stream is open.').waitFor();
  await ask('POST', `${chat}/messages`, { message: 'two' });
  await events.getByText('"message":"You said: two"').waitFor();
  for (const part of ['heartbeat', 'delta', 'status', 'message']) await events.getByText(part, { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Leave the stream' }).click();
  await page.getByText('No stream is open.').waitFor();
  await ask('POST', `${chat}/messages`, { role: 'assistant', message: 'three' });
  await page.getByRole('button', { name: 'Resume after the last message' }).click();
  await events.getByText('"message":"three"').waitFor();
  await shot(sight, 'stream');
  assert.equal(await events.getByText('"message":"You said: two"').count(), 1);
  await barriers(sight, 'a stream');
  sound(sight);
  await sight.context.close();
});

test('the key stays where it was put', async () => {
  const sight = await open(browser);
  const { page } = sight;
  const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie]));
  await page.locator('#key-button').click();
  await page.getByLabel('API key', { exact: true }).fill(key);
  assert.equal((await kept()).includes(key), false, 'nothing is stored unasked');
  assert.equal(await page.getByLabel('API key', { exact: true }).getAttribute('type'), 'password');
  await page.reload();
  await page.getByRole('button', { name: 'Set key' }).waitFor(); // it is forgotten
  await page.locator('#key-button').click();
  await page.getByLabel('Keep it in this tab').check();
  await page.getByLabel('API key', { exact: true }).fill(key);
  assert.equal(JSON.parse(await kept())[1]['bimpe.key'], key);
  assert.equal(JSON.stringify(JSON.parse(await kept())[0]).includes(key), false);
  await page.reload();
  await page.getByRole('button', { name: /^Key sk_/ }).click();
  await page.getByLabel('Keep it in this tab').uncheck();
  assert.equal((await kept()).includes(key), false);
  sound(sight);
  await sight.context.close();
});

test('without a key, and with one that may not, the server says so', async () => {
  const sight = await open(browser);
  const { page } = sight;
  await visit(sight, '#/operation/createAgent');
  await page.getByRole('button', { name: 'Send' }).click();
  await answer(page).getByText('api_key_missing').waitFor();
  await useKey(sight, narrowKey);
  await page.getByRole('button', { name: 'Send' }).click();
  await answer(page).getByText('insufficient_scope').waitFor();
  await answer(page).getByText('403 Forbidden').waitFor();
  sound(sight);
  await sight.context.close();
});

test('the keyboard is enough', async () => {
  const sight = await open(browser, { width: 390 });
  const { page } = sight;
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('ticket');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /ticket/i }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await page.getByRole('button', { name: 'Menu' }).click();
  await shot(sight, 'menu');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.id === 'menu-button');
  await page.locator('#key-button').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'api-key');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.id === 'key-button');
  sound(sight);
  await sight.context.close();
});

test('the colours can be chosen', async () => {
  const sight = await open(browser, { colorScheme: 'light' });
  const { page } = sight;
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByLabel('Colours').selectOption('dark');
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await ground(), dark);
  await page.getByLabel('Colours').selectOption('auto');
  assert.equal(await ground(), light);
  sound(sight);
  await sight.context.close();
});

test('from an allowed origin the page works as from the server itself', async () => {
  const sight = await open(browser, { base: friend });
  const { page } = sight;
  await page.getByLabel('Server address').fill(`${server}/`);
  await shot(sight, 'elsewhere');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('heading', { level: 1, name: /bimpe/ }).waitFor();
  await useKey(sight, key);
  await visit(sight, '#/operation/getAgent');
  await page.getByLabel(/^agentId/).fill(agent.id);
  await page.getByRole('button', { name: 'Send' }).click();
  await answer(page).getByText('200 OK').waitFor();
  await page.getByLabel(/^agentId/).fill('cnobody000000000000000000');
  await page.getByRole('button', { name: 'Send' }).click();
  await answer(page).getByText('"not_found"').waitFor(); // errors can be read too
  await answer(page).getByText(/^Headers/).click();
  await answer(page).getByText('x-ratelimit-limit', { exact: true }).waitFor();
  await visit(sight, '#/talk');
  await page.getByLabel('Agent', { exact: true }).selectOption(agent.id);
  await page.getByRole('button', { name: 'Open a conversation' }).click();
  await page.getByText('stream open').waitFor();
  await page.getByLabel('Message', { exact: true }).fill('Hello from elsewhere');
  await page.getByRole('button', { name: 'Say it' }).click();
  await page.getByText('You said: Hello from elsewhere', { exact: true }).waitFor();
  const home = (f) => f.includes(`${friend}/openapi.json`); // where it looked first, in vain
  assert.equal(sight.faults.filter(home).length, 1);
  sound({ ...sight, faults: sight.faults.filter((f) => !home(f)) }, [server]);
  await sight.context.close();
});

test('from an origin that is not allowed it says why not', async () => {
  const sight = await open(browser, { base: stranger });
  const { page } = sight;
  await page.getByLabel('Server address').fill(server);
  await page.getByRole('button', { name: 'Connect' }).click();
  const trouble = page.locator('[data-part=trouble]');
  await trouble.getByText('BIMPE_ALLOWED_ORIGINS').waitFor();
  assert.ok((await trouble.innerText()).includes(stranger));
  const refused = sight.faults.filter((f) => f.includes('CORS policy'));
  assert.equal(refused.length, 1, 'it is the browser that keeps the answer from the page');
  // The server does not answer a page of there, whatever it asks for.
  const got = await fetch(`${api}/agents`, { headers: { Origin: stranger, Authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(patience) });
  assert.equal(got.headers.get('access-control-allow-origin'), null);
  await sight.context.close();
});
