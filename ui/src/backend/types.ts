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
  | "newer_data"
  | "secret_gone"
  | "file_not_written";

export type CallError = {
  code: string;
  /** What happened, and whose side it is on. */
  message: string;
  /** The next step. */
  hint: string | null;
  /** Folded, technical, no secret. */
  detail: string | null;
  correlationId: string;
};

export type ServerState = { state: "starting" } | { state: "ready" } | { state: "failed", error: CallError };

export type Environment = {
  name: string;
  badge: string;
  tenant: string;
  tenantName: string;
  directorUrl: string;
  connectorUrl: string;
  certificateSecuredDirectorUrl: string;
  certificateSecuredConnectorUrl: string;
  oauthTokenUrl: string;
  tokenLifetimeSeconds: number | null;
  certificateLifetimeSeconds: number | null;
  caFile: string | null;
};

export type Theme = "system" | "light" | "dark" | "high_contrast_light" | "high_contrast_dark";

export type Settings = {
  theme: Theme;
  /** How long a copied secret stays in the clipboard. */
  clipboardSeconds: number;
};

export type AppState = {
  version: string;
  dataDir: string;
  server: ServerState;
  environment: Environment | null;
  settings: Settings;
  /** The server's clock; null until it has answered once. */
  serverNow: string | null;
  /** Permanent, each a sentence. */
  warnings: Array<string>;
};

export type Nothing = Record<string, never>;

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

export type AuthSummary = {
  id: string;
  kind: AuthKind;
  clientId: string | null;
  certCommonName: string | null;
  token: TokenSummary | null;
};

export type ApplicationDetail = {
  row: ApplicationRow;
  healthCheckUrl: string | null;
  labels: Record<string, unknown>;
  eventingUrl: string | null;
  /** Null: not readable. */
  auths: Array<AuthSummary> | null;
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

export type ApplicationPairing = {
  applicationId: string;
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
  applicationId: string;
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
  applicationId: string;
  applicationName: string;
  tenant: string;
  type: AuthType;
  systemAuthId: string;
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

export type Stage = "waiting" | "configuration_fetched" | "certificate_issued" | "paired" | "expired" | "no_answer" | "gone";

export type Progress = {
  stage: Stage;
  condition: string;
  expiresAt: string | null;
  usedAt: string | null;
  tokenCreatedAt: string | null;
  certCommonName: string | null;
  /** False: the system auths are not readable, only the condition is watched. */
  readable: boolean;
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
  create_application: { input: CreateApplication; output: ApplicationRow };
  update_application: { input: UpdateApplication; output: ApplicationRow };
  /** What will stop working when the application is deleted. */
  deletion_impact: { input: ApplicationRef; output: DeletionImpact };
  /** Refused unless the name is repeated. */
  delete_application: { input: DeleteApplication; output: Nothing };
  /** Which ways of pairing the environment offers. */
  auth_types: { input: ApplicationPairing; output: Array<AuthTypeOffer> };
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
  set_settings: { input: Settings; output: Settings };
  /** Empties the clipboard if ours; the page hides everything. */
  lock: { input: Nothing; output: Nothing };
  /** Closes the window after the leaving guard. */
  confirm_close: { input: Nothing; output: Nothing };
}

export type CallName = keyof Calls;
