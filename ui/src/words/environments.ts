import type {
  Availability,
  Capabilities,
  DiscoveryStepName,
  DiscoveryStepState,
  EnvironmentColour,
  EnvironmentDefinition,
  Guard,
} from "../backend/types.ts";
import { type DefinitionFault, MAX_BADGE, MAX_NAME } from "../model/environment.ts";
import { plural } from "../words.ts";

/** The pages on which environments are listed, added and set up. */
const faults: Record<DefinitionFault, string> = {
  needed: "This is needed.",
  address: "An address that starts with https://.",
  too_long: `At most ${MAX_BADGE} characters.`,
  long_name: `At most ${MAX_NAME} characters.`,
  not_a_header: "Letters, digits and - only.",
  reserved_header: "The program sets this header itself.",
  rate: "A whole number from 1 to 100.",
  port: "A port from 1 to 65535.",
};

const colours: Record<EnvironmentColour, string> = {
  grey: "Grey",
  blue: "Blue",
  teal: "Teal",
  green: "Green",
  yellow: "Yellow",
  orange: "Orange",
  red: "Red",
  purple: "Purple",
  pink: "Pink",
};

const guards: Record<Guard, [string, string]> = {
  none: ["None", "Changes happen at once."],
  confirm: ["Confirm each change", "A question before each change says which environment and tenant it is."],
  type_name: ["Type the name", "The name of the environment is typed before each change."],
  read_only: ["Read-only", "Nothing can be changed from this window."],
};

const steps: Record<DiscoveryStepName, string> = {
  name_found: "Name found",
  tls_checked: "TLS checked",
  sign_in_service_found: "Sign-in service found",
  director_answered: "Director answered",
  capabilities_read: "Capabilities read",
};

const stepStates: Record<DiscoveryStepState, string> = {
  waiting: "waits",
  running: "running",
  done: "done",
  failed: "failed",
  skipped: "left out",
};

const capabilities: Record<keyof Capabilities, string> = {
  applicationTokens: "Pairing data for applications",
  applicationCredentials: "Client IDs for applications",
  proposalApi: "Asking for the ways to pair",
  authsReadable: "Reading credentials (live progress)",
  suggestsToken: "Token in a suggested form",
  tenants: "Searching tenants",
  runtimes: "Runtimes",
  runtimeTokens: "Pairing data for runtimes",
  runtimeCredentials: "Client IDs for runtimes",
  integrationSystems: "Integration systems",
  integrationSystemCredentials: "Client IDs for integration systems",
  templates: "Application templates",
  formations: "Formations",
  introspection: "Introspection",
};

const availabilities: Record<Availability, string> = { yes: "yes", no: "no", unknown: "not known yet" };

const proxies: Record<EnvironmentDefinition["proxy"]["kind"], string> = {
  system: "As the computer is set",
  none: "None",
  url: "This one:",
};

export const environmentsWords = {
  title: "Environments",
  lead: "A Compass that this window works on. Exactly one of them is shown at a time; its colour runs along the window.",
  add: "Add environment",
  import: "Import…",
  export: "Export…",
  exportHint: "Without secrets: no token, no client secret, no key is in the file.",
  loading: "Loading environments",
  local: "This computer",
  remote: "Remote",
  inForce: "Shown now",
  use: "Show",
  useNamed: (name: string) => `Show ${name}`,
  edit: "Edit",
  editNamed: (name: string) => `Edit ${name}`,
  remove: "Remove…",
  removeNamed: (name: string) => `Remove ${name}`,
  signIn: "Sign in",
  signInNamed: (name: string) => `Sign in to ${name}`,
  signOut: "Sign out",
  signOutNamed: (name: string) => `Sign out of ${name}`,
  kind: "Kind",
  address: "Address",
  signInState: "Sign-in",
  guard: "Guard",
  tenant: "Tenant",
  lastUsed: "Last used",
  never: "never",
  noTenant: "none",
  only: "Only the server of this computer is set up. Add the address of a Compass to pair applications there.",
  imported: (added: number, known: number) => {
    if (added === 0) return known === 0 ? "The file holds no environment." : "All of them were there already.";
    const there = known === 0 ? "" : ` ${plural(known, "was", "were")} there already.`;
    return `${plural(added, "environment was", "environments were")} added.${there} Sign in to use ${added === 1 ? "it" : "them"}.`;
  },
  importing: {
    title: (count: number) => `Import ${plural(count, "environment", "environments")}?`,
    text: "Whoever made the file chose where you sign in and whom this program trusts there. Import it only from somebody you know, and compare what is marked.",
    marked: (count: number) =>
      count === 1
        ? "One of them brings a CA or a proxy of its own."
        : `${count} of them bring a CA or a proxy of their own.`,
    director: "Director",
    signInAt: "Signs in at",
    proxy: "Goes through the proxy",
    ca: "Trusts its own CA",
    headers: "Sends the headers",
    known: (count: number) =>
      `${plural(count, "more is", "more are")} there already and ${count === 1 ? "stays as it is" : "stay as they are"}.`,
    cancel: "Cancel",
    confirm: (count: number) => (count === 1 ? "Import it" : `Import ${count}`),
  },
  saved: (path: string) => `Saved to ${path}.`,
  removal: {
    title: (name: string) => `Remove ${name}?`,
    text: "It is taken out of this window: its settings, its sign-in and its saved lists. Nothing changes in the environment itself.",
    confirm: "Remove",
    busy: "Removing…",
    cancel: "Cancel",
    done: (name: string) => `${name} was removed.`,
  },
} as const;

