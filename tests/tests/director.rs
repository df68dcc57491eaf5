//! The Director's wire: what Compass' clients send, and what they get.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests themselves")]

mod director {
    mod adapter;
    mod administrator;
    mod applications;
    mod authentication;
    mod formations;
    mod integration_systems;
    mod pairing;
    mod runtimes;
    mod shape;
    mod templates;
    mod tenants;

    use blackbox::{Caller, OAuthClient, Server};
    use serde_json::{Value, json};

    pub(crate) const REGISTER: &str =
        "mutation($in: ApplicationRegisterInput!) { result: registerApplication(in: $in) { id name } }";

    /// The answer to a registration.
    pub(crate) async fn register(caller: &blackbox::Caller, input: Value) -> blackbox::Reply {
        caller.graphql(REGISTER, json!({ "in": input })).await
    }

    /// Asks for credentials of an application, a runtime or an integration system: `kind` is what the mutation's name
    /// ends with.
    pub(crate) async fn credentials(server: &Server, kind: &str, id: &str) -> OAuthClient {
        let fields = "__typename id type tenantId referenceObjectId auth { credential {
            ... on OAuthCredentialData { clientId clientSecret url } } }";
        let query =
            format!("mutation($id: ID!) {{ result: requestClientCredentialsFor{kind}(id: $id) {{ {fields} }} }}");
        let given = server.director(&query, json!({ "id": id })).await;
        let credential = &given["auth"]["credential"];
        assert_eq!((&given["referenceObjectId"], &given["id"]), (&json!(id), &credential["clientId"]), "{given}");
        assert_eq!(credential["url"], server.ready("oauthTokenUrl"));
        let text = |field: &str| credential[field].as_str().unwrap().to_owned();
        OAuthClient { application: id.to_owned(), id: text("clientId"), secret: text("clientSecret") }
    }

    /// Who calls the Director with an access token of these scopes; without the header `Tenant`.
    pub(crate) async fn caller(server: &Server, client: &OAuthClient, scope: &str) -> Caller {
        server.bearer(&client.token(server, scope).await)
    }

    /// The ids of the system auths of an object, and whether their contents are shown.
    pub(crate) async fn auths(caller: &Caller, object: &str, id: &str) -> Vec<(String, bool)> {
        let query = format!(
            "query($id: ID!) {{ result: {object}(id: $id) {{ auths {{ id auth {{ credential {{ __typename }} }} }} }} }}"
        );
        let found = caller.data(&query, json!({ "id": id })).await;
        let auths = found["auths"].as_array().unwrap().iter();
        auths.map(|auth| (auth["id"].as_str().unwrap().to_owned(), !auth["auth"].is_null())).collect()
    }

    /// Sends `mutation` with `$id` and returns how it was refused.
    pub(crate) async fn refusal(caller: &Caller, mutation: &str, id: &str) -> (u16, u64, String) {
        let query = format!("mutation($id: ID!) {{ result: {mutation} }}");
        caller.graphql(&query, json!({ "id": id })).await.refusal()
    }

    /// The refusal of an object that does not exist, or not for the caller.
    pub(crate) fn no_such(object: &str) -> (u16, u64, String) {
        (200, 20, format!("Object not found [object={object}]"))
    }
}
