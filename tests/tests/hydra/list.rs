//! Listing: the Director reads one page and believes it is everything.

use std::collections::BTreeSet;

use blackbox::{Reply, Server};
use futures_util::future::join_all;
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::{call, text};

/// The address behind a relation of the header `Link`, with its query.
fn link(server: &Server, reply: &Reply, relation: &str) -> Option<String> {
    let wanted = format!("rel=\"{relation}\"");
    let links = reply.headers.get_all("link").iter().flat_map(|value| value.to_str().unwrap().split(','));
    let mut found = links.filter(|one| one.contains(&wanted));
    let target = found.next()?.split(['<', '>']).nth(1)?.to_owned();
    assert!(found.next().is_none(), "one {relation} in {reply:?}");
    let base: Url = server.ready("oauthAdminUrl").parse().unwrap();
    let url = base.join(&target).unwrap();
    assert_eq!((url.origin(), url.path()), (base.origin(), "/admin/clients"), "{target}");
    Some(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
}

fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json().as_array().expect("a list, never null").iter().map(|client| text(client, "client_id")).collect()
}

#[tokio::test]
async fn pages_follow_each_other_by_links() {
    let server = Server::start(&[]);
    let empty = call(&server, Method::GET, "/admin/clients", &Value::Null).await;
    assert_eq!((empty.status, empty.text.trim()), (200, "[]"));
    let mut registered = BTreeSet::new();
    for number in 0..5 {
        let metadata =
            json!({ "client_name": format!("name {}", number % 2), "owner": if number == 0 { "me" } else { "" } });
        registered.insert(text(&server.register_client(metadata).await, "client_id"));
    }
    // Those that pairing makes are clients like the others.
    registered.insert(server.oauth_client("paired").await.id);

    let (mut path, mut seen, mut sizes) = ("/admin/clients?page_size=2".to_owned(), Vec::new(), Vec::new());
    loop {
        let page = call(&server, Method::GET, &path, &Value::Null).await;
        sizes.push(ids(&page).len());
        seen.extend(ids(&page));
        let first = link(&server, &page, "first").expect("the way back");
        assert_eq!(ids(&call(&server, Method::GET, &first, &Value::Null).await), seen[..2]);
        match link(&server, &page, "next") {
            Some(next) => path = next,
            None => break,
        }
        assert!(sizes.len() < 10, "it ends: {sizes:?}");
    }
    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>()), (6, registered), "{sizes:?}");

    for (query, count) in [("client_name=name%200", 3), ("client_name=name", 0), ("owner=me", 1), ("owner=nobody", 0)] {
        let page = call(&server, Method::GET, &format!("/admin/clients?{query}"), &Value::Null).await;
        assert_eq!(ids(&page).len(), count, "{query}");
    }
    let garbage = call(&server, Method::GET, "/admin/clients?page_token=garbage", &Value::Null).await;
    assert_eq!(garbage.status, 400, "{garbage:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_no_stated_size_has_at_least_a_thousand() {
    let server = Server::start(&["--log", "warn"]);
    let mut registered = BTreeSet::new();
    for _ in 0..67 {
        let some = join_all((0..15).map(|_| server.register_client(json!({ "scope": "a" })))).await;
        registered.extend(some.iter().map(|client| text(client, "client_id")));
    }
    let page = call(&server, Method::GET, "/admin/clients", &Value::Null).await;
    let mut seen: BTreeSet<_> = ids(&page).into_iter().collect();
    assert!(seen.len() >= 1000, "{}", seen.len());
    if let Some(next) = link(&server, &page, "next") {
        seen.extend(ids(&call(&server, Method::GET, &next, &Value::Null).await));
    }
    assert!(seen == registered, "{} of {}", seen.len(), registered.len());
}
