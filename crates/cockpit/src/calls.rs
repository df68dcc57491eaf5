//! The call table: every call that the page may make, by name, with its input and its answer.
//!
//! Every call is `name` + one JSON object → one JSON value, or a [`CallError`]. In the window each call is one
//! Tauri command of the same name; in the browser test host it is `POST /call/{name}`. Unknown fields are refused,
//! texts are limited, and nothing from the page is ever used as a path or an address of ours.

mod answers;
mod authority_answers;
mod authority_inputs;
mod certificate_answers;
mod certificate_inputs;
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

use std::fmt;

use pairing::ErrorCode;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tracing::Instrument as _;
use ts_rs::TS;
use uuid::Uuid;

use crate::{Cockpit, Problem, Settings};

pub use answers::*;
pub use authority_answers::*;
pub use authority_inputs::*;
pub use certificate_answers::*;
pub use certificate_inputs::*;
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

macro_rules! table {
    ($($(#[doc = $doc:literal])* $name:ident($input:ty) -> $answer:ty,)*) => {
        /// The names of all calls, in the order of the table.
        pub const NAMES: &[&str] = &[$(stringify!($name),)*];

        async fn answer(cockpit: &Cockpit, call: CorrelationId, name: &str, input: Value) -> Result<Value, Problem> {
            match name {
                $(stringify!($name) => {
                    let input: $input = read(input)?;
                    let answer: $answer = cockpit.$name(call, input).await?;
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
    app_state(Nothing) -> AppState,
    /// Starts the embedded server again after a failure; waits for the outcome.
    restart_server(Nothing) -> AppState,
    /// One page of applications.
    list_applications(ListApplications) -> ApplicationPage,
    /// One application with its credentials; null when it is gone.
    get_application(ApplicationRef) -> Option<ApplicationDetail>,
    create_application(CreateApplication) -> ApplicationRow,
    update_application(UpdateApplication) -> ApplicationRow,
    /// What will stop working when the application is deleted.
    deletion_impact(ApplicationRef) -> DeletionImpact,
    /// Refused unless the name is repeated.
    delete_application(DeleteApplication) -> Nothing,
    /// Which ways of pairing the environment offers.
    auth_types(ApplicationPairing) -> Vec<AuthTypeOffer>,
    /// Creates pairing data. Nothing is created by any other call.
    request_pairing(RequestPairing) -> PairingReceipt,
    /// The pairings whose secret is still held, newest first.
    open_pairings(Nothing) -> Vec<PairingReceipt>,
    /// The value itself, for Show.
    reveal(PairingForm) -> Revealed,
    copy(PairingForm) -> CopyOutcome,
    /// Copies a value that is not secret.
    copy_plain(PlainText) -> CopyOutcome,
    /// Empties the clipboard if it still holds our value.
    clear_clipboard(Nothing) -> Cleared,
    /// Saves readable only by the owner, where the person chooses.
    save_pairing(PairingForm) -> Saved,
    /// Deletes the system auth at the Director and forgets the secret.
    cancel_pairing(PairingRef) -> Nothing,
    /// How far the application has come; never reads a token.
    pairing_progress(PairingRef) -> Progress,
    /// Gets an access token with the new credentials, and throws it away.
    test_credentials(PairingRef) -> TestedCredentials,
    /// Forgets the secret; progress can still be asked for.
    acknowledge_pairing(PairingRef) -> Nothing,
    /// One page of the OAuth clients, newest first.
    list_oauth_clients(ListOAuthClients) -> OAuthClientPage,
    /// One OAuth client; null when it is gone.
    get_oauth_client(OAuthClientRef) -> Option<OAuthClientDetail>,
    /// Makes a second secret; the one before stays accepted for as long as asked.
    rotate_oauth_secret(RotateOAuthSecret) -> RotatedOAuthSecret,
    /// Sets or takes away the end of a secret. The last one that is accepted cannot be retired.
    retire_oauth_secret(RetireOAuthSecret) -> OAuthClientDetail,
    set_oauth_client_enabled(SetOAuthClientEnabled) -> OAuthClientDetail,
    /// Every access token that was issued to the client so far is refused from now on.
    revoke_oauth_tokens(OAuthClientRef) -> OAuthClientDetail,
    /// Refused unless the owner's name or, without one, the client id is repeated.
    delete_oauth_client(DeleteOAuthClient) -> Nothing,
    /// Gets an access token as the client would, and holds it.
    get_access_token(GetAccessToken) -> AccessTokenReceipt,
    /// The access token itself, for Show.
    reveal_access_token(AccessTokenRef) -> Revealed,
    copy_access_token(CopyAccessToken) -> CopyOutcome,
    forget_access_token(AccessTokenRef) -> Nothing,
    /// One page of the certificates that were issued.
    list_certificates(ListCertificates) -> CertificatePage,
    /// One certificate, in human words and with its chain; null when there is none.
    get_certificate(CertificateRef) -> Option<CertificateDetail>,
    /// When what expires.
    certificate_timeline(Nothing) -> Timeline,
    /// Who would have no certificate left at a moment.
    dark_owners(DarkAt) -> DarkOwners,
    /// Refused unless the owner's name or, without one, the common name is repeated.
    revoke_certificate(RevokeCertificate) -> CertificateDetail,
    revoke_owner_certificates(RevokeOwnerCertificates) -> RevokedCertificates,
    /// Whether a key, a request, a root or a chain belongs to a certificate. Nothing of it is kept.
    verify_certificate(VerifyCertificate) -> CertificateCheck,
    /// Saves where the person chooses.
    export_certificate(ExportCertificate) -> Saved,
    /// Saves one calendar with the end of every current certificate.
    export_calendar(Nothing) -> Saved,
    copy_certificate(CopyCertificate) -> CopyOutcome,
    /// What a dropped text is, and whether it would be signed. Nothing of it is kept.
    check_request(CheckRequest) -> RequestReport,
    /// Signs on behalf of the Connector.
    sign_request(SignRequest) -> CertificateDetail,
    authority(Nothing) -> AuthorityView,
    /// Makes a new CA; the one before stays accepted for as long as asked.
    rotate_authority(RotateAuthority) -> AuthorityView,
    /// Opens a dialog for the files of a CA; null when the person cancels.
    import_authority(ImportAuthority) -> Option<AuthorityView>,
    /// An older CA stops being accepted now. Refused unless its common name is repeated.
    retire_authority(RetireAuthority) -> AuthorityView,
    /// Who still has only certificates of an older CA.
    old_chain(Nothing) -> OldChain,
    /// Saves one encrypted file where the person chooses.
    backup_authority(BackupPassphrase) -> Saved,
    /// Opens a dialog for a backup, stops the server, restores, and starts it; null when the person cancels.
    restore_authority(BackupPassphrase) -> Option<AppState>,
    policy(Nothing) -> PolicyView,
    set_policy(Policy) -> PolicyOutcome,
    /// Deletes those of the given system auths that nothing came of.
    clean_up_auths(CleanUpAuths) -> CleanedUp,
    /// How the server plays Kyma, and its runtimes.
    kyma_overview(Nothing) -> Kyma,
    /// When an application asked last, and how far it is with each runtime.
    application_kyma(KymaApplication) -> ApplicationKyma,
    /// Applications that asked before, but not in the last days.
    silent_applications(SilentFor) -> SilentApplications,
    /// Changes a runtime's event URL now; the old one stops working.
    move_runtime(RuntimeRef) -> Kyma,
    /// Every current certificate of the application at the runtime ends now.
    expire_runtime_certificates(ExpireRuntimeCertificates) -> ExpiredCertificates,
    /// What an application registered.
    application_services(KymaApplication) -> ApplicationServices,
    /// One of them with its specifications; null when it is gone.
    application_service(ServiceRef) -> Option<ServiceDetail>,
    /// Saves where the person chooses.
    save_specification(SpecificationRef) -> Saved,
    copy_specification(SpecificationRef) -> CopyOutcome,
    /// One page of the events that came from an application, newest first.
    application_events(ListEvents) -> EventPage,
    /// One event with its data; null when it made room for others.
    application_event(EventRef) -> Option<EventDetail>,
    /// Copies the data of an event.
    copy_event(EventRef) -> CopyOutcome,
    list_subscriptions(Nothing) -> Subscriptions,
    add_subscription(AddSubscription) -> Subscription,
    remove_subscription(SubscriptionRef) -> Nothing,
    /// Makes a link that an old client pairs with, and holds it.
    request_connection_link(RequestConnectionLink) -> ConnectionLinkReceipt,
    /// The link itself, for Show.
    reveal_connection_link(ConnectionLinkRef) -> Revealed,
    copy_connection_link(ConnectionLinkRef) -> CopyOutcome,
    forget_connection_link(ConnectionLinkRef) -> Nothing,
    /// Saves an application as the custom resource that Kyma keeps of it.
    export_kubernetes(KymaApplication) -> Saved,
    copy_kubernetes(KymaApplication) -> CopyOutcome,
    /// How the embedded server is to play Kyma, and how it does.
    simulation(Nothing) -> Simulation,
    /// Starts the embedded server again with these settings; with those before when that fails.
    set_simulation(SimulationSettings) -> AppState,
    /// Starts the server after it failed for its CA key. The choice is remembered, the passphrase is not.
    unlock_server(UnlockServer) -> AppState,
    set_settings(Settings) -> Settings,
    /// Empties the clipboard if ours; the page hides everything.
    lock(Nothing) -> Nothing,
    /// Closes the window after the leaving guard.
    confirm_close(Nothing) -> Nothing,
}

struct Signature {
    name: &'static str,
    doc: &'static str,
    input: String,
    answer: String,
}

/// One call, from the click to every request it causes: the header `x-request-id`, the log, the error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CorrelationId(Uuid);

impl CorrelationId {
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
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
    pub correlation_id: String,
}

impl CallError {
    pub(crate) fn new(problem: Problem, call: CorrelationId) -> Self {
        let Problem { code, message, hint, detail } = problem;
        Self { code, message, hint, detail, correlation_id: call.to_string() }
    }
}

impl Cockpit {
    /// Answers one call. The only way in for a page.
    ///
    /// # Errors
    /// Everything that can go wrong, already in the words of the window.
    pub async fn dispatch(&self, name: &str, input: Value) -> Result<Value, CallError> {
        let call = CorrelationId::random();
        let span = tracing::debug_span!("call", name, correlation_id = %call);
        async {
            let problem = match answer(self, call, name, input).await {
                Ok(answer) => return Ok(answer),
                Err(problem) => self.explain_distrust(problem).await,
            };
            tracing::info!(code = %problem.code, detail = problem.detail.as_deref(), "call refused: {}", problem.message);
            Err(CallError::new(problem, call))
        }
        .instrument(span)
        .await
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
        assert!(read::<RequestPairing>(json!({ "applicationId": "a", "type": "client_certificate" })).is_ok());
        assert!(read::<RequestPairing>(json!({ "applicationId": "a", "type": "client_certificate", "x": 1 })).is_err());
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
