//! Which ways of pairing there are, and why one is not there. The page shows the same chooser whatever the Director offers.

use crate::{
    Cockpit, Problem,
    calls::{AuthType, AuthTypeOffer, Availability, CallContext, Capabilities, OwnerKind, OwnerRef},
};

impl Cockpit {
    pub(crate) async fn auth_types(&self, call: CallContext, input: OwnerRef) -> Result<Vec<AuthTypeOffer>, Problem> {
        let connection = self.connection(call)?;
        let session = connection.director.session(call);
        let kind = input.owner.kind;
        let proposed = match kind {
            OwnerKind::Application => session.auth_types(input.owner.id).await?,
            OwnerKind::Runtime | OwnerKind::IntegrationSystem => None,
        };
        // What cannot be found out is offered: every Director that shipped has both.
        let known = session.read_capabilities().await.unwrap_or_default();
        let offer = |auth_type| {
            let reason = match &proposed {
                Some(offered) if offered.contains(&auth_type) => None,
                Some(_) => Some(format!("Not offered by {} for this application.", connection.environment.name)),
                None => missing(kind, auth_type, &known).map(|why| why.replace("{}", &connection.environment.name)),
            };
            AuthTypeOffer { auth_type, available: reason.is_none(), reason }
        };
        Ok(vec![offer(AuthType::ClientCertificate), offer(AuthType::ClientCredentials)])
    }
}

/// Why a Director of the shipped vocabulary cannot do it; `{}` stands for the environment.
fn missing(kind: OwnerKind, auth_type: AuthType, known: &Capabilities) -> Option<&'static str> {
    let operation = match (kind, auth_type) {
        (OwnerKind::IntegrationSystem, AuthType::ClientCertificate) => {
            return Some("Compass has no one-time tokens for integration systems.");
        }
        (OwnerKind::Application, AuthType::ClientCertificate) => known.application_tokens,
        (OwnerKind::Application, AuthType::ClientCredentials) => known.application_credentials,
        (OwnerKind::Runtime, AuthType::ClientCertificate) => known.runtime_tokens,
        (OwnerKind::Runtime, AuthType::ClientCredentials) => known.runtime_credentials,
        (OwnerKind::IntegrationSystem, AuthType::ClientCredentials) => known.integration_system_credentials,
    };
    if operation == Availability::No {
        return Some("Not offered by {}: its Director doesn't have this operation.");
    }
    // The client would be made, and its secret never seen by anybody.
    let unseen = auth_type == AuthType::ClientCredentials
        && kind == OwnerKind::Application
        && known.auths_readable == Availability::No;
    unseen.then_some(
        "Your sign-in to {} may not read credentials (application.auths:read), so a new secret could not be shown to you.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let nothing = Capabilities::default();
        for kind in [OwnerKind::Application, OwnerKind::Runtime] {
            assert_eq!(missing(kind, AuthType::ClientCertificate, &nothing), None, "not known is offered");
        }
        assert!(missing(OwnerKind::IntegrationSystem, AuthType::ClientCertificate, &nothing).is_some());
        let blind = Capabilities { auths_readable: Availability::No, ..nothing.clone() };
        assert!(missing(OwnerKind::Application, AuthType::ClientCredentials, &blind).unwrap().contains("auths:read"));
        assert_eq!(missing(OwnerKind::Application, AuthType::ClientCertificate, &blind), None);
        let old = Capabilities { runtime_tokens: Availability::No, ..nothing };
        assert!(missing(OwnerKind::Runtime, AuthType::ClientCertificate, &old).unwrap().contains("operation"));
    }
}
