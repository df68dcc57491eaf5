// Generated from crates/cockpit/src/calls.rs by `cargo xtask codegen`. Do not edit.

export type ErrorCode =
  | "not_found"
  | "not_unique_name"
  | "invalid_data"
  | "insufficient_scopes"
  | "tenant_required"
  | "tenant_not_found"
  | "unauthorized"
  | "invalid_operation"
  | "bad_request"
  | "token_not_accepted"
  | "csr_refused"
  | "certificate_not_accepted"
  | "client_not_accepted"
  | "too_large"
  | "storage_full"
  | "unavailable"
  | "rate_limited"
  | "internal"
  | "unreachable"
  | "timed_out"
  | "untrusted_server"
  | "protocol"
  | "server_not_running"
  | "port_taken"
  | "data_dir_locked"
  | "data_dir_unusable"
  | "ca_key_unprotected"
  | "ca_key_locked"
  | "newer_data"
  | "secret_gone"
  | "file_not_written"
  | "view_changed"
  | "confirmation_needed"
  | "read_only"
  | "sign_in_needed"
  | "sign_in_failed"
  | "not_offered"
  | "intercepted"
  | "vault_locked";

export type CallError = {
  code: string;
  /** What happened, and whose side it is on. */
  message: string;
  /** The next step. */
  hint: string | null;
  /** Folded, technical, no secret. */
  detail: string | null;
  /** What the page can offer to do about it. */
  action: ErrorAction | null;
  /** Where the other side says how long to wait. */
  retryAfterSeconds: number | null;
  correlationId: string;
};

export type ServerState = { state: "starting" } | { state: "ready" } | { state: "failed", error: CallError };

export type EnvironmentKind = "local" | "remote";

export type EnvironmentColour = "grey" | "blue" | "teal" | "green" | "yellow" | "orange" | "red" | "pink" | "purple";

export type Guard = "none" | "confirm" | "type_name" | "read_only";

export type SignInKind = "oidc" | "token" | "client_credentials" | "client_certificate";

export type Keep = "session" | "key_store" | "sealed_file";

export type SignInStage = "not_needed" | "signed_out" | "in_browser" | "signed_in" | "ended" | "locked";

export type SignInState = {
  stage: SignInStage;
  /** Null: the server of this computer. */
  kind: SignInKind | null;
  /** As the sign-in service names them, or the common name of the certificate; null where nobody says. */
  user: string | null;
  expiresAt: string | null;
  /** Renewed in silence before it expires. */
  renews: boolean;
  /** Null: nothing is kept. */
  keep: Keep | null;
  /** Why the last try failed, or why it ended. */
  error: CallError | null;
};

export type ReachStage = "unknown" | "reached" | "lost";

export type Reach = {
  stage: ReachStage;
  /** When something was answered last, by this computer's clock. */
  reachedAt: string | null;
  /** Why the last request got none. */
  error: CallError | null;
  /** The clock of this computer minus that of the server; null until it has answered. */
  clockAheadSeconds: number | null;
};

export type Environment = {
  /** `local`, or a UUID. */
  id: string;
  kind: EnvironmentKind;
  name: string;
  badge: string;
  colour: EnvironmentColour;
  guard: Guard;
  /** Empty: none is chosen. */
  tenant: string;
  tenantName: string;
  directorUrl: string;
  /** This and the next three are empty where nobody knows. */
  connectorUrl: string;
  certificateSecuredDirectorUrl: string;
  certificateSecuredConnectorUrl: string;
  oauthTokenUrl: string;
  tokenLifetimeSeconds: number | null;
  certificateLifetimeSeconds: number | null;
  caFile: string | null;
  /** Certificates, OAuth clients, authority and Kyma are shown. */
  hasConsole: boolean;
  signIn: SignInState;
  reach: Reach;
  /** Null: not read yet. */
  capabilities: Capabilities | null;
};

export type Theme = "system" | "light" | "dark" | "high_contrast_light" | "high_contrast_dark";

export type Settings = {
  theme: Theme;
  /** How long a copied secret stays in the clipboard. */
  clipboardSeconds: number;
  /** How many days before a certificate expires the desktop is told: any of 30, 14, 7, 1. */
  notifyDays: Array<number>;
};

export type AppState = {
  version: string;
  dataDir: string;
  /** Of this computer. */
  server: ServerState;
  /** Another number whenever the environment or the tenant in force is another one; every call can say which it means. */
  view: number;
  /** Null: the server of this computer is in force and does not run. */
  environment: Environment | null;
  settings: Settings;
  /** The server's clock; null until it has answered once. */
  serverNow: string | null;
  /** Permanent, each a sentence. */
  warnings: Array<string>;
};

export type OidcBearer = "automatic" | "id_token" | "access_token";

export type SignInMethod = { "kind": "oidc", issuer: string, clientId: string, /** Beside `openid`. */ scopes: Array<string>, bearer: OidcBearer, /** Where the browser comes back to, for services that want to know; null: any free one. */ redirectPort: number | null } | { "kind": "token" } | { "kind": "client_credentials", tokenUrl: string, clientId: string, scopes: Array<string> } | { "kind": "client_certificate" };

export type Proxy = { "kind": "system" } | { "kind": "none" } | { "kind": "url", url: string };

export type ExtraHeader = {
  name: string;
  value: string;
};

export type EnvironmentDefinition = {
  name: string;
  /** One upper-case word: TEST, PRODUCTION. */
  badge: string;
  colour: EnvironmentColour;
  guard: Guard;
  directorUrl: string;
  /** This and the next three may be empty: derived where the address is Compass-like, else unknown. */
  connectorUrl: string;
  certificateSecuredDirectorUrl: string;
  certificateSecuredConnectorUrl: string;
  oauthTokenUrl: string;
  /** External id; empty: none is chosen. */
  tenant: string;
  tenantName: string;
  signIn: SignInMethod;
  /** PEM; trusted for this environment beside the CAs of the computer. */
  caPem: string | null;
  proxy: Proxy;
  /** Sent with every request to the Director. */
  headers: Array<ExtraHeader>;
  /** At most this many in a second. */
  requestsPerSecond: number;
};

export type TenantRef = {
  id: string;
  name: string;
};

export type EnvironmentRow = {
  id: string;
  kind: EnvironmentKind;
  inForce: boolean;
  name: string;
  badge: string;
  colour: EnvironmentColour;
  guard: Guard;
  directorUrl: string;
  tenant: string;
  tenantName: string;
  recentTenants: Array<TenantRef>;
  lastUsedAt: string | null;
  signIn: SignInState;
  reach: Reach;
  /** For the form; null for the server of this computer. */
  definition: EnvironmentDefinition | null;
};

export type SealedFileState = "missing" | "locked" | "open";

export type VaultState = {
  keyStore: boolean;
  /** Why there is none. */
  keyStoreReason: string | null;
  sealedFile: SealedFileState;
};

export type Environments = {
  /** The server of this computer first, then by name. */
  environments: Array<EnvironmentRow>;
  vault: VaultState;
};

export type EnvironmentRef = {
  id: string;
};

export type SaveEnvironment = {
  /** Null: a new one. */
  id: string | null;
  definition: EnvironmentDefinition;
};

export type SavedEnvironment = {
  id: string;
  state: AppState;
};

export type RemoveEnvironment = {
  id: string;
  confirmName: string;
};

export type StartDiscovery = {
  /** `compass.example.com`, or a URL. */
  address: string;
  /** Null: everything from the address. */
  definition: EnvironmentDefinition | null;
};

export type DiscoveryRef = {
  id: string;
};

export type DiscoveryStepName = "name_found" | "tls_checked" | "sign_in_service_found" | "director_answered" | "capabilities_read";

