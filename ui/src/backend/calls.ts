import type {
  ApplicationDetail,
  ApplicationPage,
  ApplicationRow,
  AppState,
  AuthType,
  AuthTypeOffer,
  CopyOutcome,
  Form,
  PairingReceipt,
  Progress,
  Settings,
} from "./types.ts";

type None = Record<string, never>;

/** One entry per call: what goes in, what comes back. */
export type Calls = {
  app_state: { input: None; output: AppState };
  restart_server: { input: None; output: AppState };
  list_applications: { input: { after: string | null; first: number }; output: ApplicationPage };
  get_application: { input: { id: string }; output: ApplicationDetail | null };
  create_application: {
    input: {
      name: string;
      providerName: string | null;
      description: string | null;
      baseUrl: string | null;
      healthCheckUrl: string | null;
      labels: Record<string, unknown>;
    };
    output: ApplicationRow;
  };
  update_application: {
    input: {
      id: string;
      providerName: string;
      description: string;
      baseUrl: string;
      healthCheckUrl: string;
      condition: string;
    };
    output: ApplicationRow;
  };
  deletion_impact: {
    input: { id: string };
    output: { name: string; certificates: number; pendingTokens: number; oauthClients: number };
  };
  delete_application: { input: { id: string; confirmName: string }; output: None };
  auth_types: { input: { applicationId: string }; output: AuthTypeOffer[] };
  request_pairing: {
    input: { applicationId: string; type: AuthType; systemAuthId: string | null; copy: Form | null };
    output: PairingReceipt;
  };
  open_pairings: { input: None; output: PairingReceipt[] };
  reveal: { input: { pairingId: string; form: Form }; output: { value: string } };
  copy: { input: { pairingId: string; form: Form }; output: CopyOutcome };
  copy_plain: { input: { text: string }; output: CopyOutcome };
  clear_clipboard: { input: None; output: { cleared: boolean } };
  save_pairing: { input: { pairingId: string; form: Form }; output: { savedTo: string | null } };
  cancel_pairing: { input: { pairingId: string }; output: None };
  pairing_progress: { input: { pairingId: string }; output: Progress };
  test_credentials: { input: { pairingId: string }; output: { scopes: string[]; expiresInSeconds: number } };
  acknowledge_pairing: { input: { pairingId: string }; output: None };
  set_settings: { input: Settings; output: Settings };
  lock: { input: None; output: None };
  confirm_close: { input: None; output: None };
};

export type CallName = keyof Calls;

/** What the program tells the page without being asked. */
export type Events = { "server-state": AppState; "close-requested": unknown };

/** The program behind the page: the Tauri shell, or a test host over HTTP. */
export interface Backend {
  /** Rejects with a `CallError`, always. */
  call<Name extends CallName>(name: Name, input: Calls[Name]["input"]): Promise<Calls[Name]["output"]>;
  /** Answers a function that stops listening. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void;
  /** Without events the page has to ask for the state of the server now and then. */
  readonly hasEvents: boolean;
}
