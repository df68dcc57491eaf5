import { call } from "../backend/index.ts";
import type { CallError, CertificateOrder, CertificateRow, Timeline } from "../backend/types.ts";
import { MOST_BARS } from "../model/timeline.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

const PAGE_SIZE = 200;
/** Older than this, the list is read again behind the rows when somebody returns to it. */
const FRESH_MS = 5000;
/** A person types on; the server searches when they pause. */
const PAUSE_MS = 200;

/** What somebody pressed a key for in the list; the page of the certificate does it. */
export type CertificateIntent = "revoke" | "verify" | "export";

/**
 * The inventory. It may hold a hundred thousand certificates, so the server sorts and searches, and a page is read when
 * somebody scrolls to it.
 */
class Certificates {
  rows = $state.raw<readonly CertificateRow[]>([]);
  more = $state(false);
  loading = $state<"idle" | "loading" | "more" | "failed">("idle");
  error = $state.raw<CallError | null>(null);
  loadedAt = $state<number | null>(null);

  order = $state<CertificateOrder>("expiry");
  currentOnly = $state(true);
  query = $state("");
  /** What the rows on the screen were searched for. */
  searched = $state("");
  selectedId = $state<string | null>(null);
  selected = $derived(this.rows.find(({ fingerprint }) => fingerprint === this.selectedId) ?? null);

  timeline = $state.raw<Timeline | null>(null);
  timelineError = $state.raw<CallError | null>(null);
  /** Every current certificate, where they are few enough for a bar each. */
  bars = $state.raw<readonly CertificateRow[] | null>(null);
  /** The date of the question "what if it were then"; null is now. */
  whatIf = $state<number | null>(null);

  #cursor: string | null = null;
  /** A new round makes answers of the old one worthless. */
  #round = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #intent: { fingerprint: string; intent: CertificateIntent } | null = null;

  /** Nothing was ever issued: not merely nothing that matches. */
  get nothingIssued(): boolean {
    const { timeline } = this;
    return timeline !== null && timeline.current + timeline.expired + timeline.revoked === 0 && this.rows.length === 0;
  }

  setQuery(query: string): void {
    this.query = query;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.read(), PAUSE_MS);
  }

  setOrder(order: CertificateOrder): void {
    this.order = order;
    void this.read();
  }

  setCurrentOnly(currentOnly: boolean): void {
    this.currentOnly = currentOnly;
    void this.read();
  }

  async reloadIfOld(): Promise<void> {
    if (this.loadedAt === null || Date.now() - this.loadedAt > FRESH_MS) await this.reload();
  }

  /** The urgent part first: the rows by expiry, and the timeline beside them. */
  async reload(): Promise<void> {
    await Promise.all([this.read(), this.readTimeline()]);
  }

  /** Reads the first page again; the rows of before stay until it is there. */
  async read(): Promise<void> {
    clearTimeout(this.#pause);
    this.#round += 1;
    const round = this.#round;
    const query = this.query;
    this.loading = "loading";
    try {
      const page = await this.#page(null);
      if (round !== this.#round) return;
      this.rows = page.rows;
      this.searched = query.trim();
      this.#cursor = page.endCursor;
      this.more = page.hasNextPage;
      this.error = null;
      this.loading = "idle";
      this.loadedAt = Date.now();
    } catch (error) {
      if (round === this.#round) this.#fail(error as CallError);
    }
  }

  /** The next page, when somebody is about to see the end of this one. */
  async readMore(): Promise<void> {
    if (!this.more || this.loading !== "idle") return;
    const round = this.#round;
    this.loading = "more";
    try {
      const page = await this.#page(this.#cursor);
      if (round !== this.#round) return;
      // A certificate that was signed between two pages may be on both.
      const known = new Set(this.rows.map(({ fingerprint }) => fingerprint));
      this.rows = [...this.rows, ...page.rows.filter(({ fingerprint }) => !known.has(fingerprint))];
      this.#cursor = page.endCursor;
      this.more = page.hasNextPage;
      this.loading = "idle";
    } catch (error) {
      if (round === this.#round) this.#fail(error as CallError);
    }
  }

  async readTimeline(): Promise<void> {
    try {
      const timeline = await call("certificate_timeline", {});
      clock.observe(timeline.serverNow);
      this.bars = timeline.current > MOST_BARS ? null : await this.#all();
      this.timeline = timeline;
      this.timelineError = null;
    } catch (error) {
      this.timelineError = error as CallError;
    }
  }

  /** A certificate that was changed on its page. */
  put(row: CertificateRow): void {
    this.rows = this.rows.map((other) => (other.fingerprint === row.fingerprint ? row : other));
    this.loadedAt = null;
  }

  want(fingerprint: string, intent: CertificateIntent): void {
    this.#intent = { fingerprint, intent };
  }

  /** Answers the wish once. */
  takeIntent(fingerprint: string): CertificateIntent | null {
    const intent = this.#intent?.fingerprint === fingerprint ? this.#intent.intent : null;
    this.#intent = null;
    return intent;
  }

  async #page(after: string | null) {
    const page = await call("list_certificates", {
      order: this.order,
      currentOnly: this.currentOnly,
      search: this.query.trim() || null,
      ownerId: null,
      issuer: null,
      after,
      first: PAGE_SIZE,
    });
    clock.observe(page.serverNow);
    return page;
  }

  async #all(): Promise<CertificateRow[]> {
    const { rows } = await call("list_certificates", {
      order: "expiry",
      currentOnly: true,
      search: null,
      ownerId: null,
      issuer: null,
      after: null,
      first: MOST_BARS,
    });
    return rows;
  }

  #fail(error: CallError): void {
    this.error = error;
    this.loading = "failed";
    cockpit.suspect(error);
  }
}

export const certificates = new Certificates();