export type DiscoveryStepState = "waiting" | "running" | "done" | "failed" | "skipped";

export type DiscoveryStep = {
  step: DiscoveryStepName;
  state: DiscoveryStepState;
  /** What was found, or why it was skipped. */
  text: string | null;
  error: CallError | null;
};

export type Discovery = {
  id: string;
  running: boolean;
  steps: Array<DiscoveryStep>;
  /** What would be saved: typed, completed by what was found. */
  proposal: EnvironmentDefinition;
  /** What the server showed, root first; empty until then. */
  chain: Array<ChainLink>;
  /** The topmost one as PEM, where trusting it here would do; null: trusted already, or only a CA file helps. */
  chainPem: string | null;
  /** The chain ends at something that is trusted. */
  trusted: boolean | null;
  capabilities: Capabilities | null;
};

export type ChosenCa = {
  pem: string;
  chain: Array<ChainLink>;
};

export type StartSignIn = {
  id: string;
  keep: Keep;
};

export type SignInWithSecret = {
  id: string;
  /** The bearer token, or the client's secret. */
  secret: string;
  keep: Keep;
};

export type SignInWithCertificate = {
  id: string;
  /** Of the key, where it has one. The files are chosen in a dialog. */
  passphrase: string | null;
  keep: Keep;
};

export type OpenVault = {
  /** Makes the sealed file where there is none. */
  passphrase: string;
};

export type TenantRow = {
  id: string;
  name: string;
  /** Account, subaccount, … */
  kind: string;
  /** It owns something already. */
  initialized: boolean;
  /** Another one of this answer has the same name. */
  repeats: boolean;
};

export type Tenants = {
  tenants: Array<TenantRow>;
  totalCount: number;
  endCursor: string | null;
  hasNextPage: boolean;
};

export type SearchTenants = {
  /** Part of a name or id; empty: all. */
  text: string;
  after: string | null;
};

export type UseTenant = {
  /** External id. */
  id: string;
  name: string;
};

export type ImportedEnvironments = {
  /** The names of those that are new. */
  added: Array<string>;
  /** Already there, with the same address and sign-in. */
  known: Array<string>;
};

export type ImportEnvironments = {
  id: string;
};

export type OfferedEnvironment = {
  name: string;
  /** It is there already, with the same address and sign-in, and stays as it is. */
  known: boolean;
  directorUrl: string;
  /** The service that is given the password, or the client's secret. */
  signInAt: string | null;
  /** The CAs that it brings, which are trusted for it alone. */
  ca: Array<ChainLink>;
  proxy: string | null;
  /** The names of headers that are sent along. */
  headers: Array<string>;
};

export type OfferedEnvironments = {
  id: string;
  environments: Array<OfferedEnvironment>;
};

export type Nothing = Record<string, never>;

export type EventUrl = {
  /** Null: no runtime takes its events yet. */
  url: string | null;
};

export type ListApplications = {
  /** The `endCursor` of the page before. */
  after: string | null;
  /** Page size, 1 to 200. */
  first: number;
};

export type ApplicationRow = {
  id: string;
  name: string;
  /** The Director's, verbatim: INITIAL, CONNECTED, FAILED, … */
  condition: string;
  statusAt: string;
  providerName: string | null;
  description: string | null;
  baseUrl: string | null;
  createdAt: string | null;
  updatedAt: string | null;
  /** The integration system that manages it. */
  integrationSystemId: string | null;
  /** Keys and values of its labels, for searching; cut where it is long. */
  labelText: string;
};

export type ApplicationPage = {
  rows: Array<ApplicationRow>;
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
  serverNow: string | null;
};

export type ApplicationRef = {
  id: string;
};

export type AuthKind = "token" | "certificate" | "credentials" | "unknown";

export type TokenSummary = {
  used: boolean;
  usedAt: string | null;
  createdAt: string | null;
  expiresAt: string;
  expired: boolean;
};

export type AuthCertificate = {
  fingerprint: string;
  /** 0 is the first of its line, 3 the third renewal. */
  generation: number;
  notAfter: string;
  state: CertificateState;
};

export type AuthSummary = {
  id: string;
  kind: AuthKind;
  clientId: string | null;
  certCommonName: string | null;
  token: TokenSummary | null;
  /** Null: none was issued, or this environment does not list its certificates. */
  certificate: AuthCertificate | null;
  /** Left behind: no credential came of it, and its token cannot be used any more. */
  orphaned: boolean;
};

export type ApplicationDetail = {
  row: ApplicationRow;
  healthCheckUrl: string | null;
  labels: Record<string, unknown>;
  /** Null in a remote environment, where `event_url` asks for it. */
  eventingUrl: string | null;
  /** Null: not readable. */
  auths: Array<AuthSummary> | null;
  /** The integration system that manages it. Its pairing adapter may issue the pairing data itself. */
  integrationSystem: IntegrationSystemRow | null;
  templateId: string | null;
  /** From the label `scenarios`. */
  formations: Array<string>;
};

export type CreateApplication = {
  name: string;
  providerName: string | null;
  description: string | null;
  baseUrl: string | null;
  healthCheckUrl: string | null;
  labels: Record<string, unknown>;
};

export type UpdateApplication = {
  id: string;
  /** Empty texts clear. */
  providerName: string;
  description: string;
  baseUrl: string;
  healthCheckUrl: string;
  /** The present one: it is sent again, because the Director resets it otherwise. */
  condition: string;
};

export type DeletionImpact = {
  name: string;
  certificates: number;
  pendingTokens: number;
  oauthClients: number;
};

export type DeleteApplication = {
  id: string;
  confirmName: string;
};

export type AuthType = "client_certificate" | "client_credentials";

export type OwnerKind = "application" | "runtime" | "integration_system";

export type Owner = {
  kind: OwnerKind;
  id: string;
};

export type OwnerRef = {
  owner: Owner;
};

export type AuthTypeOffer = {
  type: AuthType;
  available: boolean;
  /** Why not. */
  reason: string | null;
};

export type Form = "pairing_data" | "token" | "connector_url" | "legacy_url" | "curl" | "openssl" | "env" | "json" | "client_id" | "client_secret" | "token_url" | "all" | "curl_token";

export type FormInfo = {
  form: Form;
  /** Contains the secret: masked until Show, kept out of clipboard histories. */
  secret: boolean;
};

export type RequestPairing = {
  owner: Owner;
  type: AuthType;
  /** Re-issue into this system auth: the token before is dead. */
  systemAuthId: string | null;
  /** Also copy this form at once. */
  copy: Form | null;
};

export type ClipboardState = "written" | "unavailable";

export type CopyOutcome = {
  clipboard: ClipboardState;
  /** Why it is unavailable, and what to do. */
  message: string | null;
  clearsInSeconds: number | null;
  keptOutOfHistory: boolean;
};

export type PairingReceipt = {
  pairingId: string;
  /** Of a rotated secret: the owner of its client; null for a client that belongs to nobody here. */
  owner: Owner | null;
  ownerName: string;
  environment: string;
  tenant: string;
  tenantName: string;
  type: AuthType;
  /** Null: this environment does not say which entry was created. */
  systemAuthId: string | null;
  requestedAt: string;
  serverNow: string;
  expiresAt: string | null;
  connectorUrl: string | null;
  clientId: string | null;
  tokenUrl: string | null;
  scopes: Array<string>;
  forms: Array<FormInfo>;
  /** Copied, saved or acknowledged at least once. */
  handedOver: boolean;
  /** A new secret of a client that was there before: there is no progress to watch and nothing to cancel. */
  rotated: boolean;
  /** Put into an entry that was left behind before, so that there is no further one. */
  reused: boolean;
  /** The integration system whose pairing adapter made the token: its form and its lifetime are not Compass'. */
  issuedBy: string | null;
  /** What the Director proposes to hand over; null: it does not say. */
  suggestedForm: Form | null;
  /** One sentence about what looks wrong about where it leads: not encrypted, or to a host that the environment does not name. */
  caution: string | null;
  /** Others who may read the system auths can read the secret again. */
  readableLater: boolean;
  clipboard: CopyOutcome | null;
};

