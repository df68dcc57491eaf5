import { call } from "../backend/index.ts";
import type { CallError, CertificateDetail, RequestReport, SigningKind } from "../backend/types.ts";
import { certificates } from "./certificates.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";

/** A file that was dropped on a page which leads to the helper. */
export const dropped: { file: File | null } = { file: null };

/** A text that somebody wants to know about before it is sent: what it is, and whether it would be signed. */
export class SigningRequest {
  text = $state("");
  report = $state.raw<RequestReport | null>(null);
  doing = $state<"check" | "sign" | null>(null);
  failed = $state.raw<{ deed: "check" | "sign"; error: CallError } | null>(null);
  /** What the report was made of: what is signed is what was looked at. */
  #checked = "";

  async check(pairingId: string | null, systemAuthId: string | null): Promise<void> {
    const text = this.text.trim() === "" ? this.#checked : this.text;
    if (this.doing || text.trim() === "") return;
    this.doing = "check";
    this.failed = null;
    try {
      this.report = await call("check_request", { text, pairingId, systemAuthId });
      this.#checked = text;
      // A key has no business on the screen.
      if (this.report.kind === "private_key" || this.report.kind === "pkcs12") this.forget();
    } catch (error) {
      this.report = null;
      this.failed = { deed: "check", error: error as CallError };
      cockpit.suspect(this.failed.error);
    } finally {
      this.doing = null;
    }
  }

  /** Answers the new certificate. */
  async sign(systemAuthId: string, kind: SigningKind): Promise<CertificateDetail | null> {
    if (this.doing || this.#checked === "") return null;
    this.doing = "sign";
    this.failed = null;
    try {
      const detail = await call("sign_request", { text: this.#checked, systemAuthId, kind });
      certificates.loadedAt = null;
      return detail;
    } catch (error) {
      this.failed = { deed: "sign", error: error as CallError };
      cockpit.suspect(this.failed.error);
      return null;
    } finally {
      this.doing = null;
    }
  }

  /** Only the text; what was said about it stays. */
  forget(): void {
    this.text = "";
    this.#checked = "";
  }

  clear(): void {
    this.forget();
    this.report = null;
    this.failed = null;
  }
}
