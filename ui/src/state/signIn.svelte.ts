import { call } from "../backend/index.ts";
import type { AppState, CallError, Keep, SignInKind } from "../backend/types.ts";
import { signInWords } from "../words/frame.ts";
import { cockpit } from "./cockpit.svelte.ts";
import { environments } from "./environments.svelte.ts";
import { notices } from "./notices.svelte.ts";

/** Whom somebody wants to sign in to. */
export type Target = { id: string; name: string; kind: SignInKind; clientId: string; keep: Keep | null };

/** Signing in and out; how far it is stands in the state of the environment. */
class SignIn {
  /** The dialog is open for it. */
  target = $state.raw<Target | null>(null);
  busy = $state(false);
  error = $state.raw<CallError | null>(null);

  /** Where it was kept before and a browser does the rest, there is nothing to ask. */
  async begin(target: Target): Promise<void> {
    this.error = null;
    if (target.kind === "oidc" && target.keep !== null) await this.inBrowser(target.id, target.keep);
    else this.target = target;
  }

  async inBrowser(id: string, keep: Keep): Promise<boolean> {
    return this.#do(() => call("start_sign_in", { id, keep }));
  }

  async withSecret(id: string, secret: string, keep: Keep): Promise<boolean> {
    return this.#do(() => call("sign_in_with_secret", { id, secret, keep }));
  }

  async withCertificate(id: string, passphrase: string | null, keep: Keep): Promise<boolean> {
    return this.#do(() => call("sign_in_with_certificate", { id, passphrase, keep }));
  }

  async cancel(id: string): Promise<void> {
    await this.#do(() => call("cancel_sign_in", { id }));
  }

  async signOut(id: string, name: string): Promise<void> {
    if (await this.#do(() => call("sign_out", { id }))) notices.say(signInWords.signedOutDone(name));
  }

  /** Opens the sealed file, or makes it; says whether it is open now. */
  async openVault(passphrase: string): Promise<boolean> {
    return this.#do(async () => {
      environments.vault = await call("open_vault", { passphrase });
      return call("app_state", {});
    });
  }

  async #do(what: () => Promise<AppState | null>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      const state = await what();
      if (state) cockpit.take(state);
      void environments.refresh();
      return state !== null;
    } catch (error) {
      this.error = error as CallError;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const signIn = new SignIn();
