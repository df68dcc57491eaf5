//! Two windows on one settings folder: what is kept there is one, and what each of them shows is its own.

use blackbox::{AwkwardDirector, Fault, Person};
use serde_json::{Value, json};

use super::{Company, Desk, Landscape, desk::list};

const PASSPHRASE: &str = "a long passphrase of mine";

/// The service ends a sign-in when a refresh token is used twice; each window has the one that the other one used.
#[tokio::test(flavor = "multi_thread")]
async fn both_stay_signed_in_where_a_refresh_token_is_good_for_one_use() {
    let company = Company::start(Landscape::Complete, &json!({}));
    let director = AwkwardDirector::before(&company.server);
    let ca = format!("{}{}", director.ca_pem(), company.provider.ca_pem().unwrap());
    let one = Desk::new();
    let id = one.add(company.definition_at(&director.director_url(), &ca)).await;
    one.call("use_environment", json!({ "id": id })).await;
    one.call("open_vault", json!({ "passphrase": PASSPHRASE })).await;
    one.desktop.browse_with(company.provider.browser(Person::SignsIn));
    one.call("start_sign_in", json!({ "id": id, "keep": "sealed_file" })).await;
    one.signed(&id, "signed_in").await;
    one.create("shop").await;

    let other = one.started_again();
    other.call("open_vault", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(other.names().await, ["shop"]);

    // Each is refused once: whoever comes second finds what the first one has kept, and once more the other way round.
    for (first, second) in [(&one, &other), (&other, &one)] {
        let before = company.provider.granted("refresh_token");
        for desk in [first, second] {
            director.next(Fault::token_expired());
            desk.call("list_applications", list()).await;
        }
        assert_eq!(company.provider.granted("refresh_token"), before + 1, "one renewal for both");
    }
    // And both at once.
    director.when("ListApplications", Some(2), Fault::token_expired());
    let (here, there) =
        tokio::join!(one.try_call("list_applications", list()), other.try_call("list_applications", list()));
    assert!(here.is_ok() && there.is_ok(), "{here:?} {there:?}");

    let refused: Vec<Value> =
        company.provider.events().into_iter().filter(|event| event.get("refused").is_some()).collect();
    assert_eq!(refused, [Value::Null; 0], "no refresh token was used twice");
    for desk in [&one, &other] {
        let signed = desk.row(&id).await["signIn"].clone();
        assert_eq!((&signed["stage"], &signed["keep"]), (&json!("signed_in"), &json!("sealed_file")), "{signed}");
    }
    // What is kept is the last one.
    let third = one.started_again();
    third.call("open_vault", json!({ "passphrase": PASSPHRASE })).await;
    assert_eq!(third.names().await, ["shop"]);
}
