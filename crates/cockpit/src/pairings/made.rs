//! A pairing as it begins: from what the Director handed out.

use pairing::Moment;

use super::{Handed, Origin, Pairing, Subject, caution};
use crate::{
    calls::{Owner, TokenAuthMethod},
    director::{NewAuth, NewCredentials, NewToken, Watched},
    frame::Connection,
};

pub(super) fn certificate(connection: &Connection, owner: Owner, watched: &Watched, new: NewAuth<NewToken>) -> Pairing {
    let NewAuth { system_auth_id, handed, at } = new;
    let auths = watched.auths.as_deref().unwrap_or_default();
    let before = auths.iter().find(|auth| Some(&auth.id) == system_auth_id.as_ref());
    Pairing {
        had_certificate: before.is_some_and(|auth| auth.cert_common_name.is_some()),
        expires_at: handed.expires_at,
        token_created_at: handed.created_at,
        suggested: handed.suggested,
        caution: caution::about_token(&connection.environment, &handed),
        subject: Subject::Certificate {
            connector_url: handed.connector_url,
            ca_file: connection.environment.ca_file.clone(),
        },
        secret: Some(Handed::Token {
            token: handed.token,
            raw_encoded: handed.raw_encoded,
            legacy_url: handed.legacy_url,
        }),
        ..empty(connection, owner, watched, system_auth_id, at)
    }
}

pub(super) fn credentials(
    connection: &Connection,
    owner: Owner,
    watched: &Watched,
    new: NewAuth<NewCredentials>,
) -> Pairing {
    let NewAuth { system_auth_id, handed, at } = new;
    Pairing {
        caution: caution::about_token_url(&connection.environment, &handed.token_url),
        subject: Subject::Credentials {
            client_id: handed.client_id,
            token_url: handed.token_url,
            scopes: handed.scopes,
            auth_method: TokenAuthMethod::Basic,
            ca_file: connection.environment.ca_file.clone(),
        },
        secret: Some(Handed::ClientSecret(handed.client_secret)),
        ..empty(connection, owner, watched, system_auth_id, at)
    }
}

fn empty(
    connection: &Connection,
    owner: Owner,
    watched: &Watched,
    system_auth_id: Option<String>,
    requested_at: Moment,
) -> Pairing {
    Pairing {
        id: Pairing::new_id(),
        place: connection.place.clone(),
        director_url: connection.environment.director_url.clone(),
        environment_name: connection.environment.name.clone(),
        tenant_name: connection.environment.tenant_name.clone(),
        owner: Some(owner),
        owner_name: watched.name.clone(),
        system_auth_id,
        requested_at,
        expires_at: None,
        token_created_at: None,
        had_certificate: false,
        was_connected: watched.is_connected(),
        own_uses: 0,
        reused: false,
        issued_by: None,
        suggested: None,
        caution: None,
        in_wave: false,
        seen: None,
        handed_over: false,
        origin: Origin::Requested,
        subject: Subject::Certificate { connector_url: None, ca_file: None },
        secret: None,
    }
}
