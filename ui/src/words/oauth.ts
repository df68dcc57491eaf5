import type { ClaimKey } from "../model/claims.ts";
import { clockFace } from "../model/countdown.ts";
import type { ClientState, SecretWay } from "../model/oauthClients.ts";
import { count, durationWords } from "../model/time.ts";
import { plural } from "../words.ts";

/** The sentences of the OAuth clients. */
const states: Record<ClientState, (secrets: number) => string> = {
  active: () => "Active",
  overlap: (secrets) => (secrets === 2 ? "Two secrets" : `${secrets} secrets`),
  failing: () => "Failing",
  no_secret: () => "No secret",
  disabled: () => "Disabled",
};

const stateTips: Record<ClientState, string> = {
  active: "It gets tokens with its secret.",
  overlap: "More than one secret is accepted, until the old one is retired.",
  failing: "Somebody keeps failing to get a token for it.",
  no_secret: "No secret is accepted any more. Rotate to create one.",
  disabled: "It gets no tokens, and those it has are refused.",
};

const ways: Record<SecretWay, string> = { basic: "HTTP Basic", post: "In the request body" };

const claims: Record<ClaimKey, string> = {
  iss: "issued by",
  sub: "about whom it speaks",
  aud: "whom it is meant for",
  client_id: "the client it was issued to",
  scope: "what it allows",
  iat: "issued at",
  nbf: "not valid before",
  exp: "valid until",
  jti: "the number of this token",
  cnf: "the certificate it is bound to",
  epoch: "changes when all tokens are revoked",
  typ: "kind of token",
  alg: "how it is signed",
  kid: "the key it is signed with",
};

/** "never used", "last used 3 minutes ago from 127.0.0.1". */
const usedWords = (ago: string | null, from: string | null): string => {
  if (ago === null) return "has never been used";
  return from === null ? `was last used ${ago}` : `was last used ${ago} from ${from}`;
};

