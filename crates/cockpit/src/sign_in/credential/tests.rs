//! When a token is renewed, what is kept of it, and what it says of itself.

use super::*;

const NOW: Moment = Moment::from_unix_seconds(1_720_089_840);

fn bearer(lifetime: i64) -> Bearer {
    let expires_at = Some(NOW.plus_seconds(lifetime));
    Bearer { token: Secret::new("canary-token"), user: Some("ada".into()), got_at: NOW, expires_at }
}

#[test]
fn a_token_is_renewed_before_it_ends_however_long_it_lives() {
    for (lifetime, due) in [(3600, 3540), (100, 80), (10, 8)] {
        let bearer = bearer(lifetime);
        assert!(!bearer.is_due(NOW.plus_seconds(due - 1)), "{lifetime}");
        assert!(bearer.is_due(NOW.plus_seconds(due)) && !bearer.is_over(NOW.plus_seconds(due)), "{lifetime}");
    }
    let endless = Bearer { expires_at: None, ..bearer(1) };
    assert!(!endless.is_due(NOW.plus_seconds(1 << 30)) && !endless.is_over(NOW.plus_seconds(1 << 30)));
}

#[test]
fn what_renews_itself_is_not_over_by_the_clock() {
    let later = NOW.plus_seconds(100);
    let refresh = Some(Secret::new("canary-refresh"));
    assert!(!Credential::Oidc { bearer: bearer(10), refresh }.is_over(later));
    assert!(Credential::Oidc { bearer: bearer(10), refresh: None }.is_over(later));
    assert!(Credential::Token(bearer(10)).is_over(later));
}

#[test]
fn what_is_sealed_is_unsealed_for_the_same_address_only_and_debug_tells_nothing() {
    let pem = Secret::new("canary-pem");
    let all = [
        Credential::Token(bearer(10)),
        Credential::Oidc { bearer: bearer(10), refresh: Some(Secret::new("canary-refresh")) },
        Credential::Client { bearer: bearer(10), secret: Secret::new("canary-secret") },
        Credential::Certificate { pem, common_name: Some("ada".into()), not_after: NOW.plus_seconds(10) },
    ];
    for credential in all {
        let sealed = credential.sealed("https://a/");
        let again = Credential::unsealed(&sealed, "https://a/").unwrap();
        assert_eq!(again.sealed("https://a/"), sealed);
        assert_eq!((again.user(), again.expires_at()), (Some("ada".into()), Some(NOW.plus_seconds(10))));
        assert!(Credential::unsealed(&sealed, "https://b/").is_none());
        assert!(!format!("{credential:?} {sealed:?}").contains("canary"));
    }
    assert!(Credential::unsealed(&Secret::new("{}"), "https://a/").is_none());
}

#[test]
fn a_pasted_token_says_who_and_until_when() {
    let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":1720089900,"iat":1720089840,"email":"ada@example.com"}"#);
    let brought = Bearer::brought(Secret::new(format!("e30.{payload}.c2ln")), NOW);
    assert_eq!((brought.user.as_deref(), brought.expires_at), (Some("ada@example.com"), Some(NOW.plus_seconds(60))));
    assert_eq!(Said::in_token(&format!("e30.{payload}.c2ln")).unwrap().lifetime(), Some(60));
    for opaque in ["opaque", "a.b.c", "a.e30.c", ""] {
        let brought = Bearer::brought(Secret::new(opaque), NOW);
        assert_eq!((brought.user, brought.expires_at), (None, None), "{opaque}");
    }
}
