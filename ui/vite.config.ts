import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { horizon } from "./build/horizon.ts";

/** Where `npm run dev` finds a program that answers `POST /call/{name}`. */
const host = process.env["COCKPIT_HOST"] ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [horizon(), svelte()],
  server: { port: 1420, strictPort: true, proxy: { "/call": host } },
  build: {
    target: ["es2022", "safari16"],
    // The policy allows fonts from our own files only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Small parts that the pairing page shares with later screens stay with it: a file each would compress badly.
          includeDependenciesRecursively: false,
          groups: [
            {
              name: "PairPage",
              test: /src\/(pages\/pair\/(?!LeaveGuard|Limbo|Live|CredentialsStep|FinishStep)|parts\/(SecretValue|CopyButton|Stations|TabList)\.|words\/pair\.|state\/(handover|pairing)\.|model\/forms\.)/,
            },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts", "build/**/*.test.ts"] },
});
