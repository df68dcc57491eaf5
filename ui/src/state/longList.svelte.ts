import { flushSync } from "svelte";
import type { CallError } from "../backend/types.ts";
import { mergeOrdered, search } from "../model/rows.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** The largest page a Director gives. */
const PAGE_SIZE = 200;
/** Older than this, the list is read again behind the rows when somebody returns to it. */
const FRESH_MS = 10_000;

type Loading = "idle" | "loading" | "stopped" | "failed";
type Page<Row> = {
  rows: Row[];
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
  serverNow: string | null;
};
type Entry<Row> = { readonly row: Row; readonly haystack: string };

/** A list of thousands, loaded page by page, and what the person searches in it. */
export abstract class LongList<Row, E extends Entry<Row>> {
  loading = $state<Loading>("idle");
  error = $state.raw<CallError | null>(null);
  /** What the server says there is; `null` before the first page. */
  total = $state<number | null>(null);
  loadedAt = $state<number | null>(null);
  /** How many were read in this round; `ordered` may hold more while an older round is still shown. */
  loaded = $state(0);
  query = $state("");
  selectedId = $state<string | null>(null);

  ordered = $state.raw<readonly E[]>([]);
  matching = $derived(search(this.ordered, this.query));
  selected = $derived(this.matching.find((entry) => this.idOf(entry.row) === this.selectedId) ?? null);

  #cursor: string | null = null;
  /** A new round makes answers of the old one worthless. */
  #round = 0;
  /** Rows of a reload that goes on behind the rows on the screen. */
  #behind: E[] | null = null;
  /** What was changed here since the round began: newer than what its pages say; `null` is a deleted row. */
  #touched = new Map<string, E | null>();

  abstract idOf(row: Row): string;
  protected abstract read(after: string | null, first: number): Promise<Page<Row>>;
  protected abstract toEntry(row: Row): E;
  /** The present order of the rows. */
  protected abstract order(): (a: E, b: E) => number;

  /** Loads everything; rows that are already there stay until the new ones are complete. */
  async reload(): Promise<void> {
    this.#cursor = null;
    this.loaded = 0;
    this.#behind = this.ordered.length > 0 ? [] : null;
    this.#touched.clear();
    await this.#load();
  }

  async reloadIfOld(): Promise<void> {
    const fresh = this.loadedAt !== null && Date.now() - this.loadedAt < FRESH_MS;
    if (!fresh && this.loading !== "loading" && this.loading !== "stopped") await this.reload();
  }

  stop(): void {
    this.#round += 1;
    this.loading = "stopped";
  }

  async resume(): Promise<void> {
    if (this.loading === "stopped" || this.loading === "failed") await this.#load();
  }

  /**
   * Searches and brings the result onto the page before it returns, so that the measured time is what the person
   * waits for between the key and the new rows.
   */
  setQuery(query: string): void {
    const start = performance.now();
    flushSync(() => {
      this.query = query;
    });
    performance.measure("filter", { start, end: performance.now() });
  }

  /** A row that was created, changed or looked at here. */
  put(row: Row): void {
    const id = this.idOf(row);
    const entry = this.toEntry(row);
    const others = this.ordered.filter((other) => this.idOf(other.row) !== id);
    const known = others.length < this.ordered.length;
    this.#touched.set(id, entry);
    this.ordered = mergeOrdered(others, [entry], this.order());
    if (!known && this.total !== null) {
      this.total += 1;
      this.loaded += 1;
    }
  }

  remove(id: string): void {
    const left = this.ordered.filter((entry) => this.idOf(entry.row) !== id);
    if (left.length < this.ordered.length) {
      this.total = Math.max(0, (this.total ?? left.length + 1) - 1);
      this.loaded = Math.max(0, this.loaded - 1);
    }
    this.#touched.set(id, null);
    this.ordered = left;
    if (this.selectedId === id) this.selectedId = null;
  }

  find(match: (row: Row) => boolean): Row | undefined {
    return this.ordered.find((entry) => match(entry.row))?.row;
  }

  async #load(): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    this.loading = "loading";
    this.error = null;
    try {
      for (let more = true; more; ) {
        const page = await this.read(this.#cursor, PAGE_SIZE);
        if (round !== this.#round) return;
        clock.observe(page.serverNow);
        this.#take(
          page.rows.map((row) => this.toEntry(row)),
          page.totalCount,
        );
        this.#cursor = page.endCursor;
        more = page.hasNextPage;
        if (more) await nextTurn();
        if (round !== this.#round) return;
      }
      this.#complete();
    } catch (error) {
      if (round !== this.#round) return;
      this.error = error as CallError;
      this.loading = "failed";
      cockpit.suspect(this.error);
    }
  }

  #take(entries: E[], total: number): void {
    this.total = total;
    this.loaded += entries.length;
    const unchanged = entries.filter(({ row }) => !this.#touched.has(this.idOf(row)));
    if (this.#behind) this.#behind.push(...unchanged);
    else this.ordered = mergeOrdered(this.ordered, unchanged, this.order());
  }

  #complete(): void {
    if (this.#behind) {
      const changed = [...this.#touched.values()].filter((entry) => entry !== null);
      this.ordered = [...this.#behind, ...changed].sort(this.order());
      this.#behind = null;
    }
    this.loading = "idle";
    this.loadedAt = Date.now();
  }
}

/** Lets the page paint and take keys between two pages of rows, and waits while nobody looks at the window. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  if (!document.hidden) return;
  await new Promise<void>((resolve) => {
    const onShow = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", onShow);
      resolve();
    };
    document.addEventListener("visibilitychange", onShow);
  });
}
