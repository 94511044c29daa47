import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/docs/',
  plugins: [svelte()],
  build: {
    outDir: '../../internal/playground/dist',
    emptyOutDir: true,
    // The Content-Security-Policy lets in files of the same origin and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox121', 'safari17.5'],
    license: { fileName: 'licenses.md' },
  },
});
