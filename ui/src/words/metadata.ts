import type { ServiceApiType, ServiceCredentials } from "../backend/types.ts";
import { plural } from "../words.ts";

/** What is said of the APIs and events that an application registered. */
const apiTypes: Record<ServiceApiType, string> = { OPEN_API: "OpenAPI", ODATA: "OData" };

const credentials: Record<ServiceCredentials, string> = {
  oauth: "OAuth client ID and secret",
  basic: "User name and password",
  certificateGen: "Client certificate, made by Kyma",
};

export const metadataWords = {
  loading: "Loading what it registered",
  unreadable: "What it registered could not be read.",
  old: "What it registered could not be read again.",
  none: (name: string) => `${name} has registered nothing yet.`,
  noneText: "An application does that with its certificate, at this address:",
  list: "APIs and events",
  amount: (amount: number) => plural(amount, "registration", "registrations"),
  matches: (amount: number, match: number) => `${plural(amount, "registration", "registrations")} · ${match} shown`,
  search: "Search registrations",
  placeholder: "Name, provider or description",
  noMatch: "Nothing matches.",
  choose: "Choose one to see it.",
  loadingOne: "Loading the registration",
  gone: "It was removed in the meantime.",
  unreadableOne: "This registration could not be read.",
  kinds: {
    api: (type: ServiceApiType) => apiTypes[type],
    events: (amount: number) => plural(amount, "event", "events"),
    nothing: "documents only",
  },

  facts: {
    provider: "Provider",
    description: "Description",
    short: "In short",
    identifier: "Identifier",
    id: "ID",
    created: "Registered",
    updated: "Changed",
    labels: "Labels",
    target: "Target URL",
    specificationUrl: "Specification from",
    credentials: "How it is called",
    open: "Without credentials",
    credentialKinds: credentials,
    events: "Event types",
    documentation: "Documentation",
  },

  texts: {
    api: "API specification",
    events: "Event specification",
    document: (title: string) => `Document: ${title}`,
    raw: "The registration as the registry answers it",
    rawHint: "Secrets are masked, and specifications left out.",
    noApiSpec: "No API specification was sent.",
    save: "Save as file…",
    saveNamed: (what: string) => `Save as file… ${what}`,
    copy: "Copy",
    copyNamed: (what: string) => `Copy ${what}`,
    saved: (path: string) => `Saved to ${path}.`,
  },
} as const;

export const textWords = {
  kinds: { json: "JSON", xml: "XML", text: "Text", base64: "Base64" },
  asSent: "As it was sent",
  empty: "It is empty.",
  part: (shown: string, all: string) => `The first ${shown} of ${all} are shown.`,
  more: "Show more",
  saveHint: "For the whole of it, save it as a file.",
} as const;
