//! Several tenants: listed, searched, told apart, and each with its own things.

use blackbox::{Caller, Program, Server};
use serde_json::{Value, json};

use super::caller;

const PAGE: &str = "query($first: Int, $after: PageCursor, $term: String) {
    result: tenants(first: $first, after: $after, searchTerm: $term) {
        data { id internalID name type parents initialized labels provider }
        pageInfo { startCursor endCursor hasNextPage } totalCount } }";
const FIND: &str = "query($id: ID!) { result: tenantByExternalID(id: $id) { id name } }";
const NAMES: &str = "query { result: applications { data { name } totalCount } }";

/// Three with names that differ, two that share one.
fn seed() -> Value {
    json!({
        "tenants": [
            { "id": "acme", "name": "Acme", "type": "customer" },
            { "id": "acme-eu", "name": "Äcme Europe", "type": "account", "parents": ["acme"], "labels": { "region": "eu10" } },
            { "id": "acme-us", "name": "Acme", "type": "account", "parents": ["acme"] },
            { "id": "zenith", "name": "Zenith 100%_sure" },
        ],
        "applications": [
            { "name": "shop" },
            { "name": "shop", "tenant": "acme-eu" },
            { "name": "crm", "tenant": "acme-eu" },
        ],
        "runtimes": [{ "name": "kyma", "tenant": "zenith" }],
    })
}

