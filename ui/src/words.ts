import type { AuthKind, AuthType, Form, Theme } from "./backend/types.ts";
import { clockFace } from "./model/countdown.ts";
import type { TabKey } from "./model/forms.ts";
import type { NameFault } from "./model/names.ts";
import type { Column } from "./model/rows.ts";
import type { StatusKey } from "./model/status.ts";
import { count, durationWords } from "./model/time.ts";

/** Every sentence of the page, in one place, ready for a second language. Pure: no state, no markup. */
const plural = (amount: number, one: string, many: string): string => `${count(amount)} ${amount === 1 ? one : many}`;

const status: Record<StatusKey, string> = {
  not_paired: "Not paired",
  waiting: "Waiting for the application",
  paired: "Paired",
  failed: "Failed",
  unknown: "Unknown",
};

const themes: Record<Theme, string> = {
  system: "Like the system",
  light: "Light",
  dark: "Dark",
  high_contrast_light: "High contrast, light",
  high_contrast_dark: "High contrast, dark",
};

const columns: Record<Column, string> = {
  status: "Status",
  name: "Name",
  provider: "Provider",
  description: "Description",
  updated: "Updated",
};

const nameFaults: Record<NameFault, string> = {
  empty: "A name is needed.",
  too_long: "At most 100 characters.",
};

const authKinds: Record<AuthKind, string> = {
  token: "One-time token",
  certificate: "Client certificate",
  credentials: "Client ID and client secret",
  unknown: "Entry without a readable credential",
};

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
    helper: "For older applications that ask for a Remote Environment or Application URL.",
  },
  curl: { title: "curl", helper: "Ready to run, with these values filled in. Expires with the token." },
  openssl: { title: "openssl steps", helper: "Ready to run, with these values filled in. Expires with the token." },
  more: { title: "More", helper: "Ready to run, with these values filled in. Expires with the token." },
};

