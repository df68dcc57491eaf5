//! Applications: registering, finding, changing, removing (contracts §8.3).

use blackbox::Server;
use serde_json::{Value, json};

use super::{REGISTER, register};

#[tokio::test]
async fn registering_gives_back_what_was_given() {
    let server = Server::start(&[]);
    let fields =
        "id name providerName description baseUrl healthCheckURL localTenantID systemNumber applicationNamespace
        integrationSystemID applicationTemplateID labels status { condition timestamp } auths { id }
        eventingConfiguration { defaultURL } createdAt updatedAt deletedAt";
    let register = format!(
        "mutation($in: ApplicationRegisterInput!) {{ result: registerApplication(in: $in, mode: SYNC) {{ {fields} }} }}"
    );
    let input = json!({
        "name": "Shop — Europe", "providerName": "SAP", "description": "100 % \"quoted\" \\ ünï {}",
        "baseUrl": "https://shop.example/base", "healthCheckURL": "https://shop.example/health",
        "labels": { "scenario_group": ["a", "b"], "legacy": false, "nested": { "deep": [1, null] } },
    });
    let made = server.director(&register, json!({ "in": input })).await;
    for field in ["name", "providerName", "description", "baseUrl", "healthCheckURL"] {
        assert_eq!(made[field], input[field]);
    }
    assert_eq!(made["status"]["condition"], "INITIAL");
    let labels = json!({ "scenario_group": ["a", "b"], "legacy": false, "nested": { "deep": [1, null] }, "name": "mp-shop-europe", "managed": "false" });
    assert_eq!(made["labels"], labels);
    assert_eq!(made["auths"], json!([]));
    let events =
        server.ready("certificateSecuredDirectorUrl").replace("/director/graphql", "/mp-shop-europe/v1/events");
    assert_eq!(made["eventingConfiguration"]["defaultURL"], json!(events));
    for time in [&made["createdAt"], &made["updatedAt"], &made["status"]["timestamp"]] {
        let time = time.as_str().unwrap();
        assert_eq!((time.len(), &time[10..11], &time[19..]), (20, "T", "Z"), "RFC 3339 without fractions: {time}");
    }
    for absent in ["systemNumber", "integrationSystemID", "applicationTemplateID", "deletedAt", "localTenantID"] {
        assert_eq!(made[absent], Value::Null);
    }
    let found = format!("query($id: ID!) {{ result: application(id: $id) {{ {fields} }} }}");
    assert_eq!(server.director(&found, json!({ "id": made["id"] })).await, made);

    // Literals in the document mean the same; so does a condition that is given.
    let literal = "mutation { result: registerApplication(in: { name: \"literal\", statusCondition: FAILED,
        labels: { group: [\"x\"] } }) { status { condition } labels(key: \"group\") none: labels(key: \"none\") } }";
    let made = server.director(literal, Value::Null).await;
    assert_eq!(made, json!({ "status": { "condition": "FAILED" }, "labels": { "group": ["x"] }, "none": {} }));
}

#[tokio::test]
async fn names_that_normalize_alike_collide() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let taken = (200, 31, "Object name is not unique [object=application]".to_owned());
    for (name, free) in [
        ("app@wordpress", true),
        ("app!wordpress", false),
        ("appwordpress", true),
        ("mp-appwordpress", false),
        ("mp-application", true),
        ("application", false),
        ("APPLICATION", false),
    ] {
        let reply = register(&administrator, json!({ "name": name })).await;
        if free {
            assert_eq!(reply.result()["name"], name, "{reply:?}");
        } else {
            assert_eq!(reply.refusal(), taken, "{name}");
            assert_eq!(reply.json()["errors"][0]["extensions"]["error"], "NotUniqueName");
        }
    }
    // At the same time, too: one of many wins.
    let racers = (0..20).map(|_| register(&administrator, json!({ "name": "racer" })));
    let replies = futures_util::future::join_all(racers).await;
    let losers = replies.iter().filter(|reply| reply.json().get("errors").is_some());
    assert_eq!(losers.inspect(|reply| assert_eq!(reply.refusal(), taken)).count(), 19);
    // A name is free again when its application is gone.
    let id = server.register("gone").await;
    server.director("mutation($id: ID!) { result: unregisterApplication(id: $id) { id } }", json!({ "id": id })).await;
    server.register("gone").await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_field_by_field() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let long = |length: usize| "ä".repeat(length);
    let wrong = |fields: &str| format!("Invalid data ApplicationRegisterInput [{fields}]");
    for (input, message) in [
        (json!({ "name": "" }), wrong("name=cannot be blank")),
        (json!({ "name": long(101) }), wrong("name=the length must be between 1 and 100")),
        (json!({ "name": "a", "providerName": long(257) }), wrong("providerName=the length must be no more than 256")),
        (json!({ "name": "a", "description": long(2001) }), wrong("description=the length must be no more than 2000")),
        (json!({ "name": "a", "healthCheckURL": "nowhere" }), wrong("healthCheckURL=must be a valid URL")),
        (json!({ "name": "a", "labels": { "a-b": 1 } }), wrong("labels=must be in a valid format")),
        (json!({ "name": "a", "labels": { "": 1 } }), wrong("labels=cannot be blank")),
        (
            json!({ "name": "a", "labels": { "scenarios": ["DEFAULT"] } }),
            wrong("labels=label with key scenarios cannot be set explicitly"),
        ),
        (
            json!({ "name": "", "description": long(2001) }),
            wrong("description=the length must be no more than 2000; name=cannot be blank"),
        ),
    ] {
        assert_eq!(register(&administrator, input).await.refusal(), (200, 22, message));
    }
    let system = "00000000-0000-4000-8000-000000000000";
    let reply = register(&administrator, json!({ "name": "a", "integrationSystemID": system })).await;
    assert_eq!(reply.refusal(), (200, 20, format!("Object not found [ID={system}; object=integrationSystem]")));
    // The longest that fits.
    let longest = json!({ "name": long(100), "providerName": long(256), "description": long(2000) });
    assert!(register(&administrator, longest).await.result()["id"].is_string());
    // What the schema does not know never reaches a rule.
    for input in [json!({}), json!({ "name": 1 }), json!({ "name": "a", "unknown": 1 }), Value::Null] {
        assert_eq!(administrator.graphql(REGISTER, json!({ "in": input })).await.status, 422, "{input}");
    }
    let listed = register(&administrator, json!({ "name": "a", "labels": ["list"] })).await.refusal();
    assert_eq!((listed.0, listed.1), (200, 22), "{listed:?}");
}

#[tokio::test]
async fn seven_applications_come_in_pages_of_three() {
    let server = Server::start(&[]);
    let mut names = Vec::new();
    for number in 0..7 {
        names.push(format!("application {number}"));
        server.register(&names[number]).await;
    }
    let query = "query($first: Int, $after: PageCursor) { result: applications(first: $first, after: $after) {
        data { name } pageInfo { startCursor endCursor hasNextPage } totalCount } }";
    let (mut seen, mut after) = (Vec::new(), String::new());
    for (rows, more) in [(3, true), (3, true), (1, false)] {
        let page = server.director(query, json!({ "first": 3, "after": after })).await;
        let data = page["data"].as_array().unwrap();
        assert_eq!((data.len(), &page["totalCount"]), (rows, &json!(7)));
        assert_eq!(page["pageInfo"]["startCursor"], after);
        assert_eq!(page["pageInfo"]["hasNextPage"], more);
        after = page["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        assert_eq!(after.is_empty(), !more);
        seen.extend(data.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
    }
    seen.sort();
    assert_eq!(seen, names, "each once");

    // The row that a cursor points at goes between two pages: nobody else is lost or repeated (upstream counts rows).
    let ids = server.director("query { result: applications { data { id } } }", Value::Null).await["data"].clone();
    let page = server.director(query, json!({ "first": 3 })).await;
    let unregister = "mutation($id: ID!) { result: unregisterApplication(id: $id) { name } }";
    let gone = server.director(unregister, json!({ "id": ids[2]["id"] })).await["name"].clone();
    let next = json!({ "first": 200, "after": page["pageInfo"]["endCursor"] });
    let rest = server.director(query, next).await;
    let names_of = |page: &Value| -> Vec<Value> {
        page["data"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
    };
    assert_eq!((names_of(&rest).len(), &rest["totalCount"]), (4, &json!(6)), "{rest}");
    assert!(names_of(&page).contains(&gone) && names_of(&rest).iter().all(|name| !names_of(&page).contains(name)));
    server.register(gone.as_str().unwrap()).await;

    let administrator = server.administrator();
    for (first, message) in [
        ("0", "page size must be between 1 and 200"),
        ("-1", "page size must be between 1 and 200"),
        ("201", "page size must be between 1 and 200"),
        ("null", "missing required parameter 'first'"),
    ] {
        let query = format!("query {{ result: applications(first: {first}) {{ totalCount }} }}");
        let refusal = administrator.graphql(&query, Value::Null).await.refusal();
        assert_eq!(refusal, (200, 22, format!("Invalid data [reason={message}]")), "{first}");
    }
    for (first, rows) in [("(first: 200)", 7), ("(first: 7)", 7), ("", 7), ("(first: 1)", 1)] {
        let query = format!("query {{ result: applications{first} {{ data {{ id }} pageInfo {{ hasNextPage }} }} }}");
        let page = server.director(&query, Value::Null).await;
        assert_eq!(page["data"].as_array().unwrap().len(), rows);
        assert_eq!(page["pageInfo"]["hasNextPage"], rows == 1);
    }
    let bad = administrator.graphql(query, json!({ "first": 3, "after": "nonsense" })).await;
    assert_eq!(bad.refusal().1, 22, "{bad:?}");
}

#[tokio::test]
async fn labels_select_applications() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    for (name, labels) in [
        ("one", json!({ "group": "DevOps", "stage": "dev" })),
        ("two", json!({ "group": ["DevOps", "Support"] })),
        ("three", json!({ "group": "devops", "stage": "dev" })),
        ("four", json!({ "stage": "prod" })),
    ] {
        register(&administrator, json!({ "name": name, "labels": labels })).await;
    }
    let query = "query($filter: [LabelFilter!]) { result: applications(filter: $filter) { data { name } totalCount } }";
    for (filter, expected) in [
        (json!([{ "key": "group" }]), vec!["one", "three", "two"]),
        (json!([{ "key": "group", "query": "\"DevOps\"" }]), vec!["one", "two"]),
        (json!([{ "key": "group", "query": "[\"Support\"]" }]), vec!["two"]),
        (json!([{ "key": "group" }, { "key": "stage", "query": "\"dev\"" }]), vec!["one", "three"]),
        (json!([{ "key": "name", "query": "\"mp-four\"" }]), vec!["four"]),
        (json!([{ "key": "nothing" }]), vec![]),
        (json!([]), vec!["four", "one", "three", "two"]),
    ] {
        let page = server.director(query, json!({ "filter": filter })).await;
        let mut names: Vec<_> =
            page["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!((names.len(), &page["totalCount"]), (expected.len(), &json!(expected.len())));
        assert_eq!(names, expected, "{filter}");
    }
    // Pages of a filtered list are pages of the filtered rows.
    let literal = "query { result: applications(first: 1, filter: [{ key: \"group\", query: \"\\\"DevOps\\\"\" }]) {
        data { name } pageInfo { hasNextPage } totalCount } }";
    let page = server.director(literal, Value::Null).await;
    assert_eq!((&page["pageInfo"]["hasNextPage"], &page["totalCount"]), (&json!(true), &json!(2)));
    let bad = administrator.graphql(query, json!({ "filter": [{ "key": "group", "query": "DevOps" }] })).await;
    assert_eq!(bad.refusal().1, 22, "{bad:?}");
}

