//! Tokens that end: renewed behind the back of whoever asks, by one window at a time, and never once for every question.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use pairing::{ErrorCode, Secret};
use serde_json::{Value, json};

use super::{
    Vault,
    tests::{call, cockpit, definition, refusal, save, sign_in},
};
use crate::{
    EnvironmentConfig,
    calls::{ErrorAction, Keep, SignInMethod, SignInStage},
    cockpit::lock,
    https,
    sign_in::{Bearer, Credential, SignIn},
    tls_server::{TlsServer, json as json_answer},
};

const UNAVAILABLE: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n\r\n{}";

/// A token endpoint that answers only while this is open.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<()>>);

impl Gate {
    fn close(&self) -> MutexGuard<'_, ()> {
        lock(&self.0)
    }
}

fn token(name: &str) -> String {
    json_answer(&json!({ "access_token": name, "token_type": "bearer", "expires_in": 3600 }).to_string())
}

/// A client's token that was got an hour ago and ends in so many seconds.
fn credential(ends_in: i64) -> Credential {
    let now = https::local_time();
    let bearer = Bearer {
        token: Secret::new("canary-old"),
        user: Some("client".into()),
        got_at: now.plus_seconds(-3600),
        expires_at: Some(now.plus_seconds(ends_in)),
    };
    Credential::Client { secret: Secret::new("canary-secret"), bearer }
}

fn sign_in_at(server: &TlsServer, vault: Arc<Vault>) -> Arc<SignIn> {
    let local = EnvironmentConfig::local(server.url("/director/graphql"), Secret::new(""));
    let environment = EnvironmentConfig {
        id: "8c6a7e0e-3a53-4c7f-9d0e-5a5c1d1f3b11".into(),
        ca_pem: Some(server.ca_pem.clone().into_bytes()),
        ..local
    };
    let method =
        SignInMethod::ClientCredentials { token_url: server.url("/token"), client_id: "client".into(), scopes: vec![] };
    Arc::new(SignIn::to(environment, method, vault, Keep::Session))
}

async fn sent(sign_in: &Arc<SignIn>) -> String {
    sign_in.bearer().await.unwrap().unwrap().expose().to_owned()
}