export const words = {
  product: "Pairing Cockpit",
  status,
  themes,
  columns,
  forms,
  tabs,
  authKinds,
  authTypes,

  nav: { label: "Sections", applications: "Applications", settings: "Settings" },

  header: {
    tenant: "Tenant:",
    theme: "Theme",
    lock: "Lock: hide all secrets, empty the clipboard",
    shortcuts: "Shortcuts",
    environment: (name: string, badge: string) => `Environment ${name}, ${badge}`,
    noEnvironment: "No environment",
  },

  statusBar: {
    label: "Status",
    ready: "Server runs",
    starting: "Server starts…",
    failed: "Server stopped",
    disconnected: "No answer",
    director: "Director",
    connector: "Connector",
    mtls: "mTLS",
    oauth: "OAuth",
    version: (version: string) => `v${version}`,
    copyLabel: (what: string, port: string) => `${what} ${port}, copy its URL`,
    copyUrl: (what: string, url: string) => `${what}: ${url} (click to copy)`,
    warnings: (amount: number) => plural(amount, "warning", "warnings"),
  },

  copy: {
    button: (form: Form) => copyLabels[form] ?? `Copy ${forms[form]}`,
    label: (what: string) => `Copy ${what}`,
    clears: (seconds: number) => `Copied · clears in ${clockFace(seconds)}`,
    copied: "Copied",
    clearNow: "Clear now",
    plain: (what: string) => `${what} copied.`,
    unavailable: "The clipboard can't be written here. Show the value and copy it by hand, or save it as a file.",
    cleared: "The clipboard is empty.",
    notOurs: "The clipboard holds something else by now; it was left alone.",
    done: (seconds: number | null, keptOutOfHistory: boolean) => {
      const emptied = seconds === null ? "Copied." : `Copied. We'll empty the clipboard in ${seconds} s`;
      if (seconds === null) return emptied;
      return keptOutOfHistory
        ? `${emptied}, and we asked your system not to keep it in clipboard history.`
        : `${emptied}. Your desktop may still keep it in clipboard history.`;
    },
  },

  error: {
    details: "Details",
    code: "Code",
    correlation: "Correlation id",
    copyDetails: "Copy details",
    copied: "Details",
    again: "Try again",
    reload: "Load again",
    unexpected: "This page ran into a fault of its own.",
  },

  server: {
    starting: "The local server is starting…",
    startingLong: "Still starting. The first start creates a certificate authority, which can take a few seconds.",
    failedTitle: "The local server is not running",
    again: "Try again",
    trying: "Starting…",
    stale: (stopped: boolean, seen: string) =>
      `${stopped ? "The server stopped" : "The server can't be reached"}. You see data from ${seen}.`,
  },

  list: {
    title: "Applications",
    create: "New application",
    search: "Search applications",
    searchPlaceholder: "Name, id, provider, description or URL",
    clear: "Clear search",
    table: "Applications",
    pair: "Pair…",
    pairNamed: (name: string) => `Pair ${name}`,
    actions: "Actions",
    rows: (total: number) => plural(total, "application", "applications"),
    matches: (total: number, match: number) =>
      `${plural(total, "application", "applications")} · ${count(match)} ${match === 1 ? "matches" : "match"}`,
    progress: (loaded: number, total: number) =>
      `${count(loaded)} of ${count(total)} loaded, you can already search these.`,
    refreshing: "Reading again…",
    stop: "Stop",
    resume: "Resume",
    keep: "Keep these",
    stopped: (loaded: number, total: number) => `Stopped at ${count(loaded)} of ${count(total)}.`,
    failedAt: (loaded: number) => `Stopped at ${count(loaded)}`,
    emptyTitle: (tenant: string) => `No applications in tenant ${tenant}.`,
    emptyText: "An application must exist before it can be paired.",
    nothingTitle: (query: string) => `Nothing matches “${query}”.`,
    nothingPartly: (loaded: number, total: number) => `${count(loaded)} of ${count(total)} were searched so far.`,
    clearAll: "Clear search",
    loading: "Loading applications",
    loadingLong: "The Director is taking its time. Loading goes on.",
    condition: (condition: string) => `The Director says ${condition}`,
    conditionSince: (condition: string, at: string) => `The Director says ${condition}, since ${at}`,
    waiting: (seconds: number | null) =>
      seconds === null ? status.waiting : `${status.waiting} (${clockFace(seconds)})`,
    none: "none",
    refresh: "Read again",
  },

  form: {
    createTitle: "New application",
    editTitle: (name: string) => `Edit ${name}`,
    createLead: "Only the name is needed. Everything but the name can be changed later.",
    editLead: "The name can't be changed.",
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
  },

  remove: {
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
    type: (name: string) => `Type ${name} to confirm`,
    typeBefore: "Type ",
    typeAfter: " to confirm",
    confirm: "Delete",
    deleting: "Deleting…",
    cancel: "Cancel",
    done: (name: string) => `${name} was deleted.`,
  },

  application: {
    back: "Applications",
    pair: "Pair…",
    continue: "Continue pairing…",
    edit: "Edit",
    remove: "Delete",
    facts: "Facts",
    id: "ID",
    idCopied: "ID",
    provider: "Provider",
    description: "Description",
    url: "URL",
    healthCheckUrl: "Health check URL",
    eventingUrl: "Event URL",
    condition: "Condition",
    since: (at: string) => `since ${at}`,
    created: "Created",
    updated: "Updated",
    labels: "Labels",
    noLabels: "No labels.",
    entries: "Pairing entries",
    noEntries: "Nothing issued yet.",
    unreadable: "Credentials could not be read: your sign-in lacks",
    unreadableScope: "application.auths:read",
    unreadableRest: "Pairing still works; live progress will not.",
    missing: (tenant: string) => `This application no longer exists, or not in tenant ${tenant}.`,
    backToList: "Back to the list",
    loading: "Loading application",
    entry: {
      unused: (seconds: number) => `Not used yet, expires in ${clockFace(seconds)}`,
      expired: (at: string) => `Expired ${at}`,
      used: (at: string | null) => (at === null ? "Used" : `Used ${at}`),
      working: "In use",
      issued: (at: string) => `Issued ${at}`,
      connectedNoDetail: "The Director does not say what was issued here.",
    },
  },

  pair: {
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
    already: (name: string) => `${name} already has a working certificate. The new one will work beside it.`,
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
    abandoned:
      "The request may still have gone through. If it did, an unused entry is listed on the application's page.",
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
    hidden: "Hidden",
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
    noBrowser: "Don't open the link in a browser: opening it uses it up.",
    used: "The token has been used. It can't be used again.",

    next: "What happens next",
    nextCertificate: (name: string): string[] => [
      `${name} presents the token to the Connector and fetches its configuration. The token is used up by that, even if a later step fails.`,
      `${name} creates a key and sends a signing request.`,
      "The Connector signs it and answers with a certificate.",
      `${name} calls the Director with its certificate. From then on it is paired.`,
    ],
    nextCredentials: (name: string): string[] => [
      `${name} sends client ID and secret to the token URL and gets a short-lived access token.`,
      `${name} calls the Director with the access token. From then on it is paired.`,
    ],

    live: {
      title: "What the Director sees",
      waiting: (name: string) => `Waiting for ${name} to use the token`,
      waitingClient: (name: string) => `Waiting for ${name} to use its client ID and secret`,
      fetched: (name: string, at: string) => `${name} fetched its configuration · ${at}`,
      noAnswer: (name: string) => `${name} used the token but got no answer`,
      csr: (name: string) => `${name} sent its signing request`,
      issued: "Certificate issued",
      paired: (name: string) => `First secured call received. ${name} is paired.`,
      gone: "The Director no longer has this entry. It was removed here or by somebody else.",
      limbo: (name: string) =>
        `${name} sent a signing request and has not called since. Either it is still starting, or its request was ` +
        "refused. Compass does not tell us which.",
      unreadable: (name: string) =>
        `Live progress needs the permission application.auths:read. You'll still see when ${name} becomes connected.`,
      old: "The Director does not answer at the moment. Asking goes on.",
    },

    finish: {
      title: (name: string) => `${name} is paired.`,
      certificate: (commonName: string | null, until: string | null, lifetime: number | null) => {
        const what = commonName === null ? "Its certificate" : `Certificate for CN=${commonName}`;
        const how = until === null || lifetime === null ? "" : `, valid until ${until} (${durationWords(lifetime)})`;
        return `${what}${how}. It can renew itself.`;
      },
      credentials: (clientId: string | null) =>
        clientId === null
          ? "It called the Director with an access token."
          : `It called the Director with an access token of client ${clientId}.`,
      storeSecret: "If you haven't stored the secret yet, do it before you leave.",
      done: "Done",
      again: "Pair again",
    },

    expired: {
      title: "This token has expired.",
      text: "It can't be used any more; nothing else changed.",
      tell: "The new token goes into the same place. Tell the other side to paste again.",
    },

    gone: { title: "This entry was removed.", again: "Pair again" },

    secret: {
      once: "This is the only time the secret can be shown.",
      noCopy: "We keep no copy of it.",
      scopes: "Scopes",
      noScopes: "none",
      test: "Test: get a token",
      testing: "Getting a token…",
      works: (scopes: string[], seconds: number) =>
        `It works: token for ${scopes.length > 0 ? scopes.join(" ") : "no scopes"}, valid ${durationWords(seconds)}.`,
      again: "Try again",
      stored: "I've stored the secret",
      later: (date: string) => `Created ${date}. The secret can't be shown again.`,
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
  },

  guard: {
    secretTitle: "Leave without the secret?",
    secretText: "You haven't copied or saved it. You'd have to create a new one.",
    tokenTitle: "Close without handing it over?",
    tokenText: (name: string) =>
      `You haven't copied or saved the pairing data for ${name}. You'd have to request a new one.`,
    back: "Go back",
    leave: "Leave, I don't need it",
  },

  settings: {
    title: "Settings",
    looks: "Appearance",
    theme: "Theme",
    security: "Security",
    clipboard: "Empty the clipboard after",
    clipboardHint:
      "Counts for copied secrets, and only if the clipboard still holds ours. It is also emptied on quit and on lock.",
    seconds: (seconds: number) => durationWords(seconds),
    data: "This installation",
    dataDir: "Data folder",
    caFile: "CA certificate",
    environment: "Environment",
    tenant: "Tenant",
    tenantId: "Tenant id",
    directorUrl: "Director",
    connectorUrl: "Connector",
    mtlsDirectorUrl: "Director with certificate",
    mtlsConnectorUrl: "Connector with certificate",
    oauthUrl: "OAuth2 token URL",
    version: "Version",
    warnings: "Worth knowing",
    noEnvironment: "The addresses appear when the server runs.",
    notKept: "The setting could not be kept.",
  },

  lock: {
    title: "Locked",
    text: "Values are hidden, and the clipboard is emptied if it still held one of ours.",
    unlock: "Continue",
  },

  shortcuts: {
    title: "Shortcuts",
    close: "Close",
    everywhere: "Everywhere",
    inList: "Applications",
    inPair: "Pair",
    rows: {
      search: "Search",
      create: "New application",
      settings: "Settings",
      applications: "Applications",
      refresh: "Read again",
      lock: "Lock: hide all secrets, empty the clipboard",
      sheet: "This sheet",
      escape: "Close, clear the search, go back",
      move: "Next, previous row",
      open: "Open",
      pair: "Pair",
      remove: "Delete",
      primary: "Request, or get a new one",
      copy: "Copy",
      show: "Show or hide",
      save: "Save as file",
      done: "Done",
    },
  },
} as const;
