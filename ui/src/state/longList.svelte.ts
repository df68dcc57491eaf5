import { flushSync } from "svelte";
import type { CallError } from "../backend/types.ts";
import { mergeOrdered, search } from "../model/rows.ts";
import { patienceMs } from "../model/waiting.ts";
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
/** Rows of an earlier run, and when they were true. */
export type Saved<Row> = { rows: Row[]; savedAt: number };

const lists = new Set<{ enter(scope: string): void }>();

/** Another environment or tenant: no row of the one before stays on the screen, whether the new one answers or not. */
export function enterAll(scope: string): void {
  for (const list of lists) list.enter(scope);
}

/** A list of thousands, loaded page by page, and what the person searches in it. */
export abstract class LongList<Row, E extends Entry<Row>> {
  loading = $state<Loading>("idle");
  error = $state.raw<CallError | null>(null);
  /** When reading goes on by itself after a failure, on this computer's clock. */
  retryAt = $state<number | null>(null);
  /** What the server says there is; `null` before the first page. */
  total = $state<number | null>(null);
  loadedAt = $state<number | null>(null);
  /** The rows are from the disk and were true then; `null` once they have been compared with the server's. */
  savedAt = $state<number | null>(null);
  /** How many were read in this round; `ordered` may hold more while an older round is still shown. */
  loaded = $state(0);
  query = $state("");
  selectedId = $state<string | null>(null);

  ordered = $state.raw<readonly E[]>([]);
  matching = $derived(search(this.ordered, this.query));
  selected = $derived(this.matching.find((entry) => this.idOf(entry.row) === this.selectedId) ?? null);