export const oauthWords = {
  states,
  stateTips,
  ways,
  claims,
  plainList: (parts: string[]) =>
    parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : (parts[0] ?? ""),

  list: {
    title: "OAuth clients",
    search: "Search OAuth clients",
    placeholder: "Client ID, application, scope or address",
    rows: (total: number) => plural(total, "OAuth client", "OAuth clients"),
    loading: "Loading OAuth clients",
    loadingLong: "The registry is taking its time. Loading goes on.",
    failed: "The OAuth clients could not be read.",
    down: "The OAuth2 provider doesn't answer.",
    downHint: "Existing tokens keep working until they expire.",
    emptyTitle: "No OAuth client.",
    emptyText: [
      ["Choose ", false],
      ["Client ID and client secret", true],
      [" when pairing.", false],
    ] as [string, boolean][],
    toApplications: "To the applications",
    columns: {
      state: "State",
      client: "Client ID",
      owner: "Application",
      scopes: "Scopes",
      created: "Created",
      used: "Last used",
      failed: "Failed attempts",
    },
  },

  owner: {
    runtime: "Runtime",
    integration_system: "Integration system",
    none: "—",
    noneTip: "Registered by itself: it belongs to no application.",
    noneSaid: "no application",
    unnamed: (id: string) => `Application ${id}`,
  },

  clientId: "Client ID",
  tokenUrl: "Token URL",

  scopes: {
    title: "Scopes",
    none: "no scopes",
    noneText: "It was registered without scopes: its tokens allow nothing at the Director.",
    may: (phrase: string) => `May ${phrase}`,
    more: (phrase: string, others: number) => (others === 0 ? phrase : `${phrase}, and ${count(others)} more`),
    unknown: "Not a scope of Compass",
  },

  /** How a client may send its secret, in one phrase. */
  style: (accepted: SecretWay[]): string => {
    if (accepted.length === 2) return "HTTP Basic or in the body";
    if (accepted[0] === "basic") return "HTTP Basic";
    return accepted[0] === "post" ? "In the request body" : "Not with a secret";
  },

  when: {
    never: "never",
    rotated: (ago: string) => `rotated ${ago}`,
    from: (address: string) => `from ${address}`,
    noFailures: "none",
    failures: (since: number, all: number, everUsed: boolean) => {
      if (all === 0) return "none";
      if (!everUsed) return `${count(since)}, and no success yet`;
      return since === 0 ? "none since the last success" : `${count(since)} since the last success`;
    },
    lastFrom: (address: string | null, ago: string | null) =>
      [ago === null ? null : `last ${ago}`, address === null ? null : `${ago === null ? "last " : ""}from ${address}`]
        .filter(Boolean)
        .join(" "),
    lastFailedFrom: (address: string) => `last from ${address}`,
  },

  page: {
    back: "OAuth clients",
    backToList: "Back to the list",
    loading: "Loading OAuth client",
    gone: "This OAuth client no longer exists.",
    getToken: "Get a token",
    rotate: "Rotate…",
    disable: "Disable…",
    enable: "Enable",
    revoke: "Revoke all tokens…",
    remove: "Delete…",
    kind: "OAuth client",
    openApplication: "Open the application",
    held: "The secret from pairing can still be copied.",
    showHeld: "Show the pairing",

    disabledSince: (ago: string) => `Disabled ${ago}. It gets no tokens, and those it has are refused.`,
    failing: (failures: string, last: string) => `Failed attempts: ${failures}${last === "" ? "." : `, ${last}.`}`,
    failingHint: "Either a wrong secret is in use somewhere, or somebody is guessing.",
    noSecret: "No secret is accepted any more, so it can't get a token. Rotate to create one.",

    connect: "How it gets a token",
    caFile: "CA certificate",
    curl: "curl",
    curlHint: "Put the secret into the shell variable CLIENT_SECRET first.",
    curlCopied: "The command",
    style: "Sends the secret",
    facts: "Facts",
    created: "Created",
    rotated: "Rotated",
    lastUsed: "Last used",
    uses: "Successful sign-ins",
    failures: "Failed attempts",
    allFailures: (all: number) => `${count(all)} in all`,
    lifetime: "Tokens are valid for",
    lifetimeWords: (seconds: number) => durationWords(seconds),
    audience: "Audience",
    ownerId: "Owner's ID",
    stop: "Take access away",
    disableText: "No tokens are issued and those issued are refused, until it is enabled again. Nothing is lost.",
    enableText: "Its secrets and tokens are as they were; they work again as soon as it is enabled.",
    revokeText: (name: string) => `Every access token issued so far is refused. ${name} gets new ones with its secret.`,
    removeText: "The client and its secrets are gone for good.",
    enabled: (name: string) => `The OAuth client of ${name} is enabled.`,
    disabled: (name: string) => `The OAuth client of ${name} is disabled.`,
    revoked: (name: string) => `All tokens of ${name} are revoked.`,
    removed: (name: string) => `The OAuth client of ${name} was deleted.`,
    working: "One moment…",
  },

  secrets: {
    title: "Secrets",
    one: "One secret is accepted. To end it, rotate first, or disable the client.",
    many: (secrets: number) =>
      secrets === 2
        ? "Two secrets are accepted, until the old one is retired."
        : `${secrets} secrets are accepted, until the old ones are retired.`,
    none: "No secret is accepted.",
    secret: "Secret",
    newest: "Newest",
    older: "Older",
    only: "Current",
    created: "Created",
    lastUsed: "Last used",
    accepted: "Still accepted",
    actions: "Actions",
    until: (at: string) => `until ${at}`,
    untilRetired: "until you retire it",
    asLong: "as long as the client exists",
    retire: "Retire now…",
    setEnd: "Set end date…",
    changeEnd: "Change end date…",
    named: (which: string, created: string) => `${which} secret, created ${created}`,
    retired: "The secret is retired.",
    endSet: (at: string) => `The secret ends on ${at}.`,
    endTaken: "The secret has no end date any more.",
  },

  rotate: {
    title: (secrets: number) => {
      if (secrets === 0) return "Create a new secret?";
      return secrets === 1 ? "Create a second secret?" : "Create another secret?";
    },
    text: (secrets: number) =>
      secrets === 1 ? "Both work until you retire the old one." : "All of them work until you retire the old ones.",
    used: (ago: string | null, from: string | null) => `The current secret ${usedWords(ago, from)}.`,
    usedMany: (secrets: number, ago: string | null, from: string | null) =>
      ago === null
        ? `${count(secrets)} secrets are accepted now. None has ever been used.`
        : `${count(secrets)} secrets are accepted now. The one in use ${usedWords(ago, from)}.`,
    old: (secrets: number) => (secrets > 1 ? "Retire the old ones" : "Retire the old one"),
    whenISay: "when I say",
    in24h: "in 24 hours",
    now: (name: string) => `now (breaks ${name} until it is updated)`,
    full: (most: number) => `${count(most)} secrets are accepted already. Retire one first.`,
    create: "Create",
    createNow: (secrets: number) =>
      secrets > 1 ? "Create, and retire the old ones" : "Create, and retire the old one",
    creating: "Creating…",
    cancel: "Cancel",
  },

  fresh: {
    title: (name: string) => `A new secret for ${name}`,
    steps: "What to do now",
    put: (name: string) => `Put it into ${name}.`,
    test: "Test it here: get a token.",
    retire: "Then retire the old one.",
    retireMany: "Then retire the old ones.",
    ends: (at: string) => `The old one ends by itself, on ${at}.`,
    endMany: (at: string) => `The old ones end by themselves, the last one on ${at}.`,
    ended: "The old one is not accepted any more.",
    noOld: "It is the only one that is accepted.",
    half: "The new secret exists, but we couldn't save when the old one ends. Both work.",
    setEnd: "Set the end date",
    close: "Close",
  },

  retire: {
    title: "Retire this secret now?",
    text: (ago: string | null, from: string | null) =>
      `It ${usedWords(ago, from)}. Whoever still uses it gets no more tokens, at once. Tokens that were issued before go ` +
      "on working.",
    confirm: "Retire now",
    back: "Go back",
  },

  end: {
    title: "When does this secret end?",
    hour: "In 1 hour",
    day: "In 24 hours",
    week: "In 7 days",
    date: "At a date and time",
    never: "No end date: until I retire it",
    dateLabel: "Date and time",
    written: (example: string) => `Written like ${example.replace("T", " ")}.`,
    zone: (zone: string) => `Time zone: ${zone}.`,
    past: "This moment is over already.",
    missing: "A date and a time are needed.",
    tooFar: "At most ten years from now.",
    save: "Set end date",
    take: "Take the end date away",
    saving: "Saving…",
    cancel: "Cancel",
  },

  disable: {
    title: (name: string) => `Disable the OAuth client of ${name}?`,
    text: (name: string, used: string) =>
      `At once, ${name} gets no more tokens, and those it has are refused. ${used} Its secrets stay: when you enable it ` +
      "again, everything works as before.",
    used: (ago: string | null, from: string | null) => `It ${usedWords(ago, from)}.`,
    confirm: "Disable",
    back: "Go back",
  },

  revoke: {
    title: (name: string) => `Revoke all tokens of ${name}?`,
    text: (name: string) =>
      `Every access token that was issued to it so far is refused at once. ${name} can get new ones with its secret.`,
    confirm: "Revoke all tokens",
    back: "Go back",
  },

  remove: {
    title: (name: string) => `Delete the OAuth client of ${name}?`,
    text: (name: string) => `At once, its secrets and tokens stop working. ${name} would have to be paired again.`,
    textAlone: "At once, its secrets and tokens stop working.",
    used: (ago: string | null, from: string | null) => `It ${usedWords(ago, from)}.`,
    forGood: "This can't be undone.",
    confirm: "Delete",
    deleting: "Deleting…",
    cancel: "Cancel",
  },

  token: {
    title: "Get a token",
    lead: "As the application would. It shows that the client, its secret and its scopes work.",
    close: "Close",
    scopes: "Scopes to ask for",
    all: "All",
    none: "None",
    noScopes: "Without scopes the token allows nothing at the Director.",
    way: "How to send the secret",
    notAccepted: "not accepted for this client",
    secret: "Client secret",
    secretHint: "It goes to the token URL and is not kept.",
    held: "The secret from this session is used.",
    other: "Use another one",
    useHeld: "Use the one from this session",
    get: "Get a token",
    getting: "Getting a token…",
    again: "Get another one",
    works: (until: string) => `It works. The token is valid until ${until}.`,
    worksNoEnd: "It works. The server did not say how long the token is valid.",
    expired: "This token has expired.",
    left: (seconds: number) => `${clockFace(seconds)} left`,
    timer: "Time left for the access token",
    granted: "Allows",
    grantedNone: "nothing: it has no scopes",
    token: "Access token",
    copyToken: "Copy token",
    copyHeader: "Copy as header",
    copyCurl: "Copy curl",
    claims: "What the token says",
    head: "How it is signed",
    opaque: "This token can't be read: it is a reference that only its server understands.",
    claim: "Claim",
    value: "Value",
    meaning: "Meaning",
    notVerified: "Decoded for reading; the signature was not checked here.",
  },
} as const;
