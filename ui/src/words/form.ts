import type { NameFault } from "../model/names.ts";
import { count } from "../model/time.ts";
import { plural } from "../words.ts";

/** What the dialogs of the list say. */
const nameFaults: Record<NameFault, string> = {
  empty: "A name is needed.",
  too_long: "At most 100 characters.",
};

export const formWords = {
  createTitle: "New application",
  editTitle: (name: string) => `Edit ${name}`,
  createLead: "Only the name is needed. Everything but the name can be changed later.",
  editLead: "The name can't be changed.",
  template: "Start from",
  scratch: "Nothing",
  placeholderNeeded: "A value is needed.",
  noPlaceholders: "This template asks for nothing.",
  name: "Name",
  nameRule: "1–100 characters.",
  nameFaults,
  nameCount: (length: number) => `${length} of 100`,
  normalised: "Compared as",
  taken: (name: string) => `An application named ${name} already exists here.`,
  provider: "Provider",
  description: "Description",
  url: "URL",
  healthCheckUrl: "Health check URL",
  address: "An address that starts with https:// or http://.",
  tooLong: (most: number) => `At most ${count(most)} characters.`,
  optional: "optional",
  create: "Create",
  creating: "Creating…",
  save: "Save",
  saving: "Saving…",
  cancel: "Cancel",
  created: (name: string) => `${name} was created.`,
  saved: (name: string) => `${name} was changed.`,
  openExisting: "Open it",
} as const;

export const removeWords = {
  title: (name: string) => `Delete ${name}?`,
  loading: "Looking up what would stop working…",
  nothing: "Nothing depends on it: no certificate, no open token, no OAuth client.",
  stops: (certificates: number, tokens: number, clients: number) => {
    const parts = [
      certificates > 0 ? plural(certificates, "certificate", "certificates") : null,
      clients > 0 ? plural(clients, "OAuth client", "OAuth clients") : null,
      tokens > 0 ? plural(tokens, "unused token", "unused tokens") : null,
    ].filter((part) => part !== null);
    const list = parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : (parts[0] ?? "");
    return `${list} will stop working.`;
  },
  unknown: "What would stop working can't be read.",
  forGood: "This can't be undone.",
  confirm: "Delete",
  deleting: "Deleting…",
  cancel: "Cancel",
  done: (name: string) => `${name} was deleted.`,
} as const;
