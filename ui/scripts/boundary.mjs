// Reads every import of the page and refuses those that cross a boundary:
//  - only src/backend/ may know Tauri;
//  - src/model/ is pure: it imports nothing but itself and the backend's types;
//  - src/state/ does not know the screens.
import { readdirSync, readFileSync } from "node:fs";
import { join, normalize, relative } from "node:path";

const RULES = [
  { from: /^(?!backend\/)/, to: /^@tauri-apps\//, why: "only src/backend/ may import Tauri" },
  { from: /^model\//, to: /^(?!model\/|backend\/types|vitest)/, why: "src/model/ is pure" },
  { from: /^backend\//, to: /^(state|shell|parts|pages|model)\//, why: "src/backend/ knows nothing of the page" },
  { from: /^state\//, to: /^(shell|parts|pages)\//, why: "src/state/ does not know the screens" },
  { from: /^parts\//, to: /^(pages|shell)\//, why: "src/parts/ is used by pages and never the other way round" },
];
const IMPORT = /(?:from\s+|import\s*\(?\s*)["']([^"']+)["']/g;

const source = join(import.meta.dirname, "../src");
const offences = [];
for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(ts|svelte)$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const from = relative(source, file);
  for (const [, target] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const to = target.startsWith(".") ? relative(source, normalize(join(entry.parentPath, target))) : target;
    for (const rule of RULES) {
      if (rule.from.test(from) && rule.to.test(to)) offences.push(`src/${from} imports ${target}: ${rule.why}`);
    }
  }
}
if (offences.length > 0) {
  process.stderr.write(`${offences.join("\n")}\n`);
  process.exit(1);
}