export type PairingRef = {
  pairingId: string;
};

export type PairingForm = {
  pairingId: string;
  form: Form;
};

export type PlainText = {
  /** At most 4096 characters, not secret. */
  text: string;
};

export type Revealed = {
  value: string;
};

export type Cleared = {
  cleared: boolean;
};

export type Saved = {
  /** Null: the person cancelled. */
  savedTo: string | null;
};

export type Stage = "waiting" | "configuration_fetched" | "request_sent" | "request_unanswered" | "certificate_issued" | "credentials_used" | "paired" | "expired" | "no_answer" | "cannot_tell" | "gone";

export type Progress = {
  stage: Stage;
  condition: string;
  expiresAt: string | null;
  usedAt: string | null;
  tokenCreatedAt: string | null;
  certCommonName: string | null;
  /** False: the system auths are not readable, only the condition is watched. */
  readable: boolean;
  /** The application was connected before the data was requested. */
  alreadyConnected: boolean;
  serverNow: string;
};

export type TestedCredentials = {
  scopes: Array<string>;
  expiresInSeconds: number;
};

export type OAuthOwnerKind = "application" | "runtime" | "integration_system" | "none";

export type OAuthSecretRow = {
  id: string;
  createdAt: string;
  /** Still accepted until then; null: until somebody retires it. */
  retiresAt: string | null;
  lastUsedAt: string | null;
  lastUsedFrom: string | null;
};

export type OAuthClientRow = {
  clientId: string;
  /** May be empty. */
  name: string;
  ownerKind: OAuthOwnerKind;
  ownerId: string | null;
  ownerName: string | null;
  /** How the client may prove who it is: client_secret_basic, client_secret_post. */
  authMethods: Array<string>;
  scopes: Array<string>;
  audience: Array<string>;
  createdAt: string;
  rotatedAt: string | null;
  /** Null: enabled. */
  disabledAt: string | null;
  lastUsedAt: string | null;
  /** An IP address. */
  lastUsedFrom: string | null;
  uses: number;
  failures: number;
  failuresSinceUse: number;
  lastFailedAt: string | null;
  lastFailedFrom: string | null;
  tokenLifetimeSeconds: number;
  /** Those that are accepted now, newest first. */
  secrets: Array<OAuthSecretRow>;
};

export type OAuthClientPage = {
  /** Newest first. */
  rows: Array<OAuthClientRow>;
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
  serverNow: string;
};

export type OAuthClientDetail = {
  row: OAuthClientRow;
  tokenUrl: string;
  caFile: string | null;
  /** A ready command with $CLIENT_SECRET as a shell variable; no secret in it. */
  curl: string;
  /** A secret of this client is still held in this run under this id: Get a token needs no typing. */
  heldPairingId: string | null;
  serverNow: string;
};

export type ListOAuthClients = {
  /** The `endCursor` of the page before. */
  after: string | null;
  /** Page size, 1 to 1000. */
  first: number;
};

export type OAuthClientRef = {
  clientId: string;
};

export type RotateOAuthSecret = {
  clientId: string;
  /** When the secrets before stop being accepted: null when retired by hand, 0 now. */
  retireOldAfterSeconds: number | null;
};

export type RotatedOAuthSecret = {
  /** The new secret is held like a pairing's. */
  receipt: PairingReceipt;
  client: OAuthClientDetail;
};

export type RetireOAuthSecret = {
  clientId: string;
  secretId: string;
  /** 0: now; null: takes the end date away again. */
  afterSeconds: number | null;
};

export type SetOAuthClientEnabled = {
  clientId: string;
  enabled: boolean;
};

export type DeleteOAuthClient = {
  clientId: string;
  /** The owner's name or, without one, the client id, typed by a person. */
  confirmClientId: string;
};

export type TokenAuthMethod = "basic" | "post";

export type GetAccessToken = {
  clientId: string;
  /** Null: the one that is still held from pairing or rotation. */
  secret: string | null;
  /** Empty: whatever the client gets when it asks for none. */
  scopes: Array<string>;
  authMethod: TokenAuthMethod;
};

export type AccessTokenReceipt = {
  tokenId: string;
  tokenType: string;
  scopes: Array<string>;
  issuedAt: string | null;
  expiresAt: string | null;
  serverNow: string;
  /** Decoded for reading, not verified; null: the token is opaque. */
  header: Record<string, unknown> | null;
  /** As the header. */
  claims: Record<string, unknown> | null;
};

export type AccessTokenRef = {
  tokenId: string;
};

export type AccessTokenForm = "token" | "authorization_header" | "curl_director";

export type CopyAccessToken = {
  tokenId: string;
  form: AccessTokenForm;
};

export type CertificateOwnerKind = "application" | "runtime";

export type CertificateKind = "application" | "runtime" | "test";

export type CertificateState = "valid" | "expired" | "not_yet_valid" | "revoked" | "authority_ended";

export type CertificateRefusal = "expired" | "not_yet_valid" | "revoked" | "pairing_removed" | "not_for_clients" | "unknown_issuer" | "not_accepted";

export type RevocationReason = "unspecified" | "key_compromise" | "affiliation_changed" | "superseded" | "cessation_of_operation";

export type CertificateRow = {
  /** SHA-256 of the whole certificate, 64 hexadecimal digits. */
  fingerprint: string;
  /** Hexadecimal. */
  serial: string;
  /** The fingerprint of the CA that signed it. */
  issuer: string;
  ownerKind: CertificateOwnerKind;
  ownerId: string;
  ownerName: string | null;
  /** The owner was deleted. */
  ownerGone: boolean;
  systemAuthId: string;
  /** Its system auth is gone: it is not accepted any more, although nobody revoked it. */
  pairingRemoved: boolean;
  commonName: string;
  subject: string;
  /** For example RSA 2048. */
  key: string;
  kind: CertificateKind;
  notBefore: string;
  notAfter: string;
  /** When it stops to count: then, or earlier with its authority. */
  endsAt: string;
  issuedAt: string;
  /** Through which interface it was asked for. */
  wire: string;
  /** 0 is the first of its line, 3 the third renewal. */
  generation: number;
  /** The fingerprint of the first of the line. */
  lineage: string;
  /** The fingerprint of the one that it renews. */
  parent: string | null;
  sameKeyAsParent: boolean;
  state: CertificateState;
  /** Valid, and less is left than the thresholds of the policy. */
  expiresSoon: boolean;
  lastSeenAt: string | null;
  lastSeenFrom: string | null;
  refusedAt: string | null;
  refusedWhy: CertificateRefusal | null;
  refusedFrom: string | null;
  revokedAt: string | null;
  revokedBy: string | null;
  revokedReason: RevocationReason | null;
  revokedNote: string | null;
};

export type CertificatePage = {
  rows: Array<CertificateRow>;
  endCursor: string | null;
  hasNextPage: boolean;
  /** Null: it was searched or filtered, and counting would look at everything. */
  totalCount: number | null;
  serverNow: string;
};

export type CertificateOrder = "expiry" | "issued" | "owner" | "authority";

