//! What certificates must be like: one object, whose errors are all told at once.

use blackbox::{CertificateRequest, OpenSsl, RSA_2048, Server, key};
use reqwest::Method;
use serde_json::{Value, json};

async fn put(server: &Server, policy: &Value) -> blackbox::Reply {
    server.console(Method::PUT, "/policy", policy).await
}

#[tokio::test]
async fn a_policy_is_read_changed_and_kept() {
    let server = Server::start(&[]);
    let read = server.console_get("/policy").await;
    assert!(super::is_time(&read["now"]), "{read}");
    let mut policy = read["policy"].clone();
    assert_eq!(
        policy,
        json!({
            "subject": { "organization": "Org", "organizationalUnit": "OrgUnit", "locality": "locality",
                "province": "province", "country": "DE" },
            "keys": { "rsaMinimumBits": 2048, "rsaMaximumBits": 4096, "curves": ["P-256", "P-384"] },
            "lifetimes": { "applicationSeconds": 90 * 86400, "runtimeSeconds": policy["lifetimes"]["runtimeSeconds"],
                "testSeconds": 900 },
            "thresholds": policy["thresholds"],
            "revocationMode": "strict",
        })
    );
    policy["subject"]["organization"] = json!("Ärzte & Söhne");
    policy["subject"]["country"] = json!("AT");
    policy["keys"] = json!({ "rsaMinimumBits": 3072, "rsaMaximumBits": 4096, "curves": ["P-384"] });
    policy["lifetimes"]["applicationSeconds"] = json!(86_400);
    policy["thresholds"] = json!({ "warningDays": 5, "warningPercent": 20 });
    let reply = put(&server, &policy).await;
    assert_eq!((reply.status, &reply.json()["policy"]), (200, &policy), "{reply:?}");

    let application = server.register("by the new rules").await;
    let openssl = OpenSsl::new();
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    assert!(subject.starts_with("O=Ärzte & Söhne,OU=OrgUnit,L=locality,ST=province,C=AT,CN="), "{subject}");
    openssl.key("short", RSA_2048);
    let refused = server.connector(&token).sign(&openssl.request("short", &subject, "").field()).await;
    let expected = "expected RSA with 3072 to 4096 bits or EC P-384.";
    assert!(refused.message().contains("RSA 2048") && refused.message().ends_with(expected), "{refused:?}");
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    let refused = server.connector(&token).sign(&CertificateRequest::new(&subject, &key()).field()).await;
    assert!(refused.message().contains("EC P-256") && refused.message().ends_with(expected), "{refused:?}");
    let (token, subject) = server.connector(&server.token(&application).await).token_and_subject().await;
    openssl.key("good", blackbox::EC_P384);
    let reply = server.connector(&token).sign(&openssl.request("good", &subject, "").field()).await;
    let pairing = blackbox::Pairing::from_reply(&server, &application, &subject, openssl.text("good.key"), &reply);
    openssl.keep("client", &pairing);
    assert!(openssl.output("x509 -in client.pem -noout -checkend 86000").status.success());
    assert!(!openssl.output("x509 -in client.pem -noout -checkend 86500").status.success());

    let (_, stopped) = server.stop().await;
    let server = Server::start_in(stopped.data_dir(), &[]);
    assert_eq!(server.console_get("/policy").await["policy"], policy, "a restart keeps it");
}

#[tokio::test]
async fn every_error_is_told_at_once_and_nothing_is_changed() {
    let server = Server::start(&[]);
    let before = server.console_get("/policy").await["policy"].clone();
    let wrong = json!({
        "subject": { "organization": "", "organizationalUnit": "a,b", "locality": "x".repeat(200),
            "province": "a=b", "country": "Germany" },
        "keys": { "rsaMinimumBits": 1024, "rsaMaximumBits": 16384, "curves": ["P-521"] },
        "lifetimes": { "applicationSeconds": 1, "runtimeSeconds": 0, "testSeconds": 99_999_999_999_u64 },
        "thresholds": { "warningDays": 99_999, "warningPercent": 101 },
        "revocationMode": "strict",
    });
    let reply = put(&server, &wrong).await;
    super::refused(&reply, 400, "invalid_data");
    let json = reply.json();
    let errors = json["errors"].as_array().unwrap_or_else(|| panic!("{reply:?}"));
    for field in [
        "subject.organization",
        "subject.organizationalUnit",
        "subject.locality",
        "subject.province",
        "subject.country",
        "keys.rsaMinimumBits",
        "keys.rsaMaximumBits",
        "keys.curves",
        "lifetimes.applicationSeconds",
        "lifetimes.runtimeSeconds",
        "lifetimes.testSeconds",
        "thresholds.warningDays",
        "thresholds.warningPercent",
    ] {
        let told = errors.iter().filter(|error| error["field"] == field).count();
        assert_eq!(told, 1, "{field}: {errors:#?}");
    }
    assert!(
        errors.iter().all(|error| error["message"].as_str().is_some_and(|message| message.len() > 10)),
        "{errors:?}"
    );
    assert_eq!(server.console_get("/policy").await["policy"], before);
    // Rules that contradict each other, and words that there are not.
    let (mut turned, mut unknown) = (before.clone(), before.clone());
    turned["keys"] = json!({ "rsaMinimumBits": 4096, "rsaMaximumBits": 2048, "curves": [] });
    unknown["revocationMode"] = json!("never");
    for body in [turned, unknown, json!({}), json!([]), json!({ "more": 1 })] {
        assert_eq!(put(&server, &body).await.status, 400, "{body}");
    }
    assert_eq!(server.console_get("/policy").await["policy"], before);
}

/// What stands on the command line counts for as long as it stands there.
#[tokio::test]
async fn what_the_command_line_says_cannot_be_changed_here() {
    let server = Server::start(&["--certificate-ttl", "2d", "--revocation", "renewal-only"]);
    let read = server.console_get("/policy").await;
    let fixed: Vec<_> = read["fixed"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
    assert!(fixed.contains(&"lifetimes.applicationSeconds") && fixed.contains(&"revocationMode"), "{read}");
    assert_eq!(read["policy"]["lifetimes"]["applicationSeconds"], 2 * 86400);
    assert_eq!(read["policy"]["revocationMode"], "renewal-only");
    let mut policy = read["policy"].clone();
    policy["lifetimes"]["applicationSeconds"] = json!(3 * 86400);
    let reply = put(&server, &policy).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(reply.json()["errors"][0]["field"], "lifetimes.applicationSeconds", "{reply:?}");
    policy["lifetimes"]["applicationSeconds"] = json!(2 * 86400);
    policy["lifetimes"]["testSeconds"] = json!(600);
    assert_eq!(put(&server, &policy).await.status, 200, "the others can");
}
