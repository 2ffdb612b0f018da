import {fileURLToPath} from "node:url";
import {svelte} from "@sveltejs/vite-plugin-svelte";
import tailwindcss from "@tailwindcss/vite";
import {defineConfig} from "vite";

export default defineConfig({
  base: "/demo/",
  plugins: [svelte(), tailwindcss()],
  resolve: {alias: {"parley-client": fileURLToPath(new URL("../../clients/ts/src/index.ts", import.meta.url))}},
  build: {target: "es2022", license: {fileName: "licences.md"}, modulePreload: {polyfill: false}, assetsInlineLimit: 0},
  server: {proxy: {"/v1": {target: "http://127.0.0.1:8080", ws: true}, "/demo/session.json": "http://127.0.0.1:8080"}},
});