export type ListCertificates = {
  order: CertificateOrder;
  /** Neither expired nor revoked, and the pairing not removed. */
  currentOnly: boolean;
  search: string | null;
  ownerId: string | null;
  /** The fingerprint of a CA. */
  issuer: string | null;
  /** The `endCursor` of the page before. */
  after: string | null;
  /** Page size, 1 to 1000. */
  first: number;
};

export type CertificateRef = {
  fingerprint: string;
};

export type ChainRole = "root" | "intermediate" | "client" | "server";

export type ChainLink = {
  role: ChainRole;
  subject: string;
  issuer: string;
  key: string;
  notBefore: string;
  notAfter: string;
  fingerprint: string;
  /** For reading out on the phone. */
  fingerprintWords: string;
  /** The bytes that prove the link: the one below names this as its authority. */
  subjectKeyId: string | null;
  authorityKeyId: string | null;
  /** By the link above it; a root by itself. */
  signedByPrevious: boolean;
  /** Each a sentence. */
  problems: Array<string>;
};

export type CertificateField = {
  name: string;
  value: string;
};

export type CertificateExtension = {
  name: string;
  /** Whoever does not understand it must refuse the certificate. */
  critical: boolean;
  meaning: string;
};

export type CertificateDetail = {
  row: CertificateRow;
  /** What it is, in human words, before the hexadecimal digits. */
  sentences: Array<string>;
  /** Root first, the client last. */
  chain: Array<ChainLink>;
  /** Oldest first; with the row itself. */
  lineage: Array<CertificateRow>;
  fields: Array<CertificateField>;
  extensions: Array<CertificateExtension>;
  /** Each a sentence. */
  problems: Array<string>;
  pem: string;
  serverNow: string;
};

export type TimelineBucket = {
  at: string;
  count: number;
};

export type AuthorityState = "active" | "trusted" | "retired";

export type TimelineAuthority = {
  fingerprint: string;
  subject: string;
  notBefore: string;
  notAfter: string;
  state: AuthorityState;
};

export type Timeline = {
  bucketSeconds: number;
  /** Current certificates by their end. */
  expiries: Array<TimelineBucket>;
  /** Owners by the end of their last current certificate. */
  lastExpiries: Array<TimelineBucket>;
  authorities: Array<TimelineAuthority>;
  current: number;
  expired: number;
  revoked: number;
  serverNow: string;
};

export type DarkAt = {
  /** RFC 3339. */
  at: string;
};

export type DarkOwner = {
  ownerKind: CertificateOwnerKind;
  ownerId: string;
  ownerName: string | null;
  lastExpiry: string;
};

export type DarkOwners = {
  /** The first 50. */
  owners: Array<DarkOwner>;
  count: number;
};

export type RevokeCertificate = {
  fingerprint: string;
  reason: RevocationReason;
  note: string | null;
  /** The owner's name or, without one, the common name, typed by a person. */
  confirmName: string;
};

export type RevokeOwnerCertificates = {
  ownerId: string;
  reason: RevocationReason;
  note: string | null;
  /** The owner's name or, without one, its id, typed by a person. */
  confirmName: string;
};

export type RevokedCertificates = {
  revoked: number;
};

export type VerifyCertificate = {
  fingerprint: string;
  /** PEM, or the bytes of a file in base64: a private key, a request, a root, a chain. */
  text: string;
};

export type VerifyVerdict = "match" | "no_match" | "not_applicable";

export type CertificateCheck = {
  /** What it was taken for: A private key (RSA 2048), … */
  recognised: string;
  verdict: VerifyVerdict;
  sentence: string;
  hint: string | null;
};

export type ExportForm = "pem" | "chain" | "der" | "pkcs12" | "calendar";

export type ExportCertificate = {
  fingerprint: string;
  form: ExportForm;
  /** Only for PKCS#12. */
  passphrase: string | null;
};

export type CertificateCopyForm = "pem" | "chain";

export type CopyCertificate = {
  fingerprint: string;
  form: CertificateCopyForm;
};

export type CheckRequest = {
  /** Anything: text, or the bytes of a file in base64. */
  text: string;
  /** For which pairing the request is; it says what the common name must be. */
  pairingId: string | null;
  /** The same without a pairing of this run. */
  systemAuthId: string | null;
};

export type RequestKind = "request" | "certificate" | "private_key" | "public_key" | "pkcs12" | "token" | "unknown";

export type RequestVerdict = "good" | "wrong" | "not_a_request";

export type SubjectField = {
  /** O, OU, L, ST, C, CN. */
  attribute: string;
  /** Null: missing. */
  is: string | null;
  /** Empty: not known here. */
  mustBe: string;
  ok: boolean;
};

export type RequestReport = {
  kind: RequestKind;
  verdict: RequestVerdict;
  headline: string;
  /** Each a sentence. */
  problems: Array<string>;
  /** Empty: it is no request. */
  subject: Array<SubjectField>;
  /** For example RSA 4096; null: not readable. */
  key: string | null;
  /** The openssl command that makes a request that is right. */
  command: string | null;
  /** It would be signed, and this environment lets the administrator sign. */
  canSign: boolean;
};

export type SigningKind = "application" | "test";

export type SignRequest = {
  text: string;
  systemAuthId: string;
  kind: SigningKind;
};

export type CleanUpAuths = {
  applicationId: string;
  systemAuthIds: Array<string>;
};

export type CleanedUp = {
  removed: number;
};

export type AuthorityOrigin = "created" | "imported";

export type AuthorityRow = {
  fingerprint: string;
  subject: string;
  key: string;
  serial: string;
  notBefore: string;
  notAfter: string;
  origin: AuthorityOrigin;
  state: AuthorityState;
  trustedUntil: string | null;
  activeSince: string;
  currentCertificates: number;
  pem: string;
};

export type CaKeyProtection = "keyring" | "passphrase" | "plain";

export type RevocationList = {
  number: number;
  thisUpdate: string;
  nextUpdate: string;
  entries: number;
  url: string;
};

export type ServerCertificate = {
  fingerprint: string;
  issuer: string;
  notBefore: string;
  notAfter: string;
  renewsAt: string;
  names: Array<string>;
};

export type ListenerName = "token" | "certificate" | "internal";

export type ListenerTls = "server" | "mutual" | "none";

export type ListenerRow = {
  name: ListenerName;
  address: string;
  url: string;
  tls: ListenerTls;
  connections: number;
  connectionLimit: number;
};

export type AuthorityFidelity = "strict" | "lenient";

export type AuthorityView = {
  active: AuthorityRow;
  /** Of the active one, for reading out on the phone. */
  fingerprintWords: string;
  /** Older ones that are still accepted. */
  trusted: Array<AuthorityRow>;
  /** Those that are not accepted any more. */
  retired: Array<AuthorityRow>;
  keyProtection: CaKeyProtection;
  keyFile: string;
  /** Permanent; null when the key is well kept. */
  warning: string | null;
  /** Null: none can be signed now. */
  crl: RevocationList | null;
  ocspUrl: string | null;
  server: ServerCertificate;
  listeners: Array<ListenerRow>;
  fidelity: AuthorityFidelity;
  ownersOnOldChain: number;
  lastBackupAt: string | null;
  journalFile: string;
  serverNow: string;
};

export type AuthorityKey = "ec:p256" | "rsa:4096";

export type RotateAuthority = {
  key: AuthorityKey;
  oldTrustedForSeconds: number;
};

export type ImportAuthority = {
  /** Of an encrypted key. */
  passphrase: string | null;
  oldTrustedForSeconds: number;
};

export type RetireAuthority = {
  fingerprint: string;
  /** The CA's common name, typed by a person. */
  confirmName: string;
};

export type BackupPassphrase = {
  passphrase: string;
};

