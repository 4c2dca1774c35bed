import { defineConfig } from 'vite';

/** Nothing is inlined, because the page's Content-Security-Policy allows only files of this server. */
export default defineConfig({
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080', '/progress': { target: 'ws://127.0.0.1:8080', ws: true } },
  },
});
