//! Request bodies: read whole before anything is answered, up to a limit.
//!
//! An answer that overtakes its request makes HTTP/2 clients see a reset stream and HTTP/1 clients a reset
//! connection, now and then, instead of the refusal. So a body that is too large is read too, and thrown away.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{Extensions, StatusCode},
};
use http_body_util::BodyExt as _;

/// The most a GraphQL document may weigh, in bytes.
pub(super) const GRAPHQL: usize = 64 * 1024;
/// The most a request of the console may weigh, in bytes: a chain of certificates with its key fits.
pub(super) const CONSOLE: usize = GRAPHQL;
/// The most a token request may weigh, in bytes.
pub(super) const FORM: usize = 16 * 1024;
/// The most that is read of a body that is too large, in bytes; then the connection may break.
const PATIENCE: usize = 4 * 1024 * 1024;

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    Broken,
}

impl BodyError {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn message(self, limit: usize) -> String {
        match self {
            Self::TooLarge => format!("the request body is larger than {limit} bytes"),
            Self::Broken => "the request body ended before it was complete".into(),
        }
    }
}

/// What came as the body; an extension of every request.
#[derive(Clone, Debug)]
struct Received(Result<Bytes, BodyError>);

/// Takes the body off the wire; [`read`] has it.
pub(super) async fn receive(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Received(collect(body).await));
    Request::from_parts(parts, Body::empty())
}

async fn collect(mut body: Body) -> Result<Bytes, BodyError> {
    let mut bytes = Bytes::new();
    let mut more = Vec::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        seen += data.len();
        if seen <= GRAPHQL {
            // Most bodies come in one piece, which need not be copied.
            if bytes.is_empty() && more.is_empty() {
                bytes = data;
            } else {
                more.extend_from_slice(&std::mem::take(&mut bytes));
                more.extend_from_slice(&data);
            }
        } else if seen > PATIENCE {
            break;
        }
    }
    match (seen > GRAPHQL, more.is_empty()) {
        (true, _) => Err(BodyError::TooLarge),
        (false, true) => Ok(bytes),
        (false, false) => Ok(more.into()),
    }
}

/// The whole body, if it is no larger than `limit` bytes.
pub(super) fn read(extensions: &Extensions, limit: usize) -> Result<Bytes, BodyError> {
    let Received(received) = extensions.get().cloned().unwrap_or(Received(Err(BodyError::Broken)));
    received.and_then(|bytes| if bytes.len() > limit { Err(BodyError::TooLarge) } else { Ok(bytes) })
}