export type OldChainOwner = {
  ownerKind: CertificateOwnerKind;
  ownerId: string;
  ownerName: string | null;
  certificates: number;
  lastExpiry: string;
};

export type OldChain = {
  /** The first 200. */
  owners: Array<OldChainOwner>;
  count: number;
};

export type PolicySubject = {
  organization: string;
  organizationalUnit: string;
  locality: string;
  province: string;
  country: string;
};

export type PolicyKeys = {
  rsaMinimumBits: number;
  rsaMaximumBits: number;
  /** P-256, P-384. */
  curves: Array<string>;
};

export type PolicyLifetimes = {
  applicationSeconds: number;
  runtimeSeconds: number;
  testSeconds: number;
};

export type PolicyThresholds = {
  warningDays: number;
  /** Of the whole lifetime. */
  warningPercent: number;
};

export type RevocationMode = "strict" | "renewal-only";

export type Policy = {
  subject: PolicySubject;
  keys: PolicyKeys;
  lifetimes: PolicyLifetimes;
  thresholds: PolicyThresholds;
  revocationMode: RevocationMode;
};

export type PolicyView = {
  policy: Policy;
  /** Dotted names of what the command line of the server has set: not changeable here. */
  fixed: Array<string>;
};

export type PolicyFault = {
  /** Dotted, as in `fixed`. */
  field: string;
  message: string;
};

export type PolicyOutcome = {
  view: PolicyView | null;
  errors: Array<PolicyFault>;
};

export type UnlockServer = {
  protection: CaKeyProtection;
  /** Only for a passphrase; never kept. */
  passphrase: string | null;
};

export type KymaMode = "standalone" | "central";

export type KymaRuntime = {
  name: string;
  /** One Connector plays both parts, so this runtime is the server itself. */
  own: boolean;
  connectorUrl: string;
  gatewayUrl: string;
  /** The base of the event URL since it was changed; null: where it always was. */
  eventsMovedTo: string | null;
  authorityFingerprint: string;
};

export type Kyma = {
  mode: KymaMode;
  twoPhase: boolean;
  createUnknownApplications: boolean;
  /** Plain HTTP on this computer, for token calls; null: switched off. */
  internalUrl: string | null;
  defaultLabels: Record<string, string>;
  eventSubscriber: string | null;
  runtimes: Array<KymaRuntime>;
  now: string;
};

export type KymaApplication = {
  applicationId: string;
};

export type HeartbeatBucket = {
  at: string;
  count: number;
};

export type Heartbeat = {
  lastSeenAt: string | null;
  polls: number;
  bucketSeconds: number;
  /** The last seven days, oldest first, with those in which nothing came. */
  buckets: Array<HeartbeatBucket>;
};

export type RuntimeToken = {
  issuedAt: string;
  expiresAt: string;
  usedAt: string | null;
};

export type RuntimeCertificateState = "valid" | "expired" | "revoked";

export type RuntimeCertificate = {
  fingerprint: string;
  notBefore: string;
  notAfter: string;
  issuedAt: string;
  lastSeenAt: string | null;
  state: RuntimeCertificateState;
};

export type ApplicationRuntime = {
  name: string;
  own: boolean;
  connectorUrl: string;
  eventsUrl: string;
  metadataUrl: string;
  /** Null: none was handed out, because the application did not ask yet. */
  token: RuntimeToken | null;
  certificate: RuntimeCertificate | null;
  /** Ended here by *Expire now*, before its time. */
  expiredNow: boolean;
};

export type ApplicationKyma = {
  applicationId: string;
  name: string;
  /** As it stands in the URLs. */
  appName: string;
  heartbeat: Heartbeat;
  runtimes: Array<ApplicationRuntime>;
  now: string;
};

export type SilentFor = {
  /** 1 to 365. */
  days: number;
};

export type SilentApplication = {
  id: string;
  lastSeenAt: string;
};

export type SilentApplications = {
  applications: Array<SilentApplication>;
};

export type RuntimeRef = {
  runtime: string;
};

export type ExpireRuntimeCertificates = {
  applicationId: string;
  runtime: string;
};

export type ExpiredCertificates = {
  expired: number;
};

export type ServiceApiType = "OPEN_API" | "ODATA";

export type ServiceCredentials = "oauth" | "basic" | "certificateGen";

export type ServiceApi = {
  targetUrl: string;
  apiType: ServiceApiType;
  specificationUrl: string | null;
  /** Null: none. */
  credentials: ServiceCredentials | null;
  specBytes: number;
};

export type ServiceEventType = {
  name: string;
  version: string;
};

export type ServiceEvents = {
  specBytes: number;
  types: Array<ServiceEventType>;
};

export type ServiceDocumentation = {
  displayName: string;
  description: string;
  type: string;
};

export type ServiceRow = {
  id: string;
  name: string;
  provider: string;
  description: string;
  shortDescription: string | null;
  /** The application's own, where it gave one. */
  identifier: string | null;
  labels: Record<string, string>;
  api: ServiceApi | null;
  events: ServiceEvents | null;
  documentation: ServiceDocumentation | null;
  createdAt: string;
  updatedAt: string;
};

export type ApplicationServices = {
  services: Array<ServiceRow>;
  now: string;
};

export type ServiceRef = {
  applicationId: string;
  /** Chosen by the registry, or by a program that put its own. */
  serviceId: string;
};

export type ServiceDocument = {
  title: string;
  type: string;
  source: string;
};

export type ServiceDetail = {
  service: ServiceRow;
  /** What the registry answers, without the specifications and with its masks instead of credentials. */
  raw: Record<string, unknown>;
  /** Up to 5 MiB of JSON, YAML or XML. */
  apiSpec: string | null;
  eventSpec: string | null;
  documents: Array<ServiceDocument>;
  now: string;
};

export type SpecificationKind = "api" | "events";

export type SpecificationRef = {
  applicationId: string;
  serviceId: string;
  which: SpecificationKind;
};

export type EventWire = "legacy" | "structured" | "binary";

export type DeliveryState = "waiting" | "delivered" | "failed";

export type EventDelivery = {
  url: string;
  state: DeliveryState;
  /** The subscriber's HTTP status. */
  status: number | null;
  at: string | null;
  error: string | null;
};

export type ReceivedEvent = {
  /** Ascending over the whole server. */
  seq: number;
  receivedAt: string;
  runtime: string;
  wire: EventWire;
  type: string;
  version: string | null;
  id: string;
  source: string;
  /** As the application wrote it. */
  time: string | null;
  contentType: string | null;
  /** Of the data, in bytes. */
  size: number;
  deliveries: Array<EventDelivery>;
};

export type EventRing = {
  kept: number;
  dropped: number;
  limit: number;
  bytes: number;
  byteLimit: number;
};

export type EventPage = {
  /** Newest first. */
  events: Array<ReceivedEvent>;
  /** Of the whole server. */
  ring: EventRing;
  now: string;
};

export type ListEvents = {
  applicationId: string;
  /** Only those that came before this number; null: from the newest on. */
  before: number | null;
  /** Page size, 1 to 200. */
  first: number;
};

export type EventRef = {
  applicationId: string;
  seq: number;
};

export type EventDetail = {
  event: ReceivedEvent;
  /** Attributes and extensions of the CloudEvent. */
  attributes: Record<string, unknown>;
  /** The data, where it is text. */
  text: string | null;
  /** The data, where it is not. */
  base64: string | null;
  now: string;
};

export type Subscription = {
  id: string;
  /** Null: every application. */
  applicationId: string | null;
  applicationName: string | null;
  eventType: string | null;
  version: string | null;
  url: string;
  /** From the server's settings; it cannot be removed in the list. */
  fixed: boolean;
  createdAt: string;
};

