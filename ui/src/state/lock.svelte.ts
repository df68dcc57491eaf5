import { call } from "../backend/index.ts";
import { clipboard } from "./clipboard.svelte.ts";

/** Everything hidden at once: the values on the page, and the clipboard if it still holds one of ours. */
class Lock {
  locked = $state(false);
  /** Changes whenever shown values must disappear: lock, and the window losing the focus. */
  hideAll = $state(0);

  lock(): void {
    this.locked = true;
    this.hideAll += 1;
    clipboard.forget();
    // The page is hidden whatever the program answers; it empties the clipboard on quit, too.
    call("lock", {}).catch(() => undefined);
  }

  unlock(): void {
    this.locked = false;
  }

  start(): () => void {
    const hide = () => {
      this.hideAll += 1;
    };
    addEventListener("blur", hide);
    document.addEventListener("visibilitychange", hide);
    return () => {
      removeEventListener("blur", hide);
      document.removeEventListener("visibilitychange", hide);
    };
  }
}

export const lock = new Lock();
