import { fromFragment, type Place, toFragment } from "../model/address.ts";

/** Asked before a page is left; `leave` really goes. */
export type Guard = { blocks: () => boolean; ask: (leave: () => void) => void };

class Router {
  place = $state.raw<Place>(fromFragment(location.hash));
  #guard: Guard | null = null;
  /** A step of the browser's history that we take back ourselves is not a wish to leave. */
  #returning = false;

  start(): () => void {
    const onChange = () => this.#onFragment();
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }

  go(place: Place): void {
    const fragment = toFragment(place);
    if (fragment === toFragment(this.place)) return;
    this.unlessGuarded(() => this.put(place));
  }

  /** Without asking: what was here cannot be shown any more. */
  put(place: Place): void {
    location.hash = toFragment(place);
    this.place = place;
  }

  /** Set by a page that must not be left silently; answers how to take it away again. */
  protect(guard: Guard): () => void {
    this.#guard = guard;
    return () => {
      if (this.#guard === guard) this.#guard = null;
    };
  }

  #onFragment(): void {
    if (this.#returning) {
      this.#returning = false;
      return;
    }
    const wanted = fromFragment(location.hash);
    if (toFragment(wanted) === toFragment(this.place)) return;
    if (this.#guard?.blocks()) {
      this.#returning = true;
      location.hash = toFragment(this.place);
      this.go(wanted);
    } else {
      this.place = wanted;
    }
  }

  /** Asks the page first, where it must not be left silently. */
  unlessGuarded(leave: () => void): void {
    const guard = this.#guard;
    if (!guard?.blocks()) {
      leave();
      return;
    }
    guard.ask(() => {
      this.#guard = null;
      leave();
    });
  }
}

export const router = new Router();
