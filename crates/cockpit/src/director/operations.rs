//! The Director operations we use, checked against `graphql/director.graphql` when this crate is compiled.

use graphql_client::GraphQLQuery;
use serde_json::{Map, Value};

type Timestamp = String;
type Labels = Map<String, Value>;
type PageCursor = String;
#[expect(clippy::upper_case_acronyms, reason = "the scalar's name on the wire")]
type JSON = String;
/// Shown and sent again verbatim: a Director may know more conditions than we do.
type ApplicationStatusCondition = String;

// One file for each: the whole file is sent, and a careful Director takes one operation in a request.
macro_rules! operations {
    ($($path:tt $name:ident,)*) => {$(
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "graphql/director.graphql",
            query_path = $path,
            extern_enums("ApplicationStatusCondition")
        )]
        pub(super) struct $name;
    )*};
}

operations! {
    "graphql/list_applications.graphql" ListApplications,
    "graphql/get_application.graphql" GetApplication,
    "graphql/watch_application.graphql" WatchApplication,
    "graphql/register_application.graphql" RegisterApplication,
    "graphql/update_application.graphql" UpdateApplication,
    "graphql/unregister_application.graphql" UnregisterApplication,
    "graphql/get_auth_types.graphql" GetAuthTypes,
    "graphql/generate_auth.graphql" GenerateAuth,
    "graphql/request_token.graphql" RequestToken,
    "graphql/request_credentials.graphql" RequestCredentials,
    "graphql/delete_system_auth.graphql" DeleteSystemAuth,
}
