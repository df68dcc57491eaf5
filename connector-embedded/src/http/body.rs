//! Request bodies: read whole before anything is answered, up to a limit.
//!
//! An answer that overtakes its request makes HTTP/2 clients see a reset stream and HTTP/1 clients a reset
//! connection, now and then, instead of the refusal. So a body that is too large is read too, and thrown away.

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::Request,
    http::{Extensions, StatusCode},
};
use http_body_util::BodyExt as _;

/// The most a GraphQL document may weigh, in bytes.
pub(super) const GRAPHQL: usize = 64 * 1024;
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

/// Replaces the body by its bytes, or leaves a [`BodyError`] for the wire to word.
pub(super) async fn receive(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let bytes = match collect(body).await {
        Ok(bytes) => bytes,
        Err(error) => {
            parts.extensions.insert(error);
            Bytes::new()
        }
    };
    Request::from_parts(parts, Body::from(bytes))
}

async fn collect(mut body: Body) -> Result<Bytes, BodyError> {
    let mut bytes = Vec::with_capacity(usize::try_from(body.size_hint().lower()).unwrap_or(0).min(GRAPHQL));
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        seen += data.len();
        if seen <= GRAPHQL {
            bytes.extend_from_slice(&data);
        } else if seen > PATIENCE {
            break;
        }
    }
    if seen > GRAPHQL { Err(BodyError::TooLarge) } else { Ok(bytes.into()) }
}

/// The whole body, if it is no larger than `limit` bytes.
pub(super) async fn read(extensions: &Extensions, body: Body, limit: usize) -> Result<Bytes, BodyError> {
    if let Some(error) = extensions.get::<BodyError>() {
        return Err(*error);
    }
    let bytes = body.collect().await.map_err(|_| BodyError::Broken)?.to_bytes();
    if bytes.len() > limit { Err(BodyError::TooLarge) } else { Ok(bytes) }
}
