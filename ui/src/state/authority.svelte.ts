import { call } from "../backend/index.ts";
import type {
  AuthorityKey,
  AuthorityView,
  CallError,
  OldChain,
  Policy,
  PolicyFault,
  PolicyView,
} from "../backend/types.ts";
import { clock } from "./clock.svelte.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { openPairings } from "./openPairings.svelte.ts";

export type AuthorityDeed = "rotate" | "import" | "retire" | "backup" | "restore" | "policy";

/** The certificate authority of the server, its listeners and its rules. */
export class AuthorityOffice {
  view = $state.raw<AuthorityView | null>(null);
  readError = $state.raw<CallError | null>(null);
  readAt = $state(0);
  policy = $state.raw<PolicyView | null>(null);
  policyError = $state.raw<CallError | null>(null);
  oldChain = $state.raw<OldChain | null>(null);
  doing = $state<AuthorityDeed | null>(null);
  failed = $state.raw<{ deed: AuthorityDeed; error: CallError } | null>(null);
  /** What the server says about the rules, every field at once. */
  faults = $state.raw<readonly PolicyFault[]>([]);

  async read(): Promise<void> {
    try {
      this.#take(await call("authority", {}));
      this.readError = null;
    } catch (error) {
      this.readError = error as CallError;
      cockpit.suspect(this.readError);
    }
  }

  async readPolicy(): Promise<void> {
    try {
      this.policy = await call("policy", {});
      this.policyError = null;
    } catch (error) {
      this.policyError = error as CallError;
    }
  }

  async readOldChain(): Promise<void> {
    try {
      this.oldChain = await call("old_chain", {});
    } catch {
      // The count stands without the names.
      this.oldChain = null;
    }
  }

  rotate(key: AuthorityKey, oldTrustedForSeconds: number): Promise<boolean> {
    return this.#do("rotate", async () => {
      this.#take(await call("rotate_authority", { key, oldTrustedForSeconds }));
      return true;
    });
  }

  /** False as well when the person chose no file. */
  importOwn(passphrase: string | null, oldTrustedForSeconds: number): Promise<boolean> {
    return this.#do("import", async () => {
      const view = await call("import_authority", { passphrase, oldTrustedForSeconds });
      if (view) this.#take(view);
      return view !== null;
    });
  }

  retire(fingerprint: string, confirmName: string): Promise<boolean> {
    return this.#do("retire", async () => {
      this.#take(await call("retire_authority", { fingerprint, confirmName }));
      return true;
    });
  }

  async backup(passphrase: string): Promise<string | null> {
    let saved: string | null = null;
    await this.#do("backup", async () => {
      saved = (await call("backup_authority", { passphrase })).savedTo;
      return saved !== null;
    });
    if (saved !== null) void this.read();
    return saved;
  }

  restore(passphrase: string): Promise<boolean> {
    return this.#do("restore", async () => {
      const state = await call("restore_authority", { passphrase });
      if (!state) return false;
      await cockpit.refresh();
      // Tokens that were not used yet are void.
      openPairings.refresh().catch(() => undefined);
      void this.read();
      void this.readPolicy();
      return true;
    });
  }

  save(policy: Policy): Promise<boolean> {
    this.faults = [];
    return this.#do("policy", async () => {
      const { view, errors } = await call("set_policy", policy);
      this.faults = errors;
      if (view) this.policy = view;
      // How long a certificate lives is said on other pages, too.
      if (view) void cockpit.refresh();
      return view !== null && errors.length === 0;
    });
  }

  async #do(deed: AuthorityDeed, work: () => Promise<boolean>): Promise<boolean> {
    if (this.doing) return false;
    this.doing = deed;
    this.failed = null;
    try {
      return await work();
    } catch (error) {
      this.failed = { deed, error: error as CallError };
      cockpit.suspect(this.failed.error);
      return false;
    } finally {
      this.doing = null;
    }
  }

  #take(view: AuthorityView): void {
    clock.observe(view.serverNow);
    this.view = view;
    this.readAt = Date.now();
    // Somebody looks at the list: it belongs to the answer.
    if (this.oldChain) void this.readOldChain();
  }
}
