//! The call table as TypeScript, for `ui/src/backend/types.ts`.

use std::fmt::Write as _;

use pairing::ErrorCode;
use ts_rs::TS;

use super::{
    answers::*, authority_answers::*, authority_inputs::*, certificate_answers::*, certificate_inputs::*,
    director_answers::*, director_inputs::*, inputs::*, kyma_answers::*, kyma_inputs::*, oauth_answers::*,
    oauth_inputs::*, registry_answers::*, simulation::*, wave_answers::*, wave_inputs::*, *,
};
use crate::{Settings, Theme};

/// One file with every type and the table of calls, in a stable order. `cargo xtask codegen` writes it.
pub fn typescript() -> String {
    let config = ts_rs::Config::new();
    let mut file =
        String::from("// Generated from crates/cockpit/src/calls.rs by `cargo xtask codegen`. Do not edit.\n\n");
    let codes: Vec<_> = ErrorCode::ALL.iter().map(|code| format!("  | \"{code}\"")).collect();
    let _ = writeln!(file, "export type ErrorCode =\n{};", codes.join("\n"));
    for declaration in declarations(&config) {
        let _ = write!(file, "\n{declaration}");
    }
    file.push_str("\n/** Every call: its name, what it takes, what it answers. A call fails with a CallError. */\n");
    file.push_str("export interface Calls {\n");
    for Signature { name, doc, input, answer } in signatures(&config) {
        if !doc.is_empty() {
            let _ = writeln!(file, "  /**{doc} */");
        }
        let _ = writeln!(file, "  {name}: {{ input: {input}; output: {answer} }};");
    }
    file.push_str("}\n\nexport type CallName = keyof Calls;\n");
    file
}

fn declarations(config: &ts_rs::Config) -> Vec<String> {
    macro_rules! declare {
        ($($name:ident)*) => { vec![$(declaration::<$name>(config),)*] };
    }
    declare![
        CallError ServerState
        EnvironmentKind EnvironmentColour Guard SignInKind Keep SignInStage SignInState ReachStage Reach
        Environment Theme Settings AppState
        OidcBearer SignInMethod Proxy ExtraHeader EnvironmentDefinition TenantRef EnvironmentRow SealedFileState VaultState
        Environments EnvironmentRef SaveEnvironment SavedEnvironment RemoveEnvironment
        StartDiscovery DiscoveryRef DiscoveryStepName DiscoveryStepState DiscoveryStep Discovery ChosenCa
        StartSignIn SignInWithSecret SignInWithCertificate OpenVault
        TenantRow Tenants SearchTenants UseTenant ImportedEnvironments
        ImportEnvironments OfferedEnvironment OfferedEnvironments
        Nothing EventUrl ListApplications ApplicationRow ApplicationPage ApplicationRef
        AuthKind TokenSummary AuthCertificate AuthSummary ApplicationDetail
        CreateApplication UpdateApplication DeletionImpact DeleteApplication
        AuthType OwnerKind Owner OwnerRef AuthTypeOffer Form FormInfo RequestPairing
        ClipboardState CopyOutcome PairingReceipt PairingRef PairingForm PlainText Revealed Cleared Saved
        Stage Progress TestedCredentials
        OAuthOwnerKind OAuthSecretRow OAuthClientRow OAuthClientPage OAuthClientDetail
        ListOAuthClients OAuthClientRef RotateOAuthSecret RotatedOAuthSecret RetireOAuthSecret
        SetOAuthClientEnabled DeleteOAuthClient
        TokenAuthMethod GetAccessToken AccessTokenReceipt AccessTokenRef AccessTokenForm CopyAccessToken
        CertificateOwnerKind CertificateKind CertificateState CertificateRefusal RevocationReason
        CertificateRow CertificatePage CertificateOrder ListCertificates CertificateRef
        ChainRole ChainLink CertificateField CertificateExtension CertificateDetail
        TimelineBucket AuthorityState TimelineAuthority Timeline DarkAt DarkOwner DarkOwners
        RevokeCertificate RevokeOwnerCertificates RevokedCertificates
        VerifyCertificate VerifyVerdict CertificateCheck
        ExportForm ExportCertificate CertificateCopyForm CopyCertificate
        CheckRequest RequestKind RequestVerdict SubjectField RequestReport SigningKind SignRequest
        CleanUpAuths CleanedUp
        AuthorityOrigin AuthorityRow CaKeyProtection RevocationList ServerCertificate ListenerName ListenerTls
        ListenerRow AuthorityFidelity AuthorityView
        AuthorityKey RotateAuthority ImportAuthority RetireAuthority BackupPassphrase OldChainOwner OldChain
        PolicySubject PolicyKeys PolicyLifetimes PolicyThresholds RevocationMode Policy PolicyView PolicyFault
        PolicyOutcome UnlockServer
        KymaMode KymaRuntime Kyma KymaApplication
        HeartbeatBucket Heartbeat RuntimeToken RuntimeCertificateState RuntimeCertificate ApplicationRuntime
        ApplicationKyma SilentFor SilentApplication SilentApplications
        RuntimeRef ExpireRuntimeCertificates ExpiredCertificates
        ServiceApiType ServiceCredentials ServiceApi ServiceEventType ServiceEvents ServiceDocumentation ServiceRow
        ApplicationServices ServiceRef ServiceDocument ServiceDetail SpecificationKind SpecificationRef
        EventWire DeliveryState EventDelivery ReceivedEvent EventRing EventPage ListEvents EventRef EventDetail
        Subscription Subscriptions AddSubscription SubscriptionRef
        LinkGeneration RequestConnectionLink ConnectionLinkReceipt ConnectionLinkRef
        DefaultLabel SimulationSettings Simulation
        ErrorAction Availability Capabilities CachedApplications WatchedPairing WatchedPairings
        ListPage DirectorRef DeleteSystemAuth RuntimeRow RuntimePage RuntimeDetail
        IntegrationSystemRow IntegrationSystemPage IntegrationSystemDetail
        Placeholder Template TemplatePage PlaceholderValue CreateFromTemplate
        Formation FormationPage CreateFormation FormationMember CreateRuntime DeleteRuntime Visibility
        WaveHand PlanWaves PlanProblem PlanRow WavePlan StartWaves WaveStage WaveRunState WaveCounts WaveFailure WaveRun
        WaveRowsAt WaveRow WaveRows ReportForm SaveWaveReport
    ]
}

