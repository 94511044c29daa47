// Loads a module of the page's sources, which are TypeScript, and in part Svelte's.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { runnerImport } from 'vite';

export async function load(name) {
  const path = new URL(`../../src/lib/${name}`, import.meta.url).pathname;
  const { module } = await runnerImport(path, { configFile: false, logLevel: 'error', plugins: [svelte({ configFile: false })] });
  return module;
}
