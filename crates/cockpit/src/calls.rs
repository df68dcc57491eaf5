//! The call table: every call that the page may make, by name, with its input and its answer.
//!
//! Every call is `name` + one JSON object → one JSON value, or a [`CallError`]. In the window each call is one
//! Tauri command of the same name; in the browser test host it is `POST /call/{name}`. Around the object is an
//! [`Envelope`], which says what the page thinks it looks at. Unknown fields are refused, texts are limited, and
//! nothing from the page is ever used as a path.

mod answers;
mod authority_answers;
mod authority_inputs;
mod certificate_answers;
mod certificate_inputs;
mod director_answers;
mod director_inputs;
mod discovery_answers;
mod envelope;
mod environment_answers;
mod environment_inputs;
mod inputs;
mod kyma_answers;
mod kyma_inputs;
mod oauth_answers;
mod oauth_inputs;
mod registry_answers;
mod secret_text;
mod simulation;
mod text;
mod typescript;
mod wave_answers;
mod wave_inputs;

use pairing::ErrorCode;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use ts_rs::TS;

use crate::{Cockpit, Problem, Settings};

pub use answers::*;
pub use authority_answers::*;
pub use authority_inputs::*;
pub use certificate_answers::*;
pub use certificate_inputs::*;
pub use director_answers::*;
pub use director_inputs::*;
pub use discovery_answers::*;
pub use envelope::Envelope;
pub(crate) use envelope::{Access, Asked, CallContext, view_changed};
pub use environment_answers::*;
pub use environment_inputs::*;
pub use inputs::*;
pub use kyma_answers::*;
pub use kyma_inputs::*;
pub use oauth_answers::*;
pub use oauth_inputs::*;
pub use registry_answers::*;
pub use secret_text::SecretText;
pub use simulation::*;
pub use text::Text;
pub use typescript::typescript;
pub use wave_answers::*;
pub use wave_inputs::*;

macro_rules! access {
    (free) => {
        Access::Free
    };
    (read) => {
        Access::Read
    };
    (write) => {
        Access::Write
    };
}

