import type { OwnerKind } from "../backend/types.ts";

/** Where the window is: a page and what it shows. Kept in the fragment, so that back, forward and links work. */
export type Place =
  | { page: "applications" }
  | { page: "application"; id: string }
  /** Of an application, where nothing else is said. */
  | { page: "pair"; id: string; kind?: Exclude<OwnerKind, "application"> }
  | { page: "runtimes" }
  | { page: "runtime"; id: string }
  | { page: "integration-systems" }
  | { page: "integration-system"; id: string }
  | { page: "formations" }
  /** Many applications at once. */
  | { page: "waves" }
  | { page: "oauth-clients" }
  | { page: "oauth-client"; id: string }
  | { page: "certificates" }
  | { page: "certificate"; id: string }
  /** A signing request to be checked; for an application, or (empty) for none yet. */
  | { page: "request"; id: string }
  | { page: "authority" }
  | { page: "environments" }
  /** One that is set up or (`new`) added. */
  | { page: "environment"; id: string }
  | { page: "settings" };

const PAIRED: Record<OwnerKind, string> = {
  application: "applications",
  runtime: "runtimes",
  integration_system: "integration-systems",
};

export function toFragment(place: Place): string {
  if (!("id" in place)) return `#/${place.page}`;
  const id = encodeURIComponent(place.id);
  if (place.page === "pair") return `#/${PAIRED[place.kind ?? "application"]}/${id}/pair`;
  if (place.page === "request") return `#/request/${id}`;
  return `#/${place.page}s/${id}`;
}

/** Anything unknown leads to the list. */
export function fromFragment(fragment: string): Place {
  const [page, id, sub] = fragment
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decode);
  if (page === "settings" || page === "authority" || page === "formations" || page === "waves") return { page };
  if (page === "environments") return id ? { page: "environment", id } : { page };
  if (page === "request") return { page, id: id ?? "" };
  if (page === "oauth-clients") return id ? { page: "oauth-client", id } : { page };
  if (page === "certificates") return id ? { page: "certificate", id } : { page };
  if (page === "runtimes") {
    if (!id) return { page };
    return sub === "pair" ? { page: "pair", id, kind: "runtime" } : { page: "runtime", id };
  }
  if (page === "integration-systems") {
    if (!id) return { page };
    return sub === "pair" ? { page: "pair", id, kind: "integration_system" } : { page: "integration-system", id };
  }
  if (page === "applications" && id) return sub === "pair" ? { page: "pair", id } : { page: "application", id };
  return { page: "applications" };
}

/** What is about the server of this computer: certificates, OAuth clients, its authority. */
export function needsConsole({ page }: Place): boolean {
  return /^(oauth|certificate|request|authority)/.test(page);
}

/** Where to be after a change of environment or tenant: nothing that has an id is there any more. */
export function afterSwitch(place: Place, hasConsole: boolean): Place {
  if (needsConsole(place) && !hasConsole) return { page: "applications" };
  if (!("id" in place) || place.page === "environment") return place;
  if (place.page === "pair") return fromFragment(`#/${PAIRED[place.kind ?? "application"]}`);
  return place.page === "request" ? { page: "certificates" } : fromFragment(`#/${place.page}s`);
}

/** Whether a text is an address that an application can have. */
export function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s/]/i.test(text)) return false;
  return URL.canParse(text);
}

/** `:8443` for the status bar; the scheme's port when none is written. */
export function portOf(url: string): string {
  if (!URL.canParse(url)) return "";
  const { port, protocol } = new URL(url);
  return `:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** The host of an address for people, or the text itself. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
