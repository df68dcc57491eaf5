//! RFC 7662: what others are told about a token.

use blackbox::{JsonWebToken, Server, assert_some_members};
use reqwest::Method;
use serde_json::json;

use super::names;

#[tokio::test]
async fn every_member_of_an_active_token() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read application:write").await;
    let claims = JsonWebToken::read(&token).claims;
    let own = [("client_id", client.id.as_str()), ("client_secret", &client.secret), ("token", &token)];
    for (who, reply) in [
        ("basic", client.at(&server, "/oauth2/introspect").form(&[("token", &token)]).await),
        ("post", server.at("/oauth2/introspect").form(&own).await),
        ("administrator", server.administrator_at("/oauth2/introspect").form(&[("token", &token)]).await),
        ("as Hydra", server.administrator_at("/admin/oauth2/introspect").form(&[("token", &token)]).await),
        ("without /admin", server.administrator_at("/oauth2/introspect").form(&[("token", &token)]).await),
        (
            "with a hint",
            client
                .at(&server, "/oauth2/introspect")
                .form(&[("token", token.as_str()), ("token_type_hint", "access_token")])
                .await,
        ),
        (
            "with a wrong hint",
            client
                .at(&server, "/oauth2/introspect")
                .form(&[("token", token.as_str()), ("token_type_hint", "refresh_token")])
                .await,
        ),
    ] {
        assert_eq!(reply.status, 200, "{who}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{who}");
        assert_some_members(
            who,
            &reply.json(),
            &[
                ("active", &|value| *value == true),
                ("scope", &|value| *value == claims["scope"]),
                ("client_id", &|value| *value == client.id),
                ("token_type", &|value| value == "Bearer"),
                ("exp", &|value| *value == claims["exp"]),
                ("iat", &|value| *value == claims["iat"]),
                ("nbf", &|value| *value == claims["nbf"]),
                ("sub", &|value| *value == client.id),
                // A list here, never null: Hydra's clients expect it.
                ("aud", &|value| value.is_array() && names(value, server.ready("directorUrl"))),
                ("iss", &|value| *value == server.issuer()),
                ("jti", &|value| *value == claims["jti"]),
                // Hydra's.
                ("token_use", &|value| value == "access_token"),
            ],
        );
    }
}

#[tokio::test]
async fn everything_else_is_inactive_and_nothing_more() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let asker = server.oauth_client("asker").await;
    let token = client.token(&server, "application:read").await;
    let jwt = JsonWebToken::read(&token);
    let with = |member: &str, value: &str| {
        let mut claims = jwt.claims.clone();
        claims[member] = json!(value);
        jwt.with(&jwt.header, &claims)
    };
    let application = server.register("other").await;
    let rows = [
        ("garbage", "garbage".to_owned()),
        ("a one-time token", server.token(&application).await),
        ("the administrator's token", server.admin_token()),
        ("a client secret", client.secret.clone()),
        ("no signature", token.rsplit_once('.').unwrap().0.to_owned() + "."),
        ("other claims", with("scope", "application:write")),
        ("alg none", jwt.with(&json!({ "alg": "none", "typ": "at+jwt" }), &jwt.claims)),
        ("a character more", format!("{token}A")),
    ];
    let inactive = async |what: &str, token: &str| {
        for path in ["/oauth2/introspect", "/admin/oauth2/introspect"] {
            let caller =
                if path.starts_with("/admin") { server.administrator_at(path) } else { asker.at(&server, path) };
            let reply = caller.form(&[("token", token)]).await;
            assert_eq!((reply.status, reply.json()), (200, json!({ "active": false })), "{what} at {path}");
        }
    };
    for (what, token) in rows {
        inactive(what, &token).await;
    }
    // What was active is not any more, from the next request on.
    let active = asker.at(&server, "/oauth2/introspect").form(&[("token", &token)]).await;
    assert_eq!(active.json()["active"], true, "{active:?}");
    let delete = "mutation($id: ID!) { result: deleteSystemAuthForApplication(authID: $id) { id } }";
    server.director(delete, json!({ "id": client.id })).await;
    inactive("of a removed client", &token).await;
}

#[tokio::test]
async fn it_is_for_those_who_prove_who_they_are() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read").await;
    let mut wrong = client.clone();
    wrong.secret = wrong.secret.chars().rev().collect();
    let own = [("client_id", client.id.as_str()), ("client_secret", &client.secret), ("token", &token)];
    for (who, reply, status, error) in [
        ("nobody", server.at("/oauth2/introspect").form(&[("token", &token)]).await, 401, "invalid_client"),
        (
            "wrong secret",
            wrong.at(&server, "/oauth2/introspect").form(&[("token", &token)]).await,
            401,
            "invalid_client",
        ),
        ("both", client.at(&server, "/oauth2/introspect").form(&own).await, 400, "invalid_request"),
        ("no token", client.at(&server, "/oauth2/introspect").form(&[]).await, 400, "invalid_request"),
        (
            "two tokens",
            client.at(&server, "/oauth2/introspect").form(&[("token", &token), ("token", &token)]).await,
            400,
            "invalid_request",
        ),
    ] {
        assert_eq!((reply.status, &reply.json()["error"]), (status, &json!(error)), "{who}: {reply:?}");
        assert_eq!(reply.header("www-authenticate").is_some(), status == 401, "{who}: {reply:?}");
    }
    // A token is no proof, neither the one in question nor one that somebody made up.
    for bearer in [token.as_str(), "x"] {
        let caller = server.at("/oauth2/introspect").with("authorization", &format!("Bearer {bearer}"));
        assert_eq!(caller.form(&[("token", &token)]).await.status, 401);
    }
    for path in ["/admin/oauth2/introspect", "/admin/clients"] {
        let (as_client, nobody) = (client.at(&server, path), server.at(path));
        for caller in [as_client, nobody] {
            let method = if path.ends_with("clients") { Method::GET } else { Method::POST };
            let caller = caller.with("content-type", "application/x-www-form-urlencoded");
            assert_eq!(caller.send(method, Some("token=x".into())).await.status, 401, "{path}");
        }
    }
}