// Before each name: `free` is not about the environment in force, `read` is, and `write` changes something there, so that
// its guard counts.
macro_rules! table {
    ($($(#[doc = $doc:literal])* $access:ident $name:ident($input:ty) -> $answer:ty,)*) => {
        /// The names of all calls, in the order of the table.
        pub const NAMES: &[&str] = &[$(stringify!($name),)*];

        /// What a call does to the environment in force; what does not exist does nothing.
        fn access_of(name: &str) -> Access {
            match name {
                $(stringify!($name) => access!($access),)*
                _ => Access::Free,
            }
        }

        async fn answer(cockpit: &Cockpit, call: CallContext, name: &str, input: Value) -> Result<Value, Problem> {
            match name {
                $(stringify!($name) => {
                    let input: $input = read(input)?;
                    // Each on the heap: together they would not fit on the stack of a worker.
                    let answer: $answer = Box::pin(cockpit.$name(call, input)).await?;
                    serde_json::to_value(answer).map_err(|cause| {
                        Problem::new(ErrorCode::Internal, "The answer could not be written.").detail(cause.to_string())
                    })
                })*
                _ => Err(Problem::new(ErrorCode::BadRequest, "This call does not exist.").detail(name)),
            }
        }

        /// Name, input type and answer type of every call, as TypeScript.
        fn signatures(config: &ts_rs::Config) -> Vec<Signature> {
            vec![$(Signature {
                name: stringify!($name),
                doc: concat!($($doc,)*),
                input: <$input as TS>::name(config),
                answer: <$answer as TS>::name(config),
            },)*]
        }
    };
}

table! {
    /// What the page needs to paint its frame.
    free app_state(Nothing) -> AppState,
    /// Starts the embedded server again after a failure; waits for the outcome.
    free restart_server(Nothing) -> AppState,
    /// One page of applications.
    read list_applications(ListApplications) -> ApplicationPage,
    /// One application with its credentials; null when it is gone.
    read get_application(ApplicationRef) -> Option<ApplicationDetail>,
    /// Not part of the application: asking a Compass for it may make it choose a runtime.
    read event_url(ApplicationRef) -> EventUrl,
    write create_application(CreateApplication) -> ApplicationRow,
    write update_application(UpdateApplication) -> ApplicationRow,
    /// What will stop working when the application is deleted.
    read deletion_impact(ApplicationRef) -> DeletionImpact,
    /// Refused unless the name is repeated.
    write delete_application(DeleteApplication) -> Nothing,
    /// Which ways of pairing the environment offers.
    read auth_types(OwnerRef) -> Vec<AuthTypeOffer>,
    /// Creates pairing data. Nothing is created by any other call.
    write request_pairing(RequestPairing) -> PairingReceipt,
    /// The pairings whose secret is still held, newest first.
    free open_pairings(Nothing) -> Vec<PairingReceipt>,
    /// The value itself, for Show.
    free reveal(PairingForm) -> Revealed,
    free copy(PairingForm) -> CopyOutcome,
    /// Copies a value that is not secret.
    free copy_plain(PlainText) -> CopyOutcome,
    /// Empties the clipboard if it still holds our value.
    free clear_clipboard(Nothing) -> Cleared,
    /// Saves readable only by the owner, where the person chooses.
    free save_pairing(PairingForm) -> Saved,
    /// Deletes the system auth at the Director and forgets the secret.
    write cancel_pairing(PairingRef) -> Nothing,
    /// How far the application has come; never reads a token.
    read pairing_progress(PairingRef) -> Progress,
    /// Gets an access token with the new credentials, and throws it away.
    read test_credentials(PairingRef) -> TestedCredentials,
    /// Forgets the secret; progress can still be asked for.
    free acknowledge_pairing(PairingRef) -> Nothing,
    /// One page of the OAuth clients, newest first.
    read list_oauth_clients(ListOAuthClients) -> OAuthClientPage,
    /// One OAuth client; null when it is gone.
    read get_oauth_client(OAuthClientRef) -> Option<OAuthClientDetail>,
    /// Makes a second secret; the one before stays accepted for as long as asked.
    write rotate_oauth_secret(RotateOAuthSecret) -> RotatedOAuthSecret,
    /// Sets or takes away the end of a secret. The last one that is accepted cannot be retired.
    write retire_oauth_secret(RetireOAuthSecret) -> OAuthClientDetail,
    write set_oauth_client_enabled(SetOAuthClientEnabled) -> OAuthClientDetail,
    /// Every access token that was issued to the client so far is refused from now on.
    write revoke_oauth_tokens(OAuthClientRef) -> OAuthClientDetail,
    /// Refused unless the owner's name or, without one, the client id is repeated.
    write delete_oauth_client(DeleteOAuthClient) -> Nothing,
    /// Gets an access token as the client would, and holds it.
    read get_access_token(GetAccessToken) -> AccessTokenReceipt,
    /// The access token itself, for Show.
    free reveal_access_token(AccessTokenRef) -> Revealed,
    free copy_access_token(CopyAccessToken) -> CopyOutcome,
    free forget_access_token(AccessTokenRef) -> Nothing,
    /// One page of the certificates that were issued.
    read list_certificates(ListCertificates) -> CertificatePage,
    /// One certificate, in human words and with its chain; null when there is none.
    read get_certificate(CertificateRef) -> Option<CertificateDetail>,
    /// When what expires.
    read certificate_timeline(Nothing) -> Timeline,
    /// Who would have no certificate left at a moment.
    read dark_owners(DarkAt) -> DarkOwners,
    /// Refused unless the owner's name or, without one, the common name is repeated.
    write revoke_certificate(RevokeCertificate) -> CertificateDetail,
    write revoke_owner_certificates(RevokeOwnerCertificates) -> RevokedCertificates,
    /// Whether a key, a request, a root or a chain belongs to a certificate. Nothing of it is kept.
    free verify_certificate(VerifyCertificate) -> CertificateCheck,
    /// Saves where the person chooses.
    read export_certificate(ExportCertificate) -> Saved,
    /// Saves one calendar with the end of every current certificate.
    read export_calendar(Nothing) -> Saved,
    read copy_certificate(CopyCertificate) -> CopyOutcome,
    /// What a dropped text is, and whether it would be signed. Nothing of it is kept.
    read check_request(CheckRequest) -> RequestReport,
    /// Signs on behalf of the Connector.
    write sign_request(SignRequest) -> CertificateDetail,
    read authority(Nothing) -> AuthorityView,
    /// Makes a new CA; the one before stays accepted for as long as asked.
    write rotate_authority(RotateAuthority) -> AuthorityView,
    /// Opens a dialog for the files of a CA; null when the person cancels.
    write import_authority(ImportAuthority) -> Option<AuthorityView>,
    /// An older CA stops being accepted now. Refused unless its common name is repeated.
    write retire_authority(RetireAuthority) -> AuthorityView,
    /// Who still has only certificates of an older CA.
    read old_chain(Nothing) -> OldChain,
    /// Saves one encrypted file where the person chooses.
    read backup_authority(BackupPassphrase) -> Saved,
    /// Opens a dialog for a backup, stops the server, restores, and starts it; null when the person cancels.
    write restore_authority(BackupPassphrase) -> Option<AppState>,
    read policy(Nothing) -> PolicyView,
    write set_policy(Policy) -> PolicyOutcome,
    /// The list as it was when it was last complete; null: it never was.
    read cached_applications(Nothing) -> Option<CachedApplications>,
    /// How far everything is that was handed over and is still watched, newest first.
    free watched_pairings(Nothing) -> WatchedPairings,
    /// Whether the page can be seen.
    free set_visible(Visibility) -> Nothing,
    read list_runtimes(ListPage) -> RuntimePage,
    /// One runtime with its credentials; null when it is gone.
    read get_runtime(DirectorRef) -> Option<RuntimeDetail>,
    write create_runtime(CreateRuntime) -> RuntimeRow,
    /// Refused unless the name is repeated.
    write delete_runtime(DeleteRuntime) -> Nothing,
    read list_integration_systems(ListPage) -> IntegrationSystemPage,
    /// One integration system with its credentials; null when it is gone.
    read get_integration_system(DirectorRef) -> Option<IntegrationSystemDetail>,
    /// What was handed out stops working.
    write delete_system_auth(DeleteSystemAuth) -> Nothing,
    read list_templates(ListPage) -> TemplatePage,
    write create_from_template(CreateFromTemplate) -> ApplicationRow,
    read list_formations(ListPage) -> FormationPage,
    write create_formation(CreateFormation) -> Formation,
    write assign_formation(FormationMember) -> Nothing,
    write unassign_formation(FormationMember) -> Nothing,
    /// Which applications are meant, and what may be wrong with them. Nothing is created.
    read plan_waves(PlanWaves) -> WavePlan,
    /// Pairs many applications in waves; null when the person chooses no folder.
    write start_waves(StartWaves) -> Option<WaveRun>,
    /// The run that there is, under way or over; null: none.
    free wave_run(Nothing) -> Option<WaveRun>,
    free wave_rows(WaveRowsAt) -> WaveRows,
    /// No new tokens; those that live may finish.
    free pause_waves(Nothing) -> WaveRun,
    write resume_waves(Nothing) -> WaveRun,
    free stop_waves(Nothing) -> WaveRun,
    /// Those that failed or expired, once more.
    write retry_waves(Nothing) -> WaveRun,
    /// By hand: requests pairing data for the next one.
    read next_wave_application(Nothing) -> WaveRun,
    /// Saves where the person chooses.
    free save_wave_report(SaveWaveReport) -> Saved,
    /// Forgets a run that is over.
    free discard_waves(Nothing) -> Nothing,
    /// Deletes those of the given system auths that nothing came of.
    write clean_up_auths(CleanUpAuths) -> CleanedUp,
    /// How the server plays Kyma, and its runtimes.
    read kyma_overview(Nothing) -> Kyma,
    /// When an application asked last, and how far it is with each runtime.
    read application_kyma(KymaApplication) -> ApplicationKyma,
    /// Applications that asked before, but not in the last days.
    read silent_applications(SilentFor) -> SilentApplications,
    /// Changes a runtime's event URL now; the old one stops working.
    write move_runtime(RuntimeRef) -> Kyma,
    /// Every current certificate of the application at the runtime ends now.
    write expire_runtime_certificates(ExpireRuntimeCertificates) -> ExpiredCertificates,
    /// What an application registered.
    read application_services(KymaApplication) -> ApplicationServices,
    /// One of them with its specifications; null when it is gone.
    read application_service(ServiceRef) -> Option<ServiceDetail>,
    /// Saves where the person chooses.
    read save_specification(SpecificationRef) -> Saved,
    read copy_specification(SpecificationRef) -> CopyOutcome,
    /// One page of the events that came from an application, newest first.
    read application_events(ListEvents) -> EventPage,
    /// One event with its data; null when it made room for others.
    read application_event(EventRef) -> Option<EventDetail>,
    /// Copies the data of an event.
    read copy_event(EventRef) -> CopyOutcome,
    read list_subscriptions(Nothing) -> Subscriptions,
    write add_subscription(AddSubscription) -> Subscription,
    write remove_subscription(SubscriptionRef) -> Nothing,
    /// Makes a link that an old client pairs with, and holds it.
    write request_connection_link(RequestConnectionLink) -> ConnectionLinkReceipt,
    /// The link itself, for Show.
    free reveal_connection_link(ConnectionLinkRef) -> Revealed,
    free copy_connection_link(ConnectionLinkRef) -> CopyOutcome,
    free forget_connection_link(ConnectionLinkRef) -> Nothing,
    /// Saves an application as the custom resource that Kyma keeps of it.
    read export_kubernetes(KymaApplication) -> Saved,
    read copy_kubernetes(KymaApplication) -> CopyOutcome,
    /// How the embedded server is to play Kyma, and how it does.
    free simulation(Nothing) -> Simulation,
    /// Starts the embedded server again with these settings; with those before when that fails.
    free set_simulation(SimulationSettings) -> AppState,
    /// Starts the server after it failed for its CA key. The choice is remembered, the passphrase is not.
    free unlock_server(UnlockServer) -> AppState,
    /// Every environment that is set up, who is signed in where, and where sign-ins can be kept.
    free environments(Nothing) -> Environments,
    /// Looks at an address, step by step; nothing is saved and nobody's sign-in is used.
    free start_discovery(StartDiscovery) -> Discovery,
    free discovery(DiscoveryRef) -> Discovery,
    free cancel_discovery(DiscoveryRef) -> Nothing,
    free save_environment(SaveEnvironment) -> SavedEnvironment,
    /// Refused unless the name is repeated. What is kept of its sign-in is forgotten.
    free remove_environment(RemoveEnvironment) -> AppState,
    free use_environment(EnvironmentRef) -> AppState,
    /// Opens a dialog; null when the person cancels. Nothing is trusted by it.
    free choose_ca_file(Nothing) -> Option<ChosenCa>,
    /// Opens the system browser and answers at once.
    free start_sign_in(StartSignIn) -> AppState,
    free cancel_sign_in(EnvironmentRef) -> AppState,
    /// The address the browser was opened with.
    free copy_sign_in_address(EnvironmentRef) -> CopyOutcome,
    free sign_in_with_secret(SignInWithSecret) -> AppState,
    /// Opens a dialog for the files; null when the person cancels.
    free sign_in_with_certificate(SignInWithCertificate) -> Option<AppState>,
    free sign_out(EnvironmentRef) -> AppState,
    /// Opens the sealed file, or makes one.
    free open_vault(OpenVault) -> VaultState,
    /// One page of the tenants whose name or id has the text in it.
    read search_tenants(SearchTenants) -> Tenants,
    read use_tenant(UseTenant) -> AppState,
    /// Asks again what the Director in force offers.
    read read_capabilities(Nothing) -> AppState,
    /// One cheap question to the environment in force; answers with the state whatever came of it.
    read try_reach(Nothing) -> AppState,
    /// Saves where the person chooses; nothing secret is in it.
    free export_environments(Nothing) -> Saved,
    /// Opens a dialog; null when the person cancels. Nothing is imported by it.
    free read_environments(Nothing) -> Option<OfferedEnvironments>,
    /// What was read last.
    free import_environments(ImportEnvironments) -> ImportedEnvironments,
    free set_settings(Settings) -> Settings,
    /// Empties the clipboard if ours; the page hides everything.
    free lock(Nothing) -> Nothing,
    /// Closes the window after the leaving guard.
    free confirm_close(Nothing) -> Nothing,
}

struct Signature {
    name: &'static str,
    doc: &'static str,
    input: String,
    answer: String,
}

/// How a call fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallError {
    #[ts(type = "string")]
    pub code: ErrorCode,
    /// What happened, and whose side it is on.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Folded, technical, no secret.
    pub detail: Option<String>,
    /// What the page can offer to do about it.
    pub action: Option<ErrorAction>,
    /// Where the other side says how long to wait.
    pub retry_after_seconds: Option<u32>,
    pub correlation_id: String,
}

impl CallError {
    pub(crate) fn new(problem: Problem, call: CallContext) -> Self {
        let Problem { code, message, hint, detail, action, retry_after_seconds } = problem;
        let action = action.or_else(|| ErrorAction::for_code(code));
        Self { code, message, hint, detail, action, retry_after_seconds, correlation_id: call.to_string() }
    }
}

fn read<T: DeserializeOwned>(input: Value) -> Result<T, Problem> {
    serde_json::from_value(input).map_err(|cause| {
        Problem::new(ErrorCode::BadRequest, "The page sent something that this version doesn't understand.")
            .hint("Reload the window. If it stays, report it with the details.")
            .detail(cause.to_string())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn inputs_refuse_unknown_fields_and_long_texts() {
        assert!(read::<Nothing>(json!({})).is_ok());
        assert_eq!(read::<Nothing>(json!({ "a": 1 })).unwrap_err().code, ErrorCode::BadRequest);
        assert!(read::<PlainText>(json!({ "text": "ü".repeat(4096) })).is_ok());
        assert!(read::<PlainText>(json!({ "text": "x".repeat(4097) })).is_err());
        assert!(read::<PairingForm>(json!({ "pairingId": "p", "form": "legacy_url" })).is_ok());
        assert!(read::<PairingForm>(json!({ "pairingId": "p", "form": "LegacyUrl" })).is_err());
        assert!(
            read::<RequestPairing>(
                json!({ "owner": { "kind": "application", "id": "a" }, "type": "client_certificate" })
            )
            .is_ok()
        );
        assert!(
            read::<RequestPairing>(
                json!({ "owner": { "kind": "application", "id": "a" }, "type": "client_certificate", "x": 1 })
            )
            .is_err()
        );
    }

    #[test]
    fn a_typed_secret_is_in_no_debug_output() {
        let input = json!({ "clientId": "c", "secret": "canary", "scopes": ["a"], "authMethod": "post" });
        let typed: GetAccessToken = read(input.clone()).unwrap();
        assert!(!format!("{typed:?}").contains("canary"));
        let mut held = input;
        held["secret"] = Value::Null;
        assert!(read::<GetAccessToken>(held.clone()).unwrap().secret.is_none());
        held["secret"] = json!({ "canary": 1 });
        let refusal = read::<GetAccessToken>(held).unwrap_err();
        assert!(!format!("{refusal:?}").contains("canary"));
        assert!(read::<RotateOAuthSecret>(json!({ "clientId": "c", "retireOldAfterSeconds": -1 })).is_err());
    }
}
