import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/docs/',
  plugins: [svelte()],
  // While it is worked on, the page speaks with a server that runs beside it.
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/openapi.json': 'http://127.0.0.1:8080' } },
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
