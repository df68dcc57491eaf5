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
  set_settings: { input: Settings; output: Settings };
  /** Empties the clipboard if ours; the page hides everything. */
  lock: { input: Nothing; output: Nothing };
  /** Closes the window after the leaving guard. */
  confirm_close: { input: Nothing; output: Nothing };
}

export type CallName = keyof Calls;