  #scope = "";
  #cursor: string | null = null;
  /** A new round makes answers of the old one worthless. */
  #round = 0;
  #known = new Map<string, E>();
  /** What the pages of this round have named. */
  #seen = new Set<string>();
  /** What was changed here since the round began: newer than what its pages say. */
  #touched = new Set<string>();
  /** The most that the server said in this round. */
  #most = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    lists.add(this);
  }

  abstract idOf(row: Row): string;
  protected abstract read(after: string | null, first: number): Promise<Page<Row>>;
  protected abstract toEntry(row: Row): E;
  /** The present order of the rows. */
  protected abstract order(): (a: E, b: E) => number;
  /** What an earlier run left on the disk. */
  protected async saved(): Promise<Saved<Row> | null> {
    return null;
  }

  /** Rows of another environment or tenant are not these rows. */
  enter(scope: string): void {
    if (scope === this.#scope) return;
    this.#scope = scope;
    this.#begin();
    this.#known.clear();
    this.ordered = [];
    this.total = null;
    this.loadedAt = null;
    this.savedAt = null;
    this.selectedId = null;
    this.query = "";
    this.loading = "idle";
  }

  /** Loads everything; rows that are already there stay, and change as the pages come. */
  async reload(): Promise<void> {
    const round = this.#begin();
    this.loading = "loading";
    if (this.loadedAt === null && this.ordered.length === 0) await this.#show(round);
    if (round === this.#round) await this.#load();
  }

  async reloadIfOld(): Promise<void> {
    const fresh = this.loadedAt !== null && Date.now() - this.loadedAt < FRESH_MS;
    if (fresh || this.loading === "loading" || this.loading === "stopped") return;
    await (this.loading === "failed" ? this.resume() : this.reload());
  }

  /** Also "Keep these": whatever went wrong, nothing is tried any more. */
  stop(): void {
    this.#end();
    this.error = null;
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
    const known = this.#known.has(id);
    this.#touched.add(id);
    this.#merge([this.toEntry(row)]);
    if (!known && this.total !== null) {
      this.total += 1;
      this.#most += 1;
      this.#see(id);
    }
  }

  remove(id: string): void {
    this.#touched.add(id);
    if (this.#known.delete(id)) {
      this.ordered = this.ordered.filter((entry) => this.idOf(entry.row) !== id);
      this.total = Math.max(0, (this.total ?? this.ordered.length + 1) - 1);
      this.#most -= 1;
      this.#seen.delete(id);
      this.loaded = this.#seen.size;
    }
    if (this.selectedId === id) this.selectedId = null;
  }

  find(match: (row: Row) => boolean): Row | undefined {
    return this.ordered.find((entry) => match(entry.row))?.row;
  }

  /** A new round from the first page. */
  #begin(): number {
    this.#end();
    this.error = null;
    this.#cursor = null;
    this.loaded = 0;
    this.#most = 0;
    this.#seen.clear();
    this.#touched.clear();
    return this.#round;
  }

  #end(): void {
    this.#round += 1;
    this.retryAt = null;
    clearTimeout(this.#retry);
    removeEventListener("online", this.#again);
  }

  readonly #again = () => void this.resume();

  async #show(round: number): Promise<void> {
    const saved = await this.saved().catch(() => null);
    if (round !== this.#round || !saved || saved.rows.length === 0) return;
    this.#merge(saved.rows.map((row) => this.toEntry(row)));
    this.total = this.ordered.length;
    this.savedAt = saved.savedAt;
    // The rows first: what the server says about them may take seconds.
    await painted();
  }

  async #load(): Promise<void> {
    this.#end();
    const round = this.#round;
    this.loading = "loading";
    this.error = null;
    try {
      for (let more = true; more; ) {
        const page = await this.read(this.#cursor, PAGE_SIZE);
        if (round !== this.#round) return;
        clock.observe(page.serverNow);
        this.#failures = 0;
        const fresh = this.#take(page.rows, page.totalCount);
        // A page that brings nothing and leads nowhere would be read for ever.
        more = page.hasNextPage && fresh && page.endCursor !== this.#cursor;
        this.#cursor = page.endCursor;
        if (more) await nextTurn();
        if (round !== this.#round) return;
      }
      this.#complete();
    } catch (error) {
      if (round === this.#round) this.#fail(error as CallError);
    }
  }

  /** Says whether a row was among them that no page of this round had named. */
  #take(rows: readonly Row[], total: number): boolean {
    this.total = total;
    this.#most = Math.max(this.#most, total);
    const before = this.#seen.size;
    const changed: E[] = [];
    for (const row of rows) {
      const id = this.idOf(row);
      // The Director counts pages by position: a row that is created on the way moves another one to the next page.
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      if (!this.#touched.has(id) && !same(this.#known.get(id)?.row, row)) changed.push(this.toEntry(row));
    }
    this.loaded = this.#seen.size;
    this.#merge(changed);
    return this.#seen.size > before;
  }

  #see(id: string): void {
    this.#seen.add(id);
    this.loaded = this.#seen.size;
  }

  #merge(entries: readonly E[]): void {
    if (entries.length === 0) return;
    const ids = new Set(entries.map(({ row }) => this.idOf(row)));
    const replaced = [...ids].some((id) => this.#known.has(id));
    const others = replaced ? this.ordered.filter(({ row }) => !ids.has(this.idOf(row))) : this.ordered;
    for (const entry of entries) this.#known.set(this.idOf(entry.row), entry);
    this.ordered = mergeOrdered(others, entries, this.order());
  }

  #complete(): void {
    // A row that was deleted on the way moved another one to a page that had been read: then nothing is known to be gone.
    const all = this.loaded >= this.#most;
    const gone = all ? [...this.#known.keys()].filter((id) => !this.#seen.has(id) && !this.#touched.has(id)) : [];
    if (gone.length > 0) {
      for (const id of gone) this.#known.delete(id);
      this.ordered = this.ordered.filter(({ row }) => this.#known.has(this.idOf(row)));
    }
    this.total = this.ordered.length;
    this.loaded = this.ordered.length;
    this.loading = "idle";
    this.loadedAt = Date.now();
    this.savedAt = null;
  }

  #fail(error: CallError): void {
    this.error = error;
    this.loading = "failed";
    this.#failures += 1;
    const patience = patienceMs(error, this.#failures);
    if (patience !== null) {
      this.retryAt = Date.now() + patience;
      this.#retry = setTimeout(this.#again, patience);
      addEventListener("online", this.#again, { once: true });
    }
    cockpit.suspect(error);
  }
}

function same<Row>(known: Row | undefined, row: Row): boolean {
  return known !== undefined && JSON.stringify(known) === JSON.stringify(row);
}

const painted = () => new Promise((resolve) => setTimeout(resolve));

/** Lets the page paint and take keys between two pages of rows, and waits while nobody looks at the window. */
async function nextTurn(): Promise<void> {
  await painted();
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
