// Loads a module of the page's sources, which are TypeScript.
import { runnerImport } from 'vite';

export async function load(name) {
  const { module } = await runnerImport(new URL(`../../src/lib/${name}`, import.meta.url).pathname, { configFile: false, logLevel: 'error' });
  return module;
}
