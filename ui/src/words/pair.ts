import type { AuthType, Form, OwnerKind } from "../backend/types.ts";
import type { TabKey } from "../model/forms.ts";
import { durationWords } from "../model/time.ts";
import { plural, words } from "../words.ts";

/** What is said while something is handed over. */
const authTypes: Record<AuthType, { title: string; fits: [string, string][]; lead: string }> = {
  client_certificate: {
    title: "Client certificate",
    lead: "Choose this if the application asks for a ",
    fits: [
      ["token", ", a "],
      ["connection URL", " or a "],
      ["signing request", "."],
    ],
  },
  client_credentials: {
    title: "Client ID and client secret",
    lead: "Choose this if the application asks for a ",
    fits: [
      ["client ID", ", a "],
      ["client secret", " and a "],
      ["token URL", "."],
    ],
  },
};

const forms: Record<Form, string> = {
  pairing_data: "Pairing data",
  token: "Token",
  connector_url: "Connector URL",
  legacy_url: "Legacy link",
  curl: "curl",
  openssl: "openssl steps",
  env: "Environment variables",
  json: "JSON",
  client_id: "Client ID",
  client_secret: "Client secret",
  token_url: "Token URL",
  all: "All values",
  curl_token: "curl",
};

const missing: Record<OwnerKind, (tenant: string) => string> = {
  application: words.application.missing,
  runtime: (tenant) => `This runtime no longer exists, or not in tenant ${tenant}.`,
  integration_system: () => "This integration system no longer exists.",
};

const copyLabels: Partial<Record<Form, string>> = {
  pairing_data: "Copy pairing data",
  token: "Copy token",
  connector_url: "Copy Connector URL",
  legacy_url: "Copy legacy link",
  curl: "Copy commands",
  openssl: "Copy steps",
  env: "Copy variables",
  json: "Copy JSON",
  client_secret: "Copy secret",
  all: "Copy all",
};

const tabs: Record<TabKey, { title: string; helper: string }> = {
  pairing_data: {
    title: "Pairing data",
    helper: "One text with the token and the Connector URL (Base64). For applications with a single Token field.",
  },
  token: {
    title: "Token and URL",
    helper: "Two separate values, for applications with two fields. The token goes into the header connector-token.",
  },
  legacy_url: {
    title: "Legacy link",
    helper: "For older applications.",
  },
  curl: { title: "curl", helper: "Ready to run, with these values filled in. Expires with the token." },
  openssl: { title: "openssl steps", helper: "Ready to run, with these values filled in. Expires with the token." },
  more: { title: "More", helper: "Ready to run, with these values filled in. Expires with the token." },
};

export const pairWords = {
  forms,
  tabs,
  authTypes,
  copyForm: (form: Form) => copyLabels[form] ?? `Copy ${forms[form]}`,
  title: (name: string) => `Pair “${name}”`,
  where: (environment: string, tenant: string) => `${environment} · tenant ${tenant}`,
  lead: (name: string) => `How should ${name} prove who it is?`,
  certificateText: (name: string, token: number | null, certificate: number | null) =>
    `You hand over a token that works once, ${token === null ? "for a short time" : `for ${durationWords(token)}`}. ` +
    `${name} swaps it for a certificate that ${
      certificate === null ? "is valid for months" : `is valid for ${durationWords(certificate)}`
    } and can renew it by itself.`,
  credentialsText: (name: string) =>
    `You hand over two values. ${name} uses them to get short-lived access tokens (OAuth 2.0, client credentials). ` +
    "The secret is shown once.",
  unavailable: (environment: string, reason: string | null) =>
    reason === null ? `Not offered by ${environment}.` : `Not offered by ${environment}: ${reason}`,
  before: (name: string) => `${name} was paired this way before.`,
  already: (name: string, until: string | null) =>
    `${name} already has a ${until === null ? "certificate" : `working certificate (expires ${until})`}. ` +
    "The new one will work beside it.",
  alreadyConnected: (name: string) => `${name} is connected already. What it has goes on working beside the new one.`,
  managed: (name: string, system: string) =>
    `${name} is managed by ${system}. It may issue the pairing data itself; its lifetime may differ.`,
  reused: "An entry that was left behind before was used again, so there is no further one.",
  issuedBy: (system: string) => `Issued by ${system}`,
  adapterLife: (system: string) => `${system} did not say how long it lives.`,
  suggested: "The Director suggests this form.",
  missing,
  back: "Back",
  options: "Options",
  copyAtOnce: "Copy it as soon as it arrives",
  request: "Request pairing data",
  nothingCreated: "Nothing is created until you press this.",
  offersFailed: "What this environment offers could not be read.",

  asking: "Asking the Director for pairing data…",
  askingToken: "The Director is getting a one-time token from the Connector…",
  askingClient: "The Director is registering a client at the OAuth2 provider…",
  long: "This is taking longer than usual.",
  keepWaiting: "Keep waiting",
  cancel: "Cancel",
  abandoned: "The request may still have gone through. If it did, an unused entry is listed on the application's page.",
  arrived: "The pairing data has arrived after all.",
  showArrived: "Show it",

  steps: {
    label: "Progress of the pairing",
    ask: "You ask",
    director: "Director",
    connector: "Connector",
    provider: "OAuth2 provider",
    handOver: "You hand over",
    finishes: (name: string) => `${name} finishes`,
    done: "done",
    now: "now",
    next: "not yet",
    failed: "failed",
    sub: { fetch: "fetch", csr: "csr", cert: "cert", call: "call", token: "token" },
  },

  give: (name: string) => `Give this to ${name}`,
  giveThese: (name: string) => `Give these to ${name}`,
  pasteHint: (name: string) => `Paste it into the field ${name} calls “Token”.`,
  show: "Show",
  hide: "Hide",
  hiddenValue: (what: string) => `${what}, hidden`,
  save: "Save as file…",
  saved: (path: string, worthlessAfter: string | null) =>
    worthlessAfter === null
      ? `Saved to ${path}, readable only by you.`
      : `Saved to ${path}, readable only by you. It is worthless after ${worthlessAfter}.`,
  worksOnce: "Works once.",
  expiresAt: (at: string) => `Expires ${at}`,
  left: "left",
  timer: "Time left for the token",
  lessThanMinute: "Less than a minute",
  aboutToExpire: "About to expire:",
  noExpiry: "This environment did not say how long the token lives. Compass's default is 5 minutes.",
  announce: (seconds: number) => {
    if (seconds <= 0) return "This token has expired.";
    return seconds >= 60
      ? `${plural(seconds / 60, "minute", "minutes")} left for the token.`
      : `${seconds} seconds left for the token.`;
  },
  getNew: "Get a new one",
  cancelThis: "Cancel this one",
  used: "The token has been used. It can't be used again.",

  expired: {
    title: "This token has expired.",
    text: "It can't be used any more; nothing else changed.",
    tell: "The new token goes into the same place. Tell the other side to paste again.",
  },

  gone: {
    title: "This entry was removed.",
    text: "The Director no longer has this entry. It was removed here or by somebody else.",
    again: "Pair again",
  },

  cancelDialog: {
    title: "Cancel this pairing?",
    certificate: (name: string) =>
      `${name} has already started to use it. It would have to start again with new pairing data.`,
    credentials: (name: string) => `The client is deleted. If ${name} already has the secret, it stops working.`,
    confirm: "Cancel this one",
    back: "Go back",
  },
  cancelled: "Cancelled. What was handed over can't be used any more.",
} as const;
