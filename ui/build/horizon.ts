import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import type { Plugin } from "vite";

/** What `<html data-theme>` says, and the Horizon theme that stands behind it. The first one is the base. */
const THEMES = {
  light: { folder: "sap_horizon", scheme: "light" },
  dark: { folder: "sap_horizon_dark", scheme: "dark" },
  high_contrast_light: { folder: "sap_horizon_hcw", scheme: "light" },
  high_contrast_dark: { folder: "sap_horizon_hcb", scheme: "dark" },
} as const;
type ThemeName = keyof typeof THEMES;

/** The themes nearly everybody sees come with the page; the others when they are asked for. */
const MODULES: Record<string, ThemeName[]> = {
  "virtual:horizon.css": ["light", "dark"],
  "virtual:horizon-contrast.css": ["high_contrast_light", "high_contrast_dark"],
};
const VARIABLE = /--sap\w+/g;

/**
 * Serves the theme modules: for each theme the Horizon variables that our sources really use.
 *
 * A theme file has about 1,500 variables (100 KB), the page needs a few dozen. A name that Horizon does not know is
 * an error at build time, not a missing colour on somebody's screen.
 */
export function horizon(sources = "src"): Plugin {
  return {
    name: "horizon",
    resolveId: (id) => (id in MODULES ? `/__${id.slice("virtual:".length)}` : undefined),
    load(id) {
      const themes = MODULES[id.replace("/__", "virtual:")];
      if (!themes) return undefined;
      const used = usedVariables(sources);
      const base = new Map(pick(themeVariables("light"), used));
      return themes.map((name) => block(name, pick(themeVariables(name), used), base)).join("\n");
    },
  };
}

/** All variables of one theme file; the theme files hold plain values, never references. */
export function parseVariables(css: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, key, value] of css.matchAll(/(--sap\w+):\s*([^;{}]+);/g)) {
    if (key && value) found.set(key, value.trim());
  }
  return found;
}

/** The wanted variables in a stable order. */
export function pick(theme: Map<string, string>, wanted: Iterable<string>): [string, string][] {
  return [...wanted].sort().map((key) => {
    const value = theme.get(key);
    if (value === undefined) throw new Error(`Horizon has no variable ${key}`);
    return [key, value];
  });
}

/** One theme as CSS; every theme but the base says only what it changes. */
export function block(name: string, variables: [string, string][], base: Map<string, string>): string {
  const isBase = name === "light";
  const said = variables.filter(([key, value]) => isBase || base.get(key) !== value);
  const lines = said.map(([key, value]) => `  ${key}: ${value};`);
  const scheme = THEMES[name as ThemeName].scheme;
  return `${isBase ? ":root" : `:root[data-theme="${name}"]`} {\n  color-scheme: ${scheme};\n${lines.join("\n")}\n}`;
}

function themeVariables(name: ThemeName): Map<string, string> {
  const root = dirname(createRequire(import.meta.url).resolve("@sap-theming/theming-base-content/package.json"));
  return parseVariables(
    readFileSync(join(root, "content/Base/baseLib", THEMES[name].folder, "css_variables.css"), "utf8"),
  );
}

function usedVariables(folder: string): Set<string> {
  const used = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || ![".svelte", ".css", ".ts"].includes(extname(entry.name))) continue;
    for (const [name] of readFileSync(join(entry.parentPath, entry.name), "utf8").matchAll(VARIABLE)) used.add(name);
  }
  return used;
}
