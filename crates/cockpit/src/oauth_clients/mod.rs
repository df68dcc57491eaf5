//! The OAuth clients of an environment: who may get an access token with a client ID and a secret, when they last
//! did, and what the administrator can do about them. The list is the registry's; nothing is kept here but secrets
//! and access tokens that were just made, until they are handed over or forgotten.

mod access_token;
mod clients;
mod held_tokens;
mod registry;
mod rotation;
mod token_content;
mod token_endpoint;
mod token_refusal;
mod wire;

pub(crate) use held_tokens::AccessToken;
pub(crate) use registry::RegistrySession;
pub(crate) use token_endpoint::{TokenRequest, form_encoded, request_token, request_token_of};
pub(crate) use token_refusal::NotGranted;
