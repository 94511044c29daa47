// A bimpe of its own, in a temporary folder, that can be stopped and started again where it was.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class Server {
  #env;
  #process = null;
  #binary;

  constructor(binary, settings = {}) {
    this.#binary = binary;
    this.folder = mkdtempSync(join(tmpdir(), 'bimpe-sdk-check-'));
    this.#env = {
      PATH: process.env.PATH, BIMPE_DATA_DIR: this.folder, BIMPE_LISTEN: '127.0.0.1:0',
      BIMPE_LOG_FORMAT: 'json', ...settings,
    };
    this.url = '';
  }

  // run runs a command to its end and returns what it printed.
  run(...words) {
    return execFileSync(this.#binary, words, { env: this.#env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  // key makes an API key of the one team.
  key(...scopes) {
    return this.run('key', 'create', '--team', 'sdk-check', ...scopes.flatMap((scope) => ['--scope', scope]));
  }

  // start serves, and resolves once requests are answered; the second time at the same address.
  async start() {
    const running = spawn(this.#binary, ['serve'], { env: this.#env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((resolve) => running.once('exit', resolve));
    this.#process = { running, ended };
    const said = [];
    for await (const line of createInterface({ input: running.stderr })) {
      said.push(line);
      if (!line.includes('"msg":"listening"')) continue;
      const { address } = JSON.parse(line);
      this.url = `http://${address}`;
      this.#env.BIMPE_LISTEN = address;
      running.stderr.resume();
      return this;
    }
    throw new Error(`bimpe does not listen:\n${said.join('\n')}`);
  }

  // stop asks the server to end, as an operator would, and waits.
  async stop() {
    if (!this.#process) return;
    const { running, ended } = this.#process;
    this.#process = null;
    running.kill('SIGTERM');
    await ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