export const formWords = {
  addTitle: "Add an environment",
  editTitle: (name: string) => `Environment ${name}`,
  back: "Environments",
  missing: "This environment is not set up any more.",
  address: "Address of the Compass",
  addressHint: "For example compass.example.com, or the full URL of its Director.",
  find: "Find",
  finding: "Looking…",
  stop: "Stop",
  byHand: "Set up by hand",
  test: "Test",
  testing: "Testing…",
  testHint: "Test looks at the address with these settings: nothing is saved, nobody is signed in.",
  stepsLabel: "What was looked at",
  steps,
  stepStates,
  good: "It answers. Look over the settings below, then save.",
  bad: "It can be saved all the same, and mended later.",
  chain: "What the server shows",
  chainText: (host: string) => `${host} shows a certificate that this computer does not trust.`,
  chainAdvice:
    "The first one below would be trusted, with all that it signed: compare its fingerprint with what the administrator says. It counts for this environment only; nothing else on this computer is changed.",
  trust: "Trust for this environment only",
  chooseCa: "Choose CA file…",
  leaf: "Server",

  general: "How it looks",
  name: "Name",
  nameHint: "As you and your colleagues call it.",
  badge: "Badge",
  badgeHint: "One word in capitals, such as TEST or PRODUCTION.",
  colour: "Colour",
  colours,
  guard: "Guard",
  guards,
  production: "This looks like production: the name is asked for before each change. You can set another guard.",

  addresses: "Addresses",
  directorUrl: "Director",
  more: "More addresses",
  moreHint: "Empty: unknown. They are found by themselves where a Compass is set up as usual.",
  connectorUrl: "Connector",
  certificateSecuredDirectorUrl: "Director with certificate",
  certificateSecuredConnectorUrl: "Connector with certificate",
  oauthTokenUrl: "OAuth2 token URL",

  signIn: "Sign-in",
  method: "How you sign in",
  issuer: "Sign-in service (issuer)",
  clientId: "Client ID",
  clientIdHint: "Of a public client of the sign-in service that may redirect to 127.0.0.1.",
  scopes: "Scopes",
  scopesHint: "Beside openid, with blanks between them.",
  scopesOnly: "With blanks between them.",
  tokenUrl: "Token URL",
  advanced: "More about the sign-in",
  bearer: "What is sent to the Director",
  bearers: { automatic: "Found out", id_token: "The ID token", access_token: "The access token" },
  redirectPort: "Port for the way back",
  redirectPortHint: "Empty: any free one. Some sign-in services want a fixed one.",
  secretLater: "The secret is asked for when you sign in, not here.",
  certificateLater: "Certificate and key are chosen when you sign in.",
  tokenLater: "The token is asked for when you sign in.",

  tenantTitle: "Tenant",
  tenant: "Id of the tenant to begin with",
  tenantHint: "May stay empty: you choose one after signing in. Once another was chosen, that one counts.",

  network: "Network",
  ca: "CA for this environment",
  caNone: "The CAs of this computer are trusted.",
  caSome: (count: number) =>
    `${plural(count, "certificate is", "certificates are")} trusted for this environment beside the CAs of this computer.`,
  caRemove: "Do not trust it any more",
  proxy: "Proxy",
  proxies,
  proxyUrl: "Address of the proxy",
  headers: "Extra headers",
  headersHint: "Sent with every request to the Director, such as client_user.",
  headerName: "Header",
  headerValue: "Value",
  headerAdd: "Add a header",
  headerRemove: (name: string) => `Remove the header ${name}`.trim(),
  rate: "Requests in a second, at most",

  capabilitiesTitle: "What its Director offers",
  capabilities,
  availabilities,
  capabilitiesNone: "Not read yet. It is read once you are signed in and a tenant is chosen.",
  authsUnreadable: "Without reading credentials pairing works, and progress can't be followed step by step.",
  readAgain: "Read again",
  reading: "Reading…",

  localText: "The server of this computer always has an environment. Its colour and its guard can be changed.",
  faults,
  faultsLeft: (amount: number) => `${plural(amount, "field needs", "fields need")} another look.`,
  save: "Save",
  saveAndUse: "Save and show",
  saving: "Saving…",
  cancel: "Cancel",
  saved: (name: string) => `${name} was saved.`,
} as const;
