//! `GET /v1/{applications,runtimes}/management/info`: where everything is now. Applications ask again and again; each time
//! is a heartbeat, and what they are told may have changed.

use std::net::IpAddr;

use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

use super::{
    answer, certificate,
    dialect::{Dialect, Who},
    error::RestError,
    present::holder,
};
use crate::{
    http::{PeerAddress, PeerCertificate, Wires},
    service::{identity::CertificateHolder, kyma::Offer},
};

/// `GET /v1/applications/management/info`
pub(super) async fn of_application(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    tell(&wires, Who::Application, peer, PeerAddress::of(request.extensions())).await
}

/// `GET /v1/runtimes/management/info`
pub(super) async fn of_runtime(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    tell(&wires, Who::Runtime, peer, PeerAddress::of(request.extensions())).await
}

async fn tell(wires: &Wires, who: Who, peer: PeerCertificate, from: IpAddr) -> Response {
    let answered = async {
        let (holder, dialect) = holder(wires, peer, from, who).await?;
        managed(wires, holder, dialect, who).await
    };
    answered.await.map_or_else(RestError::into_response, |body: Value| answer(StatusCode::OK, &body))
}

async fn managed(wires: &Wires, holder: CertificateHolder, dialect: Dialect, who: Who) -> Result<Value, RestError> {
    let of = |failure| RestError::of(failure, dialect);
    let service = &wires.service;
    let subject = dialect.subject(&service.subject_in(&holder.context), &holder.common_name);
    let (secured, plural) = (&service.settings.addresses.secured, who.plural());
    let revoke = format!("{secured}/v1/{plural}/certificates/revocations");
    let mut urls = json!({
        "renewCertUrl": format!("{secured}/v1/{plural}/certificates/renewals"),
        "revokeCertUrl": revoke,
        // Its name before Kyma 1.0, which clients of that time still look for.
        "revocationCertUrl": revoke,
    });
    let mut identity = Map::new();
    for (key, value) in [("tenant", &holder.context.tenant), ("group", &holder.context.group)] {
        if let Some(value) = value {
            identity.insert(key.into(), value.clone().into());
        }
    }
    let offers = service.offers(&holder).await.map_err(of)?;
    if who == Who::Application {
        let id = holder.owner.id();
        let own = service.urls(id, holder.flavour).await.map_err(of)?;
        identity.insert("application".into(), own.app_name.into());
        urls["eventsInfoUrl"] = own.events_info.into();
        urls["eventsUrl"] = own.events.into();
        urls["metadataUrl"] = own.metadata.into();
        service.center().map_err(of)?.note_heartbeat(id);
    }
    // Compass asks its Director with the certificate here, which connects the application.
    service.caller_by_certificate(holder, None).await.map_err(of)?;
    let mut answer = json!({ "clientIdentity": identity, "urls": urls, "certificate": certificate(&subject) });
    let offers: Vec<Value> = offers.iter().map(runtime).collect();
    if let Some(first) = offers.first() {
        answer["runtime"] = first.clone();
        answer["runtimes"] = offers.into();
    }
    Ok(answer)
}

/// A runtime that can be paired with: two-phase pairing as Kyma's proposal 003 had it, with names of our own, because no
/// server ever spoke it.
fn runtime(offer: &Offer) -> Value {
    json!({
        "name": offer.runtime,
        "connectorUrl": offer.connector_url.expose(),
        "token": offer.token.token.expose(),
        "tokenExpiresAt": offer.token.expires_at.rfc3339(),
        "infoUrl": offer.info_url,
        "eventsUrl": offer.urls.events,
        "eventsInfoUrl": offer.urls.events_info,
        "metadataUrl": offer.urls.metadata,
    })
}