#[tokio::test]
async fn labels_are_set_and_deleted() {
    let server = Server::start(&[]);
    let id = server.register("labelled").await;
    let set = "mutation($id: ID!, $key: String!, $value: Any!) {
        result: setApplicationLabel(applicationID: $id, key: $key, value: $value) { key value } }";
    for value in [json!("text"), json!(["a", 1, null]), json!({ "a": { "b": false } }), json!(true), json!(1.5)] {
        let label = server.director(set, json!({ "id": id, "key": "key_1", "value": value })).await;
        assert_eq!(label, json!({ "key": "key_1", "value": value }));
        let look = "query($id: ID!) { result: application(id: $id) { labels(key: \"key_1\") } }";
        assert_eq!(server.director(look, json!({ "id": id })).await["labels"], json!({ "key_1": value }));
    }
    let delete =
        "mutation($id: ID!) { result: deleteApplicationLabel(applicationID: $id, key: \"key_1\") { key value } }";
    assert_eq!(server.director(delete, json!({ "id": id })).await, json!({ "key": "key_1", "value": 1.5 }));
    let administrator = server.administrator();
    let again = administrator.graphql(delete, json!({ "id": id })).await.refusal();
    assert_eq!(again, (200, 20, "Object not found [object=label]".into()));
    for (id, key, code) in [(id.as_str(), "a-b", 22), (&id, "", 22), (&id, "scenarios", 22), ("nobody", "key", 20)] {
        let refused = administrator.graphql(set, json!({ "id": id, "key": key, "value": 1 })).await.refusal();
        assert_eq!((refused.0, refused.1), (200, code), "{key}: {refused:?}");
    }
}