async fn found(administrator: &Caller, term: &str) -> Vec<String> {
    let page = administrator.data(PAGE, json!({ "first": 500, "term": term })).await;
    let data = page["data"].as_array().unwrap();
    assert_eq!(page["totalCount"], data.len(), "{page}");
    data.iter().map(|tenant| tenant["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn they_are_listed_by_name_and_found_by_name_or_id() {
    let server = Server::seeded(&seed(), &[]);
    assert_eq!(server.ready("tenant"), "acme", "the first one");
    // No tenant is needed to ask which there are.
    let administrator = server.administrator().without("tenant");
    let page = administrator.data(PAGE, json!({ "first": 500 })).await;
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(4), &json!(false)), "{page}");
    let tenants = page["data"].as_array().unwrap();
    let of = |id: &str| tenants.iter().find(|tenant| tenant["id"] == id).unwrap_or_else(|| panic!("{id} in {page}"));
    let names: Vec<_> = tenants.iter().map(|tenant| tenant["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(of("acme-eu")["parents"], json!([of("acme")["internalID"]]), "internal ids, as in Compass");
    assert_eq!((&of("acme-eu")["type"], &of("acme-eu")["labels"]), (&json!("account"), &json!({ "region": "eu10" })));
    for (id, initialized) in [("acme", true), ("acme-eu", true), ("acme-us", false), ("zenith", true)] {
        assert_eq!(of(id)["initialized"], initialized, "{id}");
        assert_ne!(of(id)["internalID"], id);
    }

    for (term, ids) in [
        ("acme-", vec!["acme-us", "acme-eu"]),
        ("ACME-EU", vec!["acme-eu"]),
        ("äcme", vec!["acme-eu"]),
        ("ÄCME", vec!["acme-eu"]),
        ("europe", vec!["acme-eu"]),
        ("%", vec!["zenith"]),
        ("_", vec!["zenith"]),
        ("nobody", vec![]),
    ] {
        assert_eq!(found(&administrator, term).await, ids, "{term}");
    }
    assert_eq!(found(&administrator, "").await.len(), 4);
    assert_eq!(found(&administrator, "Acme").await.len(), 3, "two by name, one by id");

    assert_eq!(administrator.data(FIND, json!({ "id": "zenith" })).await["name"], "Zenith 100%_sure");
    let unknown = administrator.graphql(FIND, json!({ "id": "nobody" })).await.refusal();
    assert_eq!((unknown.0, unknown.1), (200, 20));
    assert!(unknown.2.contains("object=tenant"), "{unknown:?}");
}

#[tokio::test]
async fn pages_of_tenants_follow_one_another() {
    let tenants: Vec<Value> =
        (0..25).map(|n| json!({ "id": format!("t-{n:02}"), "name": format!("Tenant {}", n % 5) })).collect();
    let server = Server::seeded(&json!({ "tenants": tenants }), &[]);
    let administrator = server.administrator().without("tenant");
    for term in [Value::Null, json!("t-1")] {
        let (mut seen, mut after, mut total) = (Vec::new(), Value::Null, 0);
        loop {
            let page = administrator.data(PAGE, json!({ "first": 4, "after": after, "term": term })).await;
            seen.extend(
                page["data"].as_array().unwrap().iter().map(|tenant| tenant["id"].as_str().unwrap().to_owned()),
            );
            total = page["totalCount"].as_u64().unwrap().max(total);
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let length = seen.len();
        seen.sort();
        seen.dedup();
        let expected = if term.is_null() { 25 } else { 10 };
        assert_eq!((length, seen.len(), total), (expected, expected, expected as u64), "each once: {seen:?}");
    }
    for wrong in [json!({ "first": 0 }), json!({ "first": -1 })] {
        assert_eq!(administrator.graphql(PAGE, wrong).await.refusal().1, 22);
    }
}

#[tokio::test]
async fn each_tenant_has_its_own_things() {
    let server = Server::seeded(&seed(), &[]);
    let names = async |tenant: &str| {
        let page = server.administrator().with("tenant", tenant).data(NAMES, Value::Null).await;
        let mut names: Vec<_> =
            page["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names("acme").await, ["shop"]);
    assert_eq!(names("acme-eu").await, ["crm", "shop"]);
    assert_eq!(names("zenith").await, [""; 0]);
    let unknown = server.administrator().with("tenant", "nobody").graphql(NAMES, Value::Null).await.refusal();
    assert_eq!(unknown, (400, 25, "Tenant not found [externalTenant=nobody]".into()));

    // One of another tenant is not there, whatever is done to it.
    let elsewhere = server.administrator().with("tenant", "acme-eu");
    let page = elsewhere.data("query { result: applications { data { id } } }", Value::Null).await;
    let foreign = page["data"][0]["id"].as_str().unwrap();
    let here = server.administrator();
    let application = "query($id: ID!) { result: application(id: $id) { id } }";
    assert_eq!(here.data(application, json!({ "id": foreign })).await, Value::Null);
    for mutation in [
        "unregisterApplication(id: $id) { id }",
        "updateApplication(id: $id, in: { description: \"x\" }) { id }",
        "requestOneTimeTokenForApplication(id: $id) { token }",
        "requestClientCredentialsForApplication(id: $id) { id }",
    ] {
        let (_, code, _) = super::refusal(&here, mutation, foreign).await;
        assert!([10, 20].contains(&code), "{mutation}: {code}");
    }
    assert_eq!(names("acme-eu").await.len(), 2);
}

#[tokio::test]
async fn only_the_administrator_reads_tenants() {
    let server = Server::seeded(&json!({ "integrationSystems": [{ "name": "int-sys" }] }), &[]);
    let system = server.director("{ result: integrationSystems { data { id } } }", Value::Null).await;
    let system = system["data"][0]["id"].as_str().unwrap();
    let client = super::credentials(&server, "IntegrationSystem", system).await;
    let caller = caller(&server, &client, "application:read").await;
    assert_eq!(caller.graphql(PAGE, json!({ "first": 5 })).await.refusal().1, 23);
}

/// A mistake in the file is told before anything is written.
#[test]
fn a_seed_that_makes_no_sense_is_refused() {
    for (seed, about) in [
        (json!({ "tenants": [{ "id": "a", "name": "A" }, { "id": "a", "name": "B" }] }), "a"),
        (json!({ "tenants": [{ "id": "a", "name": "A", "parents": ["b"] }] }), "b"),
        (json!({ "tenants": [{ "id": "a", "name": "A" }], "applications": [{ "name": "x", "tenant": "b" }] }), "b"),
        (json!({ "applications": [{ "name": "x", "integrationSystem": "nobody" }] }), "nobody"),
        (json!({ "tenants": [{ "id": "a", "nam": "A" }] }), "nam"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seed.json");
        std::fs::write(&file, seed.to_string()).unwrap();
        let data = folder.path().join("data");
        let ended = Program::refused(Program::serve(&data, &["--seed", file.to_str().unwrap()]));
        assert!(ended.log.contains(about) && !ended.log.contains("panicked"), "{seed}: {ended:?}");
    }
}
