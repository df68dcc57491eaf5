//! When certificates end, and who is without one then.

use blackbox::{Pairing, Server};
use serde_json::{Value, json};

use super::is_time;

fn sum(buckets: &Value) -> u64 {
    buckets.as_array().unwrap().iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn the_timeline_counts_and_names_who_goes_dark() {
    let server = Server::start(&["--certificate-ttl", "10d"]);
    let (one, two) = (server.register("one").await, server.register("two").await);
    let mut pairings = vec![server.pair(&one).await, server.pair(&two).await, server.pair(&two).await];
    let revoked: Pairing = pairings.pop().unwrap();
    server.console_post(&format!("/certificates/{}/revoke", revoked.name()), &json!({ "reason": "superseded" })).await;
    let line = server.console_get("/certificates/timeline").await;
    assert_eq!((sum(&line["expiries"]), sum(&line["lastExpiries"])), (2, 2), "{line}");
    assert_eq!(
        (&line["current"], &line["expired"], &line["revoked"]),
        (&json!(2), &json!(0), &json!(1)),
        "what is revoked does not end later: {line}"
    );
    assert!(line["bucketSeconds"].as_u64().is_some_and(|seconds| seconds > 0) && is_time(&line["now"]));
    for bucket in line["expiries"].as_array().unwrap() {
        assert!(is_time(&bucket["at"]), "{line}");
    }
    let authorities = line["authorities"].as_array().unwrap();
    assert_eq!(authorities.len(), 1, "{line}");
    assert!(is_time(&authorities[0]["notAfter"]) && authorities[0]["state"] == "active", "{line}");

    // Before and after the day when both end.
    let end = server.console_get(&format!("/certificates/{}", pairings[0].name())).await;
    let end = time(&end["certificate"]["notAfter"]);
    for (at, names) in [(end - time::Duration::DAY, vec![]), (end + time::Duration::DAY, vec!["one", "two"])] {
        let at = at.format(&time::format_description::well_known::Rfc3339).unwrap();
        let dark = server.console_get(&format!("/certificates/dark?at={at}&first=50")).await;
        let mut found: Vec<_> =
            dark["owners"].as_array().unwrap().iter().map(|owner| owner["name"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!((found, &dark["count"]), (names.clone(), &json!(names.len())), "{dark}");
        for owner in dark["owners"].as_array().unwrap() {
            assert!(owner["kind"] == "application" && is_time(&owner["lastExpiry"]), "{owner}");
        }
    }
    // Who never had a certificate, or has none that is good, does not go dark.
    server.register("never paired").await;
    let query = "mutation($id: ID!) { result: unpairApplication(id: $id) { id } }";
    server.director(query, json!({ "id": one })).await;
    let at = (end + time::Duration::DAY).format(&time::format_description::well_known::Rfc3339).unwrap();
    let dark = server.console_get(&format!("/certificates/dark?at={at}&first=1")).await;
    assert_eq!((&dark["count"], &dark["owners"][0]["name"]), (&json!(1), &json!("two")), "{dark}");
    for query in ["at=tomorrow&first=1", "first=1", "at=2030-01-01T00:00:00Z&first=0"] {
        let path = format!("/certificates/dark?{query}");
        let reply = server.console(reqwest::Method::GET, &path, &Value::Null).await;
        super::refused(&reply, 400, "invalid_data");
    }
}

fn time(value: &Value) -> time::OffsetDateTime {
    let text = value.as_str().unwrap();
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap()
}

/// Whoever has only certificates of an authority that ends is dark from that day on, whatever the certificates say.
#[tokio::test]
async fn an_authoritys_end_is_the_end_of_its_certificates() {
    let server = Server::start(&["--certificate-ttl", "60d"]);
    let pairing = server.pair(&server.register("on the old chain").await).await;
    let body = json!({ "key": "ec:p256", "oldTrustedForSeconds": 5 * 86400 });
    server.console_post("/authority/rotate", &body).await;
    let detail = server.console_get(&format!("/certificates/{}", pairing.name())).await["certificate"].clone();
    let now = time::OffsetDateTime::now_utc();
    let dark = async |from_now: time::Duration| {
        let at = (now + from_now).replace_nanosecond(0).unwrap();
        let at = at.format(&time::format_description::well_known::Rfc3339).unwrap();
        server.console_get(&format!("/certificates/dark?at={at}&first=10")).await["count"].clone()
    };
    let day = time::Duration::DAY;
    assert_eq!((dark(4 * day).await, dark(6 * day).await), (json!(0), json!(1)), "{detail}");
    assert!(time(&detail["endsAt"]) < now + time::Duration::days(6), "{detail}");
    let retire = json!({ "fingerprint": detail["issuer"] });
    server.console_post("/authority/retire", &retire).await;
    // As after a revocation: what does not count now does not go dark later.
    assert_eq!(dark(6 * day).await, json!(0));
    assert_eq!(server.console_get("/certificates/timeline").await["current"], 0);
    let current = server.console_get("/certificates?first=10&current=true").await;
    assert_eq!(current["certificates"], json!([]), "{current}");
}
