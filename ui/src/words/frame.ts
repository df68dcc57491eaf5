import type { CallName, Calls } from "../backend/calls.ts";
import type { Guard, SignInKind, SignInStage } from "../backend/types.ts";
import { count } from "../model/time.ts";

/** What the frame says about environments: switching, signing in, confirming, losing the connection. */

export const switchWords = {
  title: "Switch environment",
  search: "Filter environments",
  placeholder: "Name, badge or address",
  options: "Environments",
  inForce: "Shown now",
  nothing: (text: string) => `No environment matches “${text}”.`,
  add: "Add an environment…",
  manage: "All environments",
  keys: "Type to filter, ↑ ↓ to choose, Enter to switch.",
  switched: (name: string, tenant: string) =>
    tenant === "" ? `${name} is shown now.` : `${name} is shown now, tenant ${tenant}.`,
} as const;

export const tenantWords = {
  title: (environment: string) => `Tenant of ${environment}`,
  search: "Search tenants",
  placeholder: "Part of a name or id",
  options: "Tenants",
  recent: "Used lately",
  found: "All tenants",
  matches: "Matches",
  inForce: "Shown now",
  fresh: "Nothing in it yet",
  searching: "Searching…",
  more: (left: number) => (left > 0 ? `Show more (${count(left)} left)` : "Show more"),
  counted: (total: number) => (total === 1 ? "1 tenant" : `${count(total)} tenants`),
  nothing: (text: string) => `No tenant matches “${text}”. Search looks at name and id.`,
  none: "Your sign-in sees no tenant.",
  askAdmin: "Copy request for your admin",
  request: (environment: string, user: string | null) =>
    `Please give ${user ?? "me"} access to a tenant of ${environment}. Pairing Cockpit asks the Director for "tenants" and gets an empty list. Needed: the permission tenant:read, and membership in at least one tenant.`,
  copied: "Request",
  byId: "Enter a tenant id",
  idLabel: "Tenant id",
  idHint: "The external id, as the Director's header Tenant carries it.",
  use: "Use this tenant",
  back: "Back to the search",
} as const;

const stages: Record<SignInStage, string> = {
  not_needed: "No sign-in needed",
  signed_out: "Signed out",
  in_browser: "Signing in in the browser",
  signed_in: "Signed in",
  ended: "Sign-in ended",
  locked: "Sign-in is locked",
};

const kinds: Record<SignInKind, string> = {
  oidc: "In the browser (OpenID Connect)",
  token: "A token that you paste",
  client_credentials: "Client ID and secret",
  client_certificate: "A client certificate",
};

const guards: Record<Guard, string> = {
  none: "Not guarded",
  confirm: "Asks before each change",
  type_name: "Asks for its name before each change",
  read_only: "Read-only",
};

export const stateWords = {
  stages,
  kinds,
  guards,
  signedInAs: (user: string) => `Signed in as ${user}`,
  until: (time: string) => `until ${time}`,
  renews: "renewed by itself",
  lost: "No answer",
  chooseTenant: "Choose a tenant",
} as const;

export const signInWords = {
  title: (environment: string) => `Sign in to ${environment}`,
  signIn: "Sign in",
  signedOut: (environment: string) => `You are not signed in to ${environment}.`,
  ended: "Your sign-in ended.",
  kept: "Your place and your input are kept.",
  inBrowser: "Finish signing in in your browser.",
  inBrowserText: "This window goes on by itself as soon as you are done there.",
  copyAddress: "Copy the address",
  address: "Address",
  cancel: "Cancel",
  close: "Cancel",
  browserText: "Your system's browser opens. What you type there is not seen by this program.",
  openBrowser: "Open the browser",
  token: "Bearer token",
  tokenHint: "Pasted as it is, without the word Bearer. It ends when it ends: this program can't renew it.",
  secret: "Client secret",
  secretHint: (clientId: string) => (clientId === "" ? "" : `Of the client ${clientId}.`),
  certificateText: "Choose the files of the certificate and of its key together, as PEM.",
  passphrase: "Passphrase of the key",
  choose: "Choose files…",
  needed: "This is needed.",
  busy: "Signing in…",
  keep: "Keep the sign-in",
  keyStoreMissing: "It can't be used here now",
  keeps: {
    session: "Until this program ends",
    key_store: "In the key store of this computer",
    sealed_file: "In a file that a passphrase opens",
  },
  locked: (environment: string) => `The sign-in to ${environment} is in a file that a passphrase opens.`,
  sealedNew: "Passphrase for the file",
  sealedOpen: "Passphrase of the file",
  sealedForget: "It is asked for once after each start, and kept nowhere.",
  open: "Open",
  opening: "Opening…",
  signOut: "Sign out",
  signedOutDone: (environment: string) => `Signed out of ${environment}.`,
  failed: "The sign-in did not work.",
} as const;

