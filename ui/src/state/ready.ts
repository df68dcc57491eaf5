import { later } from "./later.svelte.ts";

/** Says once, after it is really painted, that there is something to work with. Start-up is measured with it. */
export function markReady(): void {
  if (marked) return;
  marked = true;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      performance.mark("first-rows");
      window.__ready = true;
      later.soon();
    }),
  );
}

let marked = false;
