//! Secrets in what is registered: starred out, and recognised when they come back starred out.

use url::Url;

use super::definition::{Api, Credentials, MASK, Masked, Parameters, Values};

/// What in the name of a header or a query parameter says that its value is secret.
const TELLING: [&str; 9] = ["auth", "cookie", "credential", "key", "pass", "secret", "session", "signature", "token"];

fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TELLING.iter().any(|part| name.contains(part))
}

/// The address with stars where it had a user and a password, and for parameters whose name tells that they are secret.
pub(super) fn starred(address: String) -> String {
    let Ok(mut url) = Url::parse(&address) else { return address };
    let has_user = !url.username().is_empty() || url.password().is_some();
    let telling = url.query_pairs().any(|(name, _)| is_telling(&name));
    // As it was sent where nothing is secret: writing it anew would change how it looks.
    if !has_user && !telling {
        return address;
    }
    if has_user {
        // Both fail only for addresses that cannot have a user, which have none.
        let _ = url.set_username(MASK);
        let _ = url.set_password(Some(MASK));
    }
    if telling {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let shown = pairs.iter().map(|(name, value)| (name, if is_telling(name) { MASK } else { value }));
        url.query_pairs_mut().clear().extend_pairs(shown);
    }
    url.into()
}

/// Stars out everything that is secret in an API that is about to be kept.
///
/// # Errors
/// A sentence that says which mask stands for nothing: there is no value that it could mean.
pub(super) fn mask(api: &mut Api, kept: Option<&Api>) -> Result<(), String> {
    api.target_url = starred(std::mem::take(&mut api.target_url));
    api.specification_url = api.specification_url.take().map(starred);
    mask_credentials("api.credentials", api.credentials.as_mut(), kept.and_then(|kept| kept.credentials.as_ref()))?;
    mask_credentials(
        "api.specificationCredentials",
        api.specification_credentials.as_mut(),
        kept.and_then(|kept| kept.specification_credentials.as_ref()),
    )?;
    mask_parameters(
        "api.requestParameters",
        api.request_parameters.as_mut(),
        kept.and_then(|kept| kept.request_parameters.as_ref()),
    )?;
    mask_parameters(
        "api.specificationRequestParameters",
        api.specification_request_parameters.as_mut(),
        kept.and_then(|kept| kept.specification_request_parameters.as_ref()),
    )
}

fn mask_credentials(place: &str, new: Option<&mut Credentials>, kept: Option<&Credentials>) -> Result<(), String> {
    let Some(new) = new else { return Ok(()) };
    if let Some(oauth) = &mut new.oauth {
        let kept = kept.and_then(|kept| kept.oauth.as_ref());
        oauth.url = starred(std::mem::take(&mut oauth.url));
        check(&format!("{place}.oauth.clientId"), oauth.client_id, kept.map(|kept| kept.client_id))?;
        check(&format!("{place}.oauth.clientSecret"), oauth.client_secret, kept.map(|kept| kept.client_secret))?;
        let parameters = kept.and_then(|kept| kept.request_parameters.as_ref());
        mask_parameters(&format!("{place}.oauth.requestParameters"), oauth.request_parameters.as_mut(), parameters)?;
    }
    if let Some(basic) = &new.basic {
        let kept = kept.and_then(|kept| kept.basic.as_ref());
        check(&format!("{place}.basic.username"), basic.username, kept.map(|kept| kept.username))?;
        check(&format!("{place}.basic.password"), basic.password, kept.map(|kept| kept.password))?;
    }
    let csrf = [
        new.oauth.as_mut().and_then(|oauth| oauth.csrf_info.as_mut()),
        new.basic.as_mut().and_then(|basic| basic.csrf_info.as_mut()),
        new.certificate_gen.as_mut().and_then(|generated| generated.csrf_info.as_mut()),
    ];
    for info in csrf.into_iter().flatten() {
        info.token_endpoint_url = starred(std::mem::take(&mut info.token_endpoint_url));
    }
    Ok(())
}

fn check(place: &str, new: Masked, kept: Option<Masked>) -> Result<(), String> {
    match (new, kept) {
        (Masked::AsItWas, None | Some(Masked::Empty)) => Err(stands_for_nothing(place)),
        _ => Ok(()),
    }
}

fn mask_parameters(place: &str, new: Option<&mut Parameters>, kept: Option<&Parameters>) -> Result<(), String> {
    let Some(new) = new else { return Ok(()) };
    let headers = kept.and_then(|kept| kept.headers.as_ref());
    mask_values(&format!("{place}.headers"), new.headers.as_mut(), headers)?;
    let parameters = kept.and_then(|kept| kept.query_parameters.as_ref());
    mask_values(&format!("{place}.queryParameters"), new.query_parameters.as_mut(), parameters)
}

fn mask_values(place: &str, new: Option<&mut Values>, kept: Option<&Values>) -> Result<(), String> {
    for (name, values) in new.into_iter().flatten().filter(|(name, _)| is_telling(name)) {
        let known = kept.is_some_and(|kept| kept.contains_key(name));
        if !known && values.iter().any(|value| value == MASK) {
            return Err(stands_for_nothing(&format!("{place}.{name:.64}")));
        }
        for value in values {
            *value = MASK.to_owned();
        }
    }
    Ok(())
}

fn stands_for_nothing(place: &str) -> String {
    format!(
        "{place} is the mask {MASK}, which means \"as it was\", but there was no value before. Send the value itself."
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn api(more: &Value) -> Api {
        let mut whole = json!({ "targetUrl": "https://shop.example", "apiType": "OPEN_API" });
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn a_mask_means_as_it_was_and_only_where_something_was() {
        let oauth = |id: &str, secret: &str| json!({ "oauth": { "url": "https://x/t", "clientId": id, "clientSecret": secret } });
        let mut first = api(&json!({ "credentials": oauth("id", "hush") }));
        mask(&mut first, None).unwrap();
        let mut again = api(&json!({ "credentials": oauth(MASK, MASK) }));
        mask(&mut again, Some(&first)).unwrap();
        assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&first).unwrap());
        let refused = mask(&mut api(&json!({ "credentials": oauth("id", MASK) })), None).unwrap_err();
        assert!(refused.contains("api.credentials.oauth.clientSecret"), "{refused}");
        // Another kind is another secret.
        let basic = json!({ "credentials": { "basic": { "username": MASK, "password": "p" } } });
        assert!(mask(&mut api(&basic), Some(&first)).unwrap_err().contains("basic.username"));
    }

    #[test]
    fn secrets_elsewhere_are_starred_out_too() {
        let mut api = api(&json!({
            "targetUrl": "https://anna:hush@shop.example/a?b=c&access_token=hush",
            "specificationUrl": "https://shop.example/spec?version=1",
            "requestParameters": {
                "headers": { "X-Api-Key": ["hush"], "Accept": ["*/*"] }, "queryParameters": { "access_token": ["hush"] },
            },
        }));
        mask(&mut api, None).unwrap();
        let kept = serde_json::to_string(&api).unwrap();
        assert!(!kept.contains("hush") && !kept.contains("anna"), "{kept}");
        assert_eq!(api.target_url, "https://********:********@shop.example/a?b=c&access_token=********");
        assert_eq!(api.specification_url.as_deref(), Some("https://shop.example/spec?version=1"));
        assert!(kept.contains(r#""Accept":["*/*"]"#), "{kept}");
        let again = mask(&mut api.clone(), Some(&api));
        assert_eq!(again, Ok(()));
    }
}
