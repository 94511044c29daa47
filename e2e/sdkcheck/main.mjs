// Runs every method of the vendor's TypeScript SDKs against a server of its own and prints what came
// of each: node main.mjs BINARY ERA=FOLDER… A folder holds a built package. The exit code is 1 unless
// every method has a case and every case is right.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cases as behaviour } from './behaviour.mjs';
import { cases as both } from './cases.mjs';
import { cases as older } from './cases01.mjs';
import { cases as newer } from './cases04.mjs';
import { Context } from './context.mjs';
import { cases as errors } from './errors.mjs';
import { Said } from './expect.mjs';
import { Server } from './server.mjs';
import { surface } from './surface.mjs';

const patience = 60_000; // ms; a case that takes longer has failed
const only = { '0.1': older, '0.4': newer };

async function load(folder) {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entry = about.exports?.['.']?.import ?? about.module ?? about.main;
  return { version: about.version, sdk: await import(pathToFileURL(resolve(folder, entry))) };
}

// judge runs a case and says what came of it.
async function judge(c, name, test) {
  if (!test) return { name, result: 'FAILED', note: 'has no case' };
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error('took too long')), patience); });
  try {
    const came = await Promise.race([test(c), late]);
    return { name, result: 'ok', note: came instanceof Said ? came.note : '' };
  } catch (error) {
    return { name, result: 'FAILED', note: `${error.name}: ${error.message}`.replaceAll('\n', ' ').slice(0, 300) };
  } finally {
    clearTimeout(timer);
  }
}

async function check(binary, era, folder) {
  const { sdk, version } = await load(folder);
  const server = new Server(binary, { BIMPE_RATE_LIMIT: '0' });
  try {
    const keys = { key: server.key('*'), lesserKey: server.key('agents:read') };
    await server.start();
    const c = new Context({ era, sdk, server, binary, ...keys });
    const cases = { ...both, ...errors, ...only[era], ...behaviour };
    const rows = [];
    const names = surface(sdk, c.client);
    const gone = Object.keys({ ...both, ...errors, ...only[era] }).filter((name) => !names.includes(name));
    for (const name of [...names, ...Object.keys(behaviour)]) rows.push(await judge(c, name, cases[name]));
    for (const name of gone) rows.push({ name, result: 'FAILED', note: 'has a case, but the SDK no longer has it' });
    return rows.map((row) => ({ era: `${era} (${version})`, ...row }));
  } finally {
    await server.remove();
  }
}

function print(rows) {
  const width = (name) => Math.max(...rows.map((row) => row[name].length));
  const [era, name, result] = ['era', 'name', 'result'].map(width);
  for (const row of rows) {
    console.log(`${row.era.padEnd(era)}  ${row.name.padEnd(name)}  ${row.result.padEnd(result)}  ${row.note}`.trimEnd());
  }
}

const [binary, ...folders] = process.argv.slice(2);
let failed = 0;
for (const pair of folders) {
  const [era, folder] = pair.split('=');
  const rows = await check(binary, era, folder);
  print(rows);
  const wrong = rows.filter((row) => row.result !== 'ok').length;
  console.log(`\n${era}: ${rows.length - wrong} of ${rows.length} right\n`);
  failed += wrong;
}
process.exit(failed > 0 ? 1 : 0);