export const reachWords = {
  lost: (environment: string) => `${environment} does not answer.`,
  since: (seen: string) => `You see data from ${seen}.`,
  next: (seconds: number) => `Next try in ${count(seconds)} s.`,
  trying: "Trying…",
  tryNow: "Try now",
  edit: "Edit the environment",
  look: "Look at the certificate",
  noTenant: "No tenant is chosen. What is shown belongs to one.",
  skew: (seconds: number) => {
    const minutes = Math.round(Math.abs(seconds) / 60);
    const amount = minutes < 1 ? `${count(Math.abs(seconds))} s` : `${count(minutes)} min`;
    return `Your clock is ${amount} ${seconds > 0 ? "ahead of" : "behind"} the server's. Times shown use the server's.`;
  },
} as const;

/** What a write does, for the question before it. */
type Said<Name extends CallName> = string | ((input: Calls[Name]["input"], name: string | null) => string);
const quoted = (name: string | null, otherwise: string) => (name === null ? otherwise : `“${name}”`);
const writes: { [Name in CallName]?: Said<Name> } = {
  create_application: ({ name }) => `Create the application “${name}”.`,
  update_application: (_, name) => `Change the application ${quoted(name, "that is open")}.`,
  delete_application: ({ confirmName }) => `Delete the application “${confirmName}” for good.`,
  request_pairing: ({ type }, name) =>
    type === "client_credentials"
      ? `Make a client ID and secret for ${quoted(name, "what is open")}.`
      : `Request pairing data for ${quoted(name, "what is open")}.`,
  cancel_pairing: "Take the pairing back: its token stops working.",
  rotate_oauth_secret: ({ clientId }) => `Make a new secret for the OAuth client ${clientId}.`,
  retire_oauth_secret: ({ clientId }) => `Change the end of a secret of the OAuth client ${clientId}.`,
  set_oauth_client_enabled: ({ clientId, enabled }) =>
    `${enabled ? "Enable" : "Disable"} the OAuth client ${clientId}.`,
  revoke_oauth_tokens: ({ clientId }) => `Stop every access token of the OAuth client ${clientId}.`,
  delete_oauth_client: "Delete an OAuth client for good.",
  revoke_certificate: "Revoke a certificate.",
  revoke_owner_certificates: "Revoke all certificates of an owner.",
  sign_request: "Sign a certificate.",
  rotate_authority: "Make a new certificate authority.",
  import_authority: "Import a certificate authority.",
  retire_authority: "Stop accepting an older certificate authority.",
  restore_authority: "Restore a backup over what is there.",
  set_policy: "Change the rules for certificates.",
  clean_up_auths: "Remove pairing data that was left behind.",
  delete_system_auth: "Remove a pairing: what was issued to it stops working.",
  create_runtime: ({ name }) => `Create the runtime “${name}”.`,
  delete_runtime: ({ confirmName }) => `Delete the runtime “${confirmName}” for good.`,
  create_from_template: ({ templateName }) => `Create an application from the template “${templateName}”.`,
  create_formation: ({ name }) => `Create the formation “${name}”.`,
  assign_formation: ({ formation }, name) => `Put ${quoted(name, "it")} into the formation “${formation}”.`,
  unassign_formation: ({ formation }, name) => `Take ${quoted(name, "it")} out of the formation “${formation}”.`,
  start_waves: ({ applicationIds }) =>
    `Request pairing data for ${count(applicationIds.length)} applications, one after another.`,
  resume_waves: "Go on requesting pairing data.",
  next_wave_application: "Go on with the next application.",
  retry_waves: "Request pairing data again for those that failed.",
  move_runtime: ({ runtime }) => `Change the event URL of the runtime ${runtime}.`,
  expire_runtime_certificates: ({ runtime }) => `End an application's certificates at the runtime ${runtime}.`,
  add_subscription: "Add a subscription.",
  remove_subscription: "Remove a subscription.",
  request_connection_link: "Make a connection link.",
};

export const guardDialogWords = {
  title: (environment: string) => `Change something in ${environment}?`,
  environment: "Environment",
  tenant: "Tenant",
  what: "What will be done",
  does<Name extends CallName>(name: Name, input: Calls[Name]["input"], object: string | null): string {
    const said = writes[name] as Said<Name> | undefined;
    if (said === undefined) return `Change something (${name.replaceAll("_", " ")}).`;
    return typeof said === "string" ? said : said(input, object);
  },
  noTenant: "none",
  go: "Go ahead",
  cancel: "Cancel",
} as const;