export type Subscriptions = {
  subscriptions: Array<Subscription>;
};

export type AddSubscription = {
  /** Null: of every application. */
  applicationId: string | null;
  /** Null: of every type. */
  eventType: string | null;
  /** Null: of every version. */
  version: string | null;
  /** http on this computer. */
  url: string;
};

export type SubscriptionRef = {
  id: string;
};

export type LinkGeneration = "first" | "second";

export type RequestConnectionLink = {
  applicationId: string;
  generation: LinkGeneration;
};

export type ConnectionLinkReceipt = {
  id: string;
  applicationId: string;
  generation: LinkGeneration;
  expiresAt: string;
  masked: string;
  serverNow: string;
};

export type ConnectionLinkRef = {
  id: string;
};

export type DefaultLabel = {
  key: string;
  value: string;
};

export type SimulationSettings = {
  /** An application pairs twice: with the center, then with a runtime. */
  twoPhase: boolean;
  /** Names, at most 4; none: one that is called kyma. They count in two-phase mode. */
  runtimes: Array<string>;
  /** Token calls need a tenant and a group, and they become part of the certificate. */
  central: boolean;
  /** Pairing under an unknown name creates the application. */
  createUnknownApplications: boolean;
  /** Plain HTTP on this computer for token calls; null: switched off. */
  internalPort: number | null;
  defaultLabels: Array<DefaultLabel>;
  /** http on this computer; gets a copy of every event. */
  eventSubscriber: string | null;
};

export type Simulation = {
  /** As they are saved. */
  settings: SimulationSettings;
  /** What the server was started with; null: it does not run. */
  running: SimulationSettings | null;
  /** The fields that were given on the command line; they can't be changed in this run. */
  fixed: Array<string>;
};

export type ErrorAction = "retry" | "wait" | "sign_in" | "ask_for_permission" | "choose_tenant" | "reload" | "open_existing" | "correct_input" | "edit_environment" | "look_at_certificate" | "open_network_sign_in" | "restart_server" | "new_token" | "report_fault";

export type Availability = "yes" | "no" | "unknown";

export type Capabilities = {
  introspection: Availability;
  /** The two operations of the pairing proposal. */
  proposalApi: Availability;
  applicationTokens: Availability;
  applicationCredentials: Availability;
  runtimes: Availability;
  runtimeTokens: Availability;
  runtimeCredentials: Availability;
  integrationSystems: Availability;
  integrationSystemCredentials: Availability;
  templates: Availability;
  formations: Availability;
  tenants: Availability;
  /** Learnt from what came back: a scope that is missing makes `auth` null without an error. Without it pairing works and
 * live progress does not. */
  authsReadable: Availability;
  /** Learnt from the first token that came back in a suggested form. */
  suggestsToken: Availability;
};

export type CachedApplications = {
  rows: Array<ApplicationRow>;
  /** When the list was complete, by the server's clock. */
  savedAt: string;
  ageSeconds: number;
};

export type WatchedPairing = {
  pairingId: string;
  /** Null: it could not be asked; the error says why. */
  progress: Progress | null;
};

export type WatchedPairings = {
  pairings: Array<WatchedPairing>;
  /** Why the last look failed; what was seen before stays. */
  error: CallError | null;
};

export type ListPage = {
  /** The `endCursor` of the page before. */
  after: string | null;
  /** Page size, 1 to 200. */
  first: number;
};

export type DirectorRef = {
  id: string;
};

export type DeleteSystemAuth = {
  owner: Owner;
  systemAuthId: string;
};

export type RuntimeRow = {
  id: string;
  name: string;
  description: string | null;
  /** The Director's, verbatim: INITIAL, PROVISIONING, CONNECTED, FAILED. */
  condition: string;
  statusAt: string;
  createdAt: string | null;
};

export type RuntimePage = {
  rows: Array<RuntimeRow>;
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
};

export type RuntimeDetail = {
  row: RuntimeRow;
  labels: Record<string, unknown>;
  /** Null: not readable. */
  auths: Array<AuthSummary> | null;
  /** From the label `scenarios`. */
  formations: Array<string>;
  serverNow: string;
};

export type IntegrationSystemRow = {
  id: string;
  name: string;
  description: string | null;
};

export type IntegrationSystemPage = {
  rows: Array<IntegrationSystemRow>;
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
};

export type IntegrationSystemDetail = {
  row: IntegrationSystemRow;
  /** Null: not readable. */
  auths: Array<AuthSummary> | null;
  serverNow: string;
};

export type Placeholder = {
  name: string;
  description: string | null;
  optional: boolean;
};

export type Template = {
  id: string;
  name: string;
  description: string | null;
  placeholders: Array<Placeholder>;
  /** The application that it makes, as JSON with `{{placeholder}}` in it. */
  applicationInput: string;
};

export type TemplatePage = {
  templates: Array<Template>;
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
};

export type PlaceholderValue = {
  placeholder: string;
  value: string;
};

export type CreateFromTemplate = {
  templateId: string;
  /** A Director looks the template up by its id; the name is sent because the schema wants one. */
  templateName: string;
  values: Array<PlaceholderValue>;
};

export type Formation = {
  id: string;
  name: string;
  /** The Director's, verbatim: INITIAL, READY, DRAFT. */
  state: string | null;
  /** The Director's, verbatim: IN_PROGRESS, ERROR, READY, DRAFT. */
  condition: string | null;
};

export type FormationPage = {
  formations: Array<Formation>;
  endCursor: string | null;
  hasNextPage: boolean;
  totalCount: number;
};

export type CreateFormation = {
  name: string;
  /** Null: the Director's default. */
  templateName: string | null;
};

export type FormationMember = {
  /** The formation's name: the Director knows it by that. */
  formation: string;
  /** An application or a runtime. */
  owner: Owner;
};

export type CreateRuntime = {
  name: string;
  description: string | null;
};

export type DeleteRuntime = {
  id: string;
  confirmName: string;
};

export type Visibility = {
  visible: boolean;
};

export type WaveHand = "by_hand" | "files";

export type PlanWaves = {
  applicationIds: Array<string>;
  /** Text with a column `id` or `name`; null: only the ids. */
  csv: string | null;
};

export type PlanProblem = "missing" | "ambiguous" | "duplicate" | "already_paired" | "managed";

export type PlanRow = {
  /** Of the CSV, from 1; null: it was chosen in the list. */
  line: number | null;
  applicationId: string | null;
  name: string;
  problem: PlanProblem | null;
  /** The row is left out: with the others the problem is only worth a look. */
  leftOut: boolean;
};

export type WavePlan = {
  rows: Array<PlanRow>;
  /** Null: this environment does not say how long a token lives. */
  tokenLifetimeSeconds: number | null;
  /** By one hand-over every four seconds, or all of a folder at once. */
  suggestedByHand: number;
  suggestedFiles: number;
};

export type StartWaves = {
  applicationIds: Array<string>;
  hand: WaveHand;
  /** Tokens that are alive at the same time. */
  waveSize: number;
};

export type WaveStage = "planned" | "requested" | "handed_over" | "redeemed" | "signed" | "paired" | "expired" | "failed" | "skipped";

export type WaveRunState = "running" | "paused" | "stopped" | "finished";

export type WaveCounts = {
  planned: number;
  requested: number;
  handedOver: number;
  redeemed: number;
  signed: number;
  paired: number;
  expired: number;
  failed: number;
  skipped: number;
};

export type WaveFailure = {
  message: string;
  /** What to do about it. */
  hint: string | null;
  count: number;
  /** At most three of them. */
  names: Array<string>;
};