fn declaration<T: TS>(config: &ts_rs::Config) -> String {
    let compact = T::decl(config).replace("\n/**\n * ", "/** ").replace("\n */\n", " */ ");
    let whole = compact.strip_suffix("; }").or_else(|| compact.strip_suffix(", };"));
    match whole.and_then(|object| object.split_once(" = { ")) {
        Some((head, fields)) if !fields.contains(" } | ") => {
            let lines: String = fields_of(fields).iter().map(|field| format!("{field}\n")).collect();
            format!("export {head} = {{\n{lines}}};\n")
        }
        Some(_) | None => format!("export {}\n", compact.replace(", }", " }").replace("\"state\":", "state:")),
    }
}

/// The fields of an object type, a line each, with the comment of a field above it.
fn fields_of(object: &str) -> Vec<String> {
    let (mut lines, mut line, mut depth) = (Vec::new(), String::new(), 0_usize);
    let mut rest = object.trim();
    while let Some(next) = rest.chars().next() {
        if let Some((comment, after)) = rest.strip_prefix("/** ").and_then(|text| text.split_once(" */ ")) {
            lines.push(format!("  /** {comment} */"));
            rest = after;
            continue;
        }
        match next {
            '<' | '{' => depth += 1,
            '>' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = &rest[next.len_utf8()..];
        if next == ',' && depth == 0 {
            lines.push(format!("  {};", line.trim()));
            line.clear();
            rest = rest.trim_start();
        } else {
            line.push(next);
        }
    }
    if !line.trim().is_empty() {
        lines.push(format!("  {};", line.trim()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A type that a call uses but that is not declared would only be found by the page's compiler.
    #[test]
    fn everything_a_call_names_is_declared() {
        let file = typescript();
        for Signature { name, input, answer, .. } in signatures(&ts_rs::Config::new()) {
            for named in [input, answer] {
                let bare = named.trim_start_matches("Array<").trim_end_matches('>').trim_end_matches(" | null");
                assert!(file.contains(&format!("export type {bare} = ")), "{name}: {named}");
            }
        }
        assert!(!file.contains("bigint"), "JSON numbers are numbers");
    }

    #[test]
    fn an_object_has_a_line_for_each_field() {
        let config = ts_rs::Config::new();
        assert_eq!(
            declaration::<Settings>(&config),
            "export type Settings = {\n  theme: Theme;\n  /** How long a copied secret stays in the clipboard. */\n  \
             clipboardSeconds: number;\n  \
             /** How many days before a certificate expires the desktop is told: any of 30, 14, 7, 1. */\n  \
             notifyDays: Array<number>;\n};\n"
        );
        assert!(declaration::<ApplicationDetail>(&config).contains("\n  labels: Record<string, unknown>;\n"));
    }
}
