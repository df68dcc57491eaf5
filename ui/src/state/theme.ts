import type { Theme } from "../backend/types.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");
const REMEMBERED = "theme";

/**
 * Puts a theme on the page. The choice is also remembered in the page itself, so that the next start paints in the
 * right colours before the program has answered.
 */
export function applyTheme(theme: Theme): void {
  chosen = theme;
  localStorage.setItem(REMEMBERED, theme);
  paint();
}

/** Before the first paint: what was chosen last time, else what the system says. */
export function startTheme(): void {
  const remembered = localStorage.getItem(REMEMBERED);
  if (isTheme(remembered)) chosen = remembered;
  for (const query of [dark, contrast]) query.addEventListener("change", paint);
  paint();
}

let chosen: Theme = "system";

function paint(): void {
  const theme = chosen === "system" ? systemTheme() : chosen;
  if (theme.startsWith("high_contrast")) void import("virtual:horizon-contrast.css");
  document.documentElement.dataset["theme"] = theme;
}

function systemTheme(): Theme {
  const shade = dark.matches ? "dark" : "light";
  return contrast.matches ? `high_contrast_${shade}` : shade;
}

function isTheme(value: string | null): value is Theme {
  return value !== null && ["system", "light", "dark", "high_contrast_light", "high_contrast_dark"].includes(value);
}