/// Opens the vault of this folder as another window does.
async fn vault(folder: &Path) -> Arc<Vault> {
    let vault = Vault::in_folder(folder);
    vault.open(Secret::new("correct horse battery")).await.unwrap();
    vault
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_still_does_is_sent_while_the_next_one_is_waited_for() {
    let gate = Gate::default();
    let closed = gate.clone();
    let server = TlsServer::answering(move |_, _| {
        drop(closed.close());
        token("canary-new")
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let sign_in = sign_in_at(&server, Vault::in_folder(folder.path()));
    sign_in.signed_in(credential(30), Keep::Session).await;
    {
        let silent = Arc::new(gate);
        let (go, held) = std::sync::mpsc::channel::<()>();
        let (closed, is_closed) = std::sync::mpsc::channel::<()>();
        let holder = std::thread::spawn(move || {
            let _closed = silent.close();
            closed.send(()).unwrap();
            let _ = held.recv();
        });
        is_closed.recv().unwrap();
        for _ in 0..5 {
            assert_eq!(sent(&sign_in).await, "canary-old");
        }
        drop(go);
        holder.join().unwrap();
    }
    while sent(&sign_in).await != "canary-new" {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.requests().len(), 1, "asked once");
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_is_left_alone_while_the_token_does_and_waited_for_once_when_it_does_not() {
    let server = TlsServer::answering(|_, _| UNAVAILABLE.into()).await;
    let folder = tempfile::tempdir().unwrap();
    let sign_in = sign_in_at(&server, Vault::in_folder(folder.path()));
    sign_in.signed_in(credential(30), Keep::Session).await;
    while sign_in.shown().error.is_none() {
        assert_eq!(sent(&sign_in).await, "canary-old");
        tokio::task::yield_now().await;
    }
    for _ in 0..10 {
        assert_eq!(sent(&sign_in).await, "canary-old");
    }
    assert_eq!((server.requests().len(), sign_in.shown().stage), (1, SignInStage::SignedIn));

    sign_in.signed_in(credential(-1), Keep::Session).await;
    let (one, two, three) = tokio::join!(sign_in.bearer(), sign_in.bearer(), sign_in.bearer());
    for answer in [one, two, three] {
        assert_ne!(answer.unwrap_err().code, ErrorCode::SignInFailed, "nothing is over by that");
    }
    assert_eq!(server.requests().len(), 2);
    assert_eq!(sign_in.shown().stage, SignInStage::SignedIn);
}

#[tokio::test]
async fn a_token_that_is_over_when_it_comes_is_not_asked_for_with_every_question() {
    let zero = r#"{"access_token":"canary-zero","token_type":"bearer","expires_in":0}"#;
    let server = TlsServer::answering(move |_, _| json_answer(zero)).await;
    let folder = tempfile::tempdir().unwrap();
    let sign_in = sign_in_at(&server, Vault::in_folder(folder.path()));
    sign_in.signed_in(credential(-1), Keep::Session).await;
    for _ in 0..5 {
        assert_eq!(sent(&sign_in).await, "canary-zero");
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_window_renewed_is_taken_and_what_it_took_away_is_not_put_back() {
    let server = TlsServer::answering(|_, number| token(&format!("canary-{number}"))).await;
    let folder = tempfile::tempdir().unwrap();
    let here = sign_in_at(&server, vault(folder.path()).await);
    here.signed_in(credential(3000), Keep::SealedFile).await;
    let there = SignIn::to(
        here.terms().unwrap().0.clone(),
        here.terms().unwrap().1.clone(),
        vault(folder.path()).await,
        Keep::SealedFile,
    );
    let there = Arc::new(there);
    assert_eq!(sent(&there).await, "canary-old");

    let old = Secret::new("canary-old");
    let (one, other) = tokio::join!(here.renew(&old), there.renew(&old));
    assert!(one && other);
    let both = [sent(&here).await, sent(&there).await];
    assert_eq!((both[0] == both[1], server.requests().len()), (true, 1), "one of them asked: {both:?}");

    there.sign_out().await;
    assert!(here.renew(&Secret::new(both[0].as_str())).await, "this window stays signed in");
    assert_eq!(here.shown().keep, Some(Keep::Session));
    let later = SignIn::to(
        here.terms().unwrap().0.clone(),
        here.terms().unwrap().1.clone(),
        vault(folder.path()).await,
        Keep::SealedFile,
    );
    let later = Arc::new(later);
    assert_eq!(later.bearer().await.unwrap_err().code, ErrorCode::SignInNeeded);
}

#[tokio::test]
async fn a_director_that_refuses_every_token_does_not_get_one_for_every_question() {
    let server = TlsServer::answering(|request, number| {
        if request.starts_with("POST /token") {
            token(&format!("canary-{number}"))
        } else {
            "HTTP/1.1 401 Unauthorized\r\n\r\n".into()
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let cockpit = cockpit(folder.path());
    let mut set_up = definition("Test", &server.url("/director/graphql"));
    set_up["caPem"] = server.ca_pem.clone().into();
    set_up["signIn"] = json!({ "kind": "client_credentials", "tokenUrl": server.url("/token"), "clientId": "c" });
    let id = save(&cockpit, Value::Null, set_up).await;
    call(&cockpit, "use_environment", json!({ "id": id })).await;
    sign_in(&cockpit, &id).await;
    for _ in 0..5 {
        let refused = refusal(&cockpit, "list_applications", json!({ "first": 1 })).await;
        assert_eq!(refused.action, Some(ErrorAction::SignIn), "{refused:?}");
    }
    let asked = server.requests().iter().filter(|request| request.starts_with("POST /token")).count();
    assert_eq!(asked, 2, "to sign in, and for one more try");
    let rows = call(&cockpit, "environments", json!({})).await;
    assert_eq!(rows["environments"][1]["signIn"]["stage"], "ended");
}
