//! `GET …/info?token=`: where to send the request, what it must look like, and what comes next.

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{
    answer, certificate,
    dialect::{Dialect, Who},
    error::RestError,
    page,
    present::{present, token_of},
};
use crate::{
    http::Wires,
    service::{
        enrolment::{Applicant, TokenGrant},
        kyma::Generation,
    },
};

/// `GET /v1/applications/signingRequests/info?token=`
pub(super) async fn of_application(
    State(wires): State<Wires>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    second(&wires, Who::Application, query.as_deref(), &headers).await
}

/// `GET /v1/runtimes/signingRequests/info?token=`
pub(super) async fn of_runtime(State(wires): State<Wires>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    second(&wires, Who::Runtime, query.as_deref(), &headers).await
}

/// `GET /v1/remoteenvironments/{name}/info?token=`
pub(super) async fn of_remote_environment(
    State(wires): State<Wires>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    first(&wires, "remoteenvironments", &name, query.as_deref(), &headers).await
}

/// `GET /v1/applications/{name}/info?token=`
pub(super) async fn of_name(
    State(wires): State<Wires>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    first(&wires, "applications", &name, query.as_deref(), &headers).await
}

async fn second(wires: &Wires, who: Who, query: Option<&str>, headers: &HeaderMap) -> Response {
    if let Some(page) = page(headers) {
        return page;
    }
    let answered = async {
        let grant = present(wires, token_of(query, headers), who, Generation::Second, None).await?;
        let dialect = Dialect::of(grant.flavour(), Generation::Second);
        second_answer(wires, grant, who, dialect).await
    };
    answered.await.map_or_else(RestError::into_response, |body: Value| answer(StatusCode::OK, &body))
}

async fn second_answer(wires: &Wires, grant: TokenGrant, who: Who, dialect: Dialect) -> Result<Value, RestError> {
    let of = |failure| RestError::of(failure, dialect);
    // Before the token is spent: what cannot be answered must not cost it.
    let urls = match who {
        Who::Application => Some(wires.service.urls(grant.owner().id(), grant.flavour()).await.map_err(of)?),
        Who::Runtime => None,
    };
    let configuration = wires.service.configuration(&Applicant::Token(grant)).await.map_err(of)?;
    let addresses = &wires.service.settings.addresses;
    let (open, secured, plural) = (&addresses.issuer, &addresses.secured, who.plural());
    let mut api = json!({
        "infoUrl": format!("{secured}/v1/{plural}/management/info"),
        "certificatesUrl": format!("{open}/v1/{plural}/certificates"),
    });
    if let Some(urls) = urls {
        api["eventsInfoUrl"] = urls.events_info.into();
        api["eventsUrl"] = urls.events.into();
        api["metadataUrl"] = urls.metadata.into();
    }
    let token = configuration.token.token.expose();
    Ok(json!({
        "csrUrl": format!("{open}/v1/{plural}/certificates?token={token}"),
        "api": api,
        "certificate": certificate(&configuration.subject),
    }))
}

async fn first(wires: &Wires, family: &str, name: &str, query: Option<&str>, headers: &HeaderMap) -> Response {
    if let Some(page) = page(headers) {
        return page;
    }
    let answered = async {
        let token = token_of(query, &HeaderMap::new());
        let grant = present(wires, token, Who::Application, Generation::First, Some(name)).await?;
        let of = |failure| RestError::of(failure, Dialect::First);
        let urls = wires.service.urls(grant.owner().id(), grant.flavour()).await.map_err(of)?;
        let applicant = Applicant::Token(grant);
        let subject = wires.service.subject_of(&applicant);
        let configuration = wires.service.configuration(&applicant).await.map_err(of)?;
        let addresses = &wires.service.settings.addresses;
        let base = format!("{}/v1/{family}/{name}", addresses.issuer);
        Ok(json!({
            "csrUrl": format!("{base}/client-certs?token={}", configuration.token.token.expose()),
            // Kyma had the first, the second and the last of these then; newer clients want the others too.
            "api": {
                "metadataUrl": urls.metadata,
                "eventsUrl": urls.events,
                "eventsInfoUrl": urls.events_info,
                "infoUrl": format!("{}/v1/applications/management/info", addresses.secured),
                "certificatesUrl": base,
            },
            "certificate": certificate(&Dialect::First.subject(&subject, name)),
        }))
    };
    answered.await.map_or_else(RestError::into_response, |body: Value| answer(StatusCode::OK, &body))
}
