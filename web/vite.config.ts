import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/",
  worker: { format: "es" },
  css: { lightningcss: { errorRecovery: true } },
  // Fonts stay files: the page's policy has no `font-src data:`.
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1400,
    rollupOptions: {
      // The page of resources and need is the server's: its script is a file of a name that the server knows.
      input: { index: "index.html", "challenge-page": "src/challenge-page.ts" },
      output: { entryFileNames: (chunk) => (chunk.name === "challenge-page" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  // Reference data of the tests.
  assetsInclude: ["**/*.csv.gz"],
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/tiles": "http://127.0.0.1:8080" } },
  // Style sheets are read by the test of contrast.
  test: { include: ["tests/**/*.test.{ts,mjs}"], environment: "node", testTimeout: 60_000, css: true },
});