export type WaveRun = {
  id: string;
  environment: string;
  tenant: string;
  hand: WaveHand;
  waveSize: number;
  state: WaveRunState;
  /** Why it paused by itself; a sentence. */
  pausedBecause: string | null;
  /** Where the files are. */
  folder: string | null;
  startedAt: string;
  total: number;
  counts: WaveCounts;
  /** From 1; 0 before the first. */
  wave: number;
  waves: number;
  /** By hand: whose turn it is. */
  current: PairingReceipt | null;
  failures: Array<WaveFailure>;
  perMinute: number | null;
  /** The Director asked for a rest: how much longer nothing is requested. */
  restingSeconds: number | null;
  secondsLeft: number | null;
  /** It belongs to another environment or tenant than the one in force, so it rests. */
  elsewhere: boolean;
};

export type WaveRowsAt = {
  /** Null: all. */
  stage: WaveStage | null;
  from: number;
  /** 1 to 500. */
  first: number;
};

export type WaveRow = {
  applicationId: string;
  name: string;
  stage: WaveStage;
  wave: number;
  problem: string | null;
  pairingId: string | null;
  expiresAt: string | null;
};

export type WaveRows = {
  rows: Array<WaveRow>;
  total: number;
};

export type ReportForm = "csv" | "json";

export type SaveWaveReport = {
  form: ReportForm;
};

