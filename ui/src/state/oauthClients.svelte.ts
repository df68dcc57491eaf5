import { call } from "../backend/index.ts";
import type { OAuthClientPage, OAuthClientRow } from "../backend/types.ts";
import { byCreation, type ClientEntry, toClientEntry } from "../model/oauthClients.ts";
import { LongList } from "./longList.svelte.ts";

/** What somebody pressed a key for in the list; the page of the client does it. */
export type Intent = "token" | "rotate" | "disable";

/** All OAuth clients of the registry. */
class OAuthClients extends LongList<OAuthClientRow, ClientEntry> {
  #intent: { clientId: string; intent: Intent } | null = null;

  want(clientId: string, intent: Intent): void {
    this.#intent = { clientId, intent };
  }

  /** Answers the wish once. */
  takeIntent(clientId: string): Intent | null {
    const intent = this.#intent?.clientId === clientId ? this.#intent.intent : null;
    this.#intent = null;
    return intent;
  }

  idOf(row: OAuthClientRow): string {
    return row.clientId;
  }
  protected read(after: string | null, first: number): Promise<OAuthClientPage> {
    return call("list_oauth_clients", { after, first });
  }
  protected toEntry(row: OAuthClientRow): ClientEntry {
    return toClientEntry(row);
  }
  protected order(): typeof byCreation {
    return byCreation;
  }
}

export const oauthClients = new OAuthClients();
