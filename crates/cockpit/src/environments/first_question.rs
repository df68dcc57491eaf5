//! Whether a Director answers at an address, before anybody is signed in.

use pairing::ErrorCode;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, ErrorAction},
    channel, https,
};

/// Asks the Director for next to nothing, as nobody: what counts is that a Director answers.
pub(super) async fn ask(config: &EnvironmentConfig, call: CallContext) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        data: serde_json::Value,
        errors: Option<Vec<serde_json::Value>>,
    }
    let http = https::build(https::client(config)?)?;
    let host =
        Url::parse(&config.director_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let request = http.post(&config.director_url).header(https::REQUEST_ID, call.to_string());
    let response = request.json(&json!({ "query": "{ __typename }" })).send().await;
    let response = response.map_err(|error| https::transport(&host, &error))?;
    let status = response.status();
    if let Some(problem) = channel::intercepted(&host, &response) {
        return Err(problem
            .hint("This looks like a web page. Check the address; a network may also want its own sign-in first."));
    }
    let content =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = https::read_up_to(1 << 20, response).await.ok();
    let answer = body.and_then(|body| serde_json::from_slice::<Answer>(&body).ok());
    let speaks = answer.is_some_and(|answer| answer.errors.is_some() || answer.data.is_object());
    // A gateway that keeps strangers out says so in its own words.
    let keeps_out = matches!(status.as_u16(), 401 | 403);
    if speaks || keeps_out {
        return Ok(());
    }
    Err(match status.as_u16() {
        429 => https::slow_down(&host, None),
        502..=504 => Problem::new(ErrorCode::Unavailable, format!("{host} is not ready to answer."))
            .hint("Wait a moment and try again."),
        _ => Problem::new(ErrorCode::Protocol, format!("{host} doesn't answer like a Director."))
            .hint("Check the path of the address; a Compass has its Director at /director/graphql.")
            .action(ErrorAction::EditEnvironment),
    }
    .detail(format!("HTTP {status}, {content}")))
}
