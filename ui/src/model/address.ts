/** Where the window is: a page and what it shows. Kept in the fragment, so that back, forward and links work. */
export type Place =
  | { page: "applications" }
  | { page: "application"; id: string }
  | { page: "pair"; id: string }
  | { page: "oauth-clients" }
  | { page: "oauth-client"; id: string }
  | { page: "certificates" }
  | { page: "certificate"; id: string }
  /** A signing request to be checked; for an application, or (empty) for none yet. */
  | { page: "request"; id: string }
  | { page: "authority" }
  | { page: "settings" };

export function toFragment(place: Place): string {
  if (!("id" in place)) return `#/${place.page}`;
  const id = encodeURIComponent(place.id);
  if (place.page === "pair") return `#/applications/${id}/pair`;
  if (place.page === "request") return `#/request/${id}`;
  return `#/${place.page}s/${id}`;
}

/** Anything unknown leads to the list. */
export function fromFragment(fragment: string): Place {
  const [page, id, sub] = fragment
    .replace(/^#?\/?/, "")
    .split("/")
    .map(decode);
  if (page === "settings" || page === "authority") return { page };
  if (page === "request") return { page, id: id ?? "" };
  if (page === "oauth-clients") return id ? { page: "oauth-client", id } : { page };
  if (page === "certificates") return id ? { page: "certificate", id } : { page };
  if (page === "applications" && id) return sub === "pair" ? { page: "pair", id } : { page: "application", id };
  return { page: "applications" };
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

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