#[tokio::test]
async fn updating_changes_what_is_given_and_keeps_the_rest() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    let made =
        register(&administrator, json!({ "name": "changes", "providerName": "SAP", "description": "old" })).await;
    let id = made.result()["id"].as_str().unwrap().to_owned();
    let pairing = server.pair(&id).await;
    assert_eq!(pairing.director(&server).viewer().await.status, 200);
    let update = "mutation($id: ID!, $in: ApplicationUpdateInput!) { result: updateApplication(id: $id, in: $in) {
        name providerName description baseUrl status { condition } } }";
    let change = async |input: Value| server.director(update, json!({ "id": id, "in": input })).await;
    let changed = change(json!({ "description": "new", "baseUrl": "https://base.example" })).await;
    let expected = json!({ "name": "changes", "providerName": "SAP", "description": "new",
        "baseUrl": "https://base.example", "status": { "condition": "CONNECTED" } });
    // Upstream it would be INITIAL again (defect D10).
    assert_eq!(changed, expected);
    assert_eq!(change(json!({})).await, expected);
    assert_eq!(change(json!({ "description": null })).await, expected);
    assert_eq!(change(json!({ "description": "" })).await["description"], "");
    assert_eq!(change(json!({ "statusCondition": "FAILED" })).await["status"]["condition"], "FAILED");

    let refused = administrator.graphql(update, json!({ "id": "nobody", "in": {} })).await.refusal();
    assert_eq!(refused, (200, 20, "Object not found [object=application]".into()));
    let refused = administrator.graphql(update, json!({ "id": id, "in": { "providerName": "p".repeat(257) } })).await;
    let message = "Invalid data ApplicationUpdateInput [providerName=the length must be no more than 256]";
    assert_eq!(refused.refusal(), (200, 22, message.into()));
    assert_eq!(administrator.graphql(update, json!({ "id": id, "in": { "name": "other" } })).await.status, 422);
}

#[tokio::test]
async fn an_unknown_application_is_null_to_a_query_and_an_error_to_a_mutation() {
    let server = Server::start(&[]);
    let administrator = server.administrator();
    for id in ["00000000-0000-4000-8000-000000000000", "no uuid", "", "'; DROP TABLE application; --"] {
        let query = "query($id: ID!) { result: application(id: $id) { id } }";
        let reply = administrator.graphql(query, json!({ "id": id })).await;
        assert_eq!((reply.status, reply.json()), (200, json!({ "data": { "result": null } })));
        for mutation in [
            "unregisterApplication",
            "unpairApplication",
            "requestOneTimeTokenForApplication",
            "requestClientCredentialsForApplication",
        ] {
            let field = if mutation.contains("Token") { "token" } else { "id" };
            let query = format!("mutation($id: ID!) {{ result: {mutation}(id: $id) {{ {field} }} }}");
            let refused = administrator.graphql(&query, json!({ "id": id })).await.refusal();
            assert_eq!(refused, (200, 20, "Object not found [object=application]".into()), "{mutation}");
        }
    }
}
