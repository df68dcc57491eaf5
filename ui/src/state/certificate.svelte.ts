import { call } from "../backend/index.ts";
import type { CallError, CertificateDetail, ExportForm, RevocationMode, RevocationReason } from "../backend/types.ts";
import { certificates } from "./certificates.svelte.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** How often the inventory is asked while the page is visible: it says when a certificate was presented. */
const POLL_MS = 10_000;

export type CertificateDeed = "revoke" | "export" | "copy";

/** One certificate, kept fresh as long as its page is open, and what can be done to it. */
export class Certificate {
  readonly fingerprint: string;
  detail = $state.raw<CertificateDetail | null>(null);
  gone = $state(false);
  /** It could not be read: what is on the screen is old. */
  readError = $state.raw<CallError | null>(null);
  readAt = $state(0);
  doing = $state<CertificateDeed | null>(null);
  failed = $state.raw<{ deed: CertificateDeed; error: CallError } | null>(null);
  /** What a revocation stops. Null: could not be read. */
  mode = $state<RevocationMode | null>(null);

  /** What the list knows is enough to paint the header before the answer comes. */
  row = $derived(
    this.detail?.row ?? certificates.rows.find(({ fingerprint }) => fingerprint === this.fingerprint) ?? null,
  );

  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #round = 0;

  constructor(fingerprint: string) {
    this.fingerprint = fingerprint;
  }

  /** Reads now, and again and again while somebody looks; once more is the same as once. */
  async watch(): Promise<void> {
    clearTimeout(this.#timer);
    if (!document.hidden) await this.read();
    if (this.#closed || this.gone) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.watch(), POLL_MS);
  }

  async read(): Promise<void> {
    const round = this.#round;
    try {
      const detail = await call("get_certificate", { fingerprint: this.fingerprint });
      if (this.#closed || round !== this.#round) return;
      this.readError = null;
      this.gone = detail === null;
      if (detail) this.#take(detail);
    } catch (error) {
      if (this.#closed || round !== this.#round) return;
      this.readError = error as CallError;
      cockpit.suspect(this.readError);
    }
  }

  async readMode(): Promise<void> {
    try {
      this.mode = (await call("policy", {})).policy.revocationMode;
    } catch {
      this.mode = null;
    }
  }

  revoke(reason: RevocationReason, note: string, confirmName: string): Promise<boolean> {
    return this.#do("revoke", async () => {
      const detail = await call("revoke_certificate", {
        fingerprint: this.fingerprint,
        reason,
        note: note.trim() || null,
        confirmName,
      });
      this.#round += 1;
      if (!this.#closed) this.#take(detail);
      certificates.put(detail.row);
    });
  }

  /** Answers where the file is, or nothing when the person cancelled or it failed. */
  async export(form: ExportForm, passphrase: string | null): Promise<string | null> {
    let saved: string | null = null;
    await this.#do("export", async () => {
      saved = (await call("export_certificate", { fingerprint: this.fingerprint, form, passphrase })).savedTo;
    });
    return saved;
  }

  /** Answers whether it is in the clipboard. */
  copy(form: "pem" | "chain"): Promise<boolean> {
    return this.#do("copy", async () => {
      const outcome = await call("copy_certificate", { fingerprint: this.fingerprint, form });
      if (outcome.clipboard === "unavailable") {
        throw {
          code: "clipboard_unavailable",
          message: outcome.message,
          hint: null,
          detail: null,
          correlationId: "",
        };
      }
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #do(deed: CertificateDeed, work: () => Promise<void>): Promise<boolean> {
    if (this.doing) return false;
    this.doing = deed;
    this.failed = null;
    this.#round += 1;
    try {
      await work();
      return true;
    } catch (error) {
      this.failed = { deed, error: error as CallError };
      cockpit.suspect(this.failed.error);
      return false;
    } finally {
      this.doing = null;
    }
  }

  #take(detail: CertificateDetail): void {
    clock.observe(detail.serverNow);
    this.detail = detail;
    this.readAt = Date.now();
  }
}
