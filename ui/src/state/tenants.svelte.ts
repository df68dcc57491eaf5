import { call } from "../backend/index.ts";
import type { CallError, TenantRow } from "../backend/types.ts";
import { once } from "../model/once.ts";

/** A pause in typing that is long enough for one more question. */
const PAUSE_MS = 250;

/** The tenants that the server finds for what is typed, page by page. */
export class TenantSearch {
  rows = $state.raw<readonly TenantRow[]>([]);
  /** What `rows` answers; `null` before the first answer. */
  answered = $state<string | null>(null);
  total = $state(0);
  hasMore = $state(false);
  busy = $state(false);
  error = $state.raw<CallError | null>(null);
  text = $state("");

  #cursor: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** An answer to an older question is worth nothing. */
  #round = 0;

  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), PAUSE_MS);
  }

  async ask(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#read(null);
  }

  async more(): Promise<void> {
    if (this.hasMore && !this.busy) await this.#read(this.#cursor);
  }

  /**
   * Nothing when the rows answer what is typed. Otherwise it is asked at once, and the promise says whether they do then:
   * not when somebody went on typing.
   */
  settle(): Promise<boolean> | null {
    const text = this.text.trim();
    // Before the first answer there is nothing but what was used lately.
    if (this.answered === text || (text === "" && this.answered === null)) return null;
    return this.ask().then(() => this.answered === text && this.text.trim() === text && !this.busy);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#round += 1;
  }

  async #read(after: string | null): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    const text = this.text.trim();
    this.busy = true;
    this.error = null;
    try {
      const page = await call("search_tenants", { text, after });
      if (round !== this.#round) return;
      this.rows = once(after === null ? page.tenants : [...this.rows, ...page.tenants]);
      this.total = page.totalCount;
      this.hasMore = page.hasNextPage;
      this.#cursor = page.endCursor;
      this.answered = text;
    } catch (error) {
      if (round === this.#round) this.error = error as CallError;
    } finally {
      if (round === this.#round) this.busy = false;
    }
  }
}