/** Every call: its name, what it takes, what it answers. A call fails with a CallError. */
export interface Calls {
  /** What the page needs to paint its frame. */
  app_state: { input: Nothing; output: AppState };
  /** Starts the embedded server again after a failure; waits for the outcome. */
  restart_server: { input: Nothing; output: AppState };
  /** One page of applications. */
  list_applications: { input: ListApplications; output: ApplicationPage };
  /** One application with its credentials; null when it is gone. */
  get_application: { input: ApplicationRef; output: ApplicationDetail | null };
  /** Not part of the application: asking a Compass for it may make it choose a runtime. */
  event_url: { input: ApplicationRef; output: EventUrl };
  create_application: { input: CreateApplication; output: ApplicationRow };
  update_application: { input: UpdateApplication; output: ApplicationRow };
  /** What will stop working when the application is deleted. */
  deletion_impact: { input: ApplicationRef; output: DeletionImpact };
  /** Refused unless the name is repeated. */
  delete_application: { input: DeleteApplication; output: Nothing };
  /** Which ways of pairing the environment offers. */
  auth_types: { input: OwnerRef; output: Array<AuthTypeOffer> };
  /** Creates pairing data. Nothing is created by any other call. */
  request_pairing: { input: RequestPairing; output: PairingReceipt };
  /** The pairings whose secret is still held, newest first. */
  open_pairings: { input: Nothing; output: Array<PairingReceipt> };
  /** The value itself, for Show. */
  reveal: { input: PairingForm; output: Revealed };
  copy: { input: PairingForm; output: CopyOutcome };
  /** Copies a value that is not secret. */
  copy_plain: { input: PlainText; output: CopyOutcome };
  /** Empties the clipboard if it still holds our value. */
  clear_clipboard: { input: Nothing; output: Cleared };
  /** Saves readable only by the owner, where the person chooses. */
  save_pairing: { input: PairingForm; output: Saved };
  /** Deletes the system auth at the Director and forgets the secret. */
  cancel_pairing: { input: PairingRef; output: Nothing };
  /** How far the application has come; never reads a token. */
  pairing_progress: { input: PairingRef; output: Progress };
  /** Gets an access token with the new credentials, and throws it away. */
  test_credentials: { input: PairingRef; output: TestedCredentials };
  /** Forgets the secret; progress can still be asked for. */
  acknowledge_pairing: { input: PairingRef; output: Nothing };
  /** One page of the OAuth clients, newest first. */
  list_oauth_clients: { input: ListOAuthClients; output: OAuthClientPage };
  /** One OAuth client; null when it is gone. */
  get_oauth_client: { input: OAuthClientRef; output: OAuthClientDetail | null };
  /** Makes a second secret; the one before stays accepted for as long as asked. */
  rotate_oauth_secret: { input: RotateOAuthSecret; output: RotatedOAuthSecret };
  /** Sets or takes away the end of a secret. The last one that is accepted cannot be retired. */
  retire_oauth_secret: { input: RetireOAuthSecret; output: OAuthClientDetail };
  set_oauth_client_enabled: { input: SetOAuthClientEnabled; output: OAuthClientDetail };
  /** Every access token that was issued to the client so far is refused from now on. */
  revoke_oauth_tokens: { input: OAuthClientRef; output: OAuthClientDetail };
  /** Refused unless the owner's name or, without one, the client id is repeated. */
  delete_oauth_client: { input: DeleteOAuthClient; output: Nothing };
  /** Gets an access token as the client would, and holds it. */
  get_access_token: { input: GetAccessToken; output: AccessTokenReceipt };
  /** The access token itself, for Show. */
  reveal_access_token: { input: AccessTokenRef; output: Revealed };
  copy_access_token: { input: CopyAccessToken; output: CopyOutcome };
  forget_access_token: { input: AccessTokenRef; output: Nothing };
  /** One page of the certificates that were issued. */
  list_certificates: { input: ListCertificates; output: CertificatePage };
  /** One certificate, in human words and with its chain; null when there is none. */
  get_certificate: { input: CertificateRef; output: CertificateDetail | null };
  /** When what expires. */
  certificate_timeline: { input: Nothing; output: Timeline };
  /** Who would have no certificate left at a moment. */
  dark_owners: { input: DarkAt; output: DarkOwners };
  /** Refused unless the owner's name or, without one, the common name is repeated. */
  revoke_certificate: { input: RevokeCertificate; output: CertificateDetail };
  revoke_owner_certificates: { input: RevokeOwnerCertificates; output: RevokedCertificates };
  /** Whether a key, a request, a root or a chain belongs to a certificate. Nothing of it is kept. */
  verify_certificate: { input: VerifyCertificate; output: CertificateCheck };
  /** Saves where the person chooses. */
  export_certificate: { input: ExportCertificate; output: Saved };
  /** Saves one calendar with the end of every current certificate. */
  export_calendar: { input: Nothing; output: Saved };
  copy_certificate: { input: CopyCertificate; output: CopyOutcome };
  /** What a dropped text is, and whether it would be signed. Nothing of it is kept. */
  check_request: { input: CheckRequest; output: RequestReport };
  /** Signs on behalf of the Connector. */
  sign_request: { input: SignRequest; output: CertificateDetail };
  authority: { input: Nothing; output: AuthorityView };
  /** Makes a new CA; the one before stays accepted for as long as asked. */
  rotate_authority: { input: RotateAuthority; output: AuthorityView };
  /** Opens a dialog for the files of a CA; null when the person cancels. */
  import_authority: { input: ImportAuthority; output: AuthorityView | null };
  /** An older CA stops being accepted now. Refused unless its common name is repeated. */
  retire_authority: { input: RetireAuthority; output: AuthorityView };
  /** Who still has only certificates of an older CA. */
  old_chain: { input: Nothing; output: OldChain };
  /** Saves one encrypted file where the person chooses. */
  backup_authority: { input: BackupPassphrase; output: Saved };
  /** Opens a dialog for a backup, stops the server, restores, and starts it; null when the person cancels. */
  restore_authority: { input: BackupPassphrase; output: AppState | null };
  policy: { input: Nothing; output: PolicyView };
  set_policy: { input: Policy; output: PolicyOutcome };
  /** The list as it was when it was last complete; null: it never was. */
  cached_applications: { input: Nothing; output: CachedApplications | null };
  /** How far everything is that was handed over and is still watched, newest first. */
  watched_pairings: { input: Nothing; output: WatchedPairings };
  /** Whether the page can be seen. */
  set_visible: { input: Visibility; output: Nothing };
  list_runtimes: { input: ListPage; output: RuntimePage };
  /** One runtime with its credentials; null when it is gone. */
  get_runtime: { input: DirectorRef; output: RuntimeDetail | null };
  create_runtime: { input: CreateRuntime; output: RuntimeRow };
  /** Refused unless the name is repeated. */
  delete_runtime: { input: DeleteRuntime; output: Nothing };
  list_integration_systems: { input: ListPage; output: IntegrationSystemPage };
  /** One integration system with its credentials; null when it is gone. */
  get_integration_system: { input: DirectorRef; output: IntegrationSystemDetail | null };
  /** What was handed out stops working. */
  delete_system_auth: { input: DeleteSystemAuth; output: Nothing };
  list_templates: { input: ListPage; output: TemplatePage };
  create_from_template: { input: CreateFromTemplate; output: ApplicationRow };
  list_formations: { input: ListPage; output: FormationPage };
  create_formation: { input: CreateFormation; output: Formation };
  assign_formation: { input: FormationMember; output: Nothing };
  unassign_formation: { input: FormationMember; output: Nothing };
  /** Which applications are meant, and what may be wrong with them. Nothing is created. */
  plan_waves: { input: PlanWaves; output: WavePlan };
  /** Pairs many applications in waves; null when the person chooses no folder. */
  start_waves: { input: StartWaves; output: WaveRun | null };
  /** The run that there is, under way or over; null: none. */
  wave_run: { input: Nothing; output: WaveRun | null };
  wave_rows: { input: WaveRowsAt; output: WaveRows };
  /** No new tokens; those that live may finish. */
  pause_waves: { input: Nothing; output: WaveRun };
  resume_waves: { input: Nothing; output: WaveRun };
  stop_waves: { input: Nothing; output: WaveRun };
  /** Those that failed or expired, once more. */
  retry_waves: { input: Nothing; output: WaveRun };
  /** By hand: requests pairing data for the next one. */
  next_wave_application: { input: Nothing; output: WaveRun };
  /** Saves where the person chooses. */
  save_wave_report: { input: SaveWaveReport; output: Saved };
  /** Forgets a run that is over. */
  discard_waves: { input: Nothing; output: Nothing };
  /** Deletes those of the given system auths that nothing came of. */
  clean_up_auths: { input: CleanUpAuths; output: CleanedUp };
  /** How the server plays Kyma, and its runtimes. */
  kyma_overview: { input: Nothing; output: Kyma };
  /** When an application asked last, and how far it is with each runtime. */
  application_kyma: { input: KymaApplication; output: ApplicationKyma };
  /** Applications that asked before, but not in the last days. */
  silent_applications: { input: SilentFor; output: SilentApplications };
  /** Changes a runtime's event URL now; the old one stops working. */
  move_runtime: { input: RuntimeRef; output: Kyma };
  /** Every current certificate of the application at the runtime ends now. */
  expire_runtime_certificates: { input: ExpireRuntimeCertificates; output: ExpiredCertificates };
  /** What an application registered. */
  application_services: { input: KymaApplication; output: ApplicationServices };
  /** One of them with its specifications; null when it is gone. */
  application_service: { input: ServiceRef; output: ServiceDetail | null };
  /** Saves where the person chooses. */
  save_specification: { input: SpecificationRef; output: Saved };
  copy_specification: { input: SpecificationRef; output: CopyOutcome };
  /** One page of the events that came from an application, newest first. */
  application_events: { input: ListEvents; output: EventPage };
  /** One event with its data; null when it made room for others. */
  application_event: { input: EventRef; output: EventDetail | null };
  /** Copies the data of an event. */
  copy_event: { input: EventRef; output: CopyOutcome };
  list_subscriptions: { input: Nothing; output: Subscriptions };
  add_subscription: { input: AddSubscription; output: Subscription };
  remove_subscription: { input: SubscriptionRef; output: Nothing };
  /** Makes a link that an old client pairs with, and holds it. */
  request_connection_link: { input: RequestConnectionLink; output: ConnectionLinkReceipt };
  /** The link itself, for Show. */
  reveal_connection_link: { input: ConnectionLinkRef; output: Revealed };
  copy_connection_link: { input: ConnectionLinkRef; output: CopyOutcome };
  forget_connection_link: { input: ConnectionLinkRef; output: Nothing };
  /** Saves an application as the custom resource that Kyma keeps of it. */
  export_kubernetes: { input: KymaApplication; output: Saved };
  copy_kubernetes: { input: KymaApplication; output: CopyOutcome };
  /** How the embedded server is to play Kyma, and how it does. */
  simulation: { input: Nothing; output: Simulation };
  /** Starts the embedded server again with these settings; with those before when that fails. */
  set_simulation: { input: SimulationSettings; output: AppState };
  /** Starts the server after it failed for its CA key. The choice is remembered, the passphrase is not. */
  unlock_server: { input: UnlockServer; output: AppState };
  /** Every environment that is set up, who is signed in where, and where sign-ins can be kept. */
  environments: { input: Nothing; output: Environments };
  /** Looks at an address, step by step; nothing is saved and nobody's sign-in is used. */
  start_discovery: { input: StartDiscovery; output: Discovery };
  discovery: { input: DiscoveryRef; output: Discovery };
  cancel_discovery: { input: DiscoveryRef; output: Nothing };
  save_environment: { input: SaveEnvironment; output: SavedEnvironment };
  /** Refused unless the name is repeated. What is kept of its sign-in is forgotten. */
  remove_environment: { input: RemoveEnvironment; output: AppState };
  use_environment: { input: EnvironmentRef; output: AppState };
  /** Opens a dialog; null when the person cancels. Nothing is trusted by it. */
  choose_ca_file: { input: Nothing; output: ChosenCa | null };
  /** Opens the system browser and answers at once. */
  start_sign_in: { input: StartSignIn; output: AppState };
  cancel_sign_in: { input: EnvironmentRef; output: AppState };
  /** The address the browser was opened with. */
  copy_sign_in_address: { input: EnvironmentRef; output: CopyOutcome };
  sign_in_with_secret: { input: SignInWithSecret; output: AppState };
  /** Opens a dialog for the files; null when the person cancels. */
  sign_in_with_certificate: { input: SignInWithCertificate; output: AppState | null };
  sign_out: { input: EnvironmentRef; output: AppState };
  /** Opens the sealed file, or makes one. */
  open_vault: { input: OpenVault; output: VaultState };
  /** One page of the tenants whose name or id has the text in it. */
  search_tenants: { input: SearchTenants; output: Tenants };
  use_tenant: { input: UseTenant; output: AppState };
  /** Asks again what the Director in force offers. */
  read_capabilities: { input: Nothing; output: AppState };
  /** One cheap question to the environment in force; answers with the state whatever came of it. */
  try_reach: { input: Nothing; output: AppState };
  /** Saves where the person chooses; nothing secret is in it. */
  export_environments: { input: Nothing; output: Saved };
  /** Opens a dialog; null when the person cancels. Nothing is imported by it. */
  read_environments: { input: Nothing; output: OfferedEnvironments | null };
  /** What was read last. */
  import_environments: { input: ImportEnvironments; output: ImportedEnvironments };
  set_settings: { input: Settings; output: Settings };
  /** Empties the clipboard if ours; the page hides everything. */
  lock: { input: Nothing; output: Nothing };
  /** Closes the window after the leaving guard. */
  confirm_close: { input: Nothing; output: Nothing };
}

export type CallName = keyof Calls;
