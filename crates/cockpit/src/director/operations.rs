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
type RuntimeStatusCondition = String;
type FormationStatusCondition = String;

// One file for each: the whole file is sent, and a careful Director takes one operation in a request.
macro_rules! operations {
    ($($path:tt $name:ident,)*) => {$(
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "graphql/director.graphql",
            query_path = $path,
            extern_enums("ApplicationStatusCondition", "RuntimeStatusCondition", "FormationStatusCondition")
        )]
        pub(super) struct $name;
    )*};
}

operations! {
    "graphql/list_applications.graphql" ListApplications,
    "graphql/get_application.graphql" GetApplication,
    "graphql/get_eventing_url.graphql" GetEventingUrl,
    "graphql/register_application.graphql" RegisterApplication,
    "graphql/update_application.graphql" UpdateApplication,
    "graphql/unregister_application.graphql" UnregisterApplication,
    "graphql/get_auth_types.graphql" GetAuthTypes,
    "graphql/generate_auth.graphql" GenerateAuth,
    "graphql/request_token.graphql" RequestToken,
    "graphql/request_credentials.graphql" RequestCredentials,
    "graphql/delete_system_auth.graphql" DeleteSystemAuth,
    "graphql/list_runtimes.graphql" ListRuntimes,
    "graphql/get_runtime.graphql" GetRuntime,
    "graphql/register_runtime.graphql" RegisterRuntime,
    "graphql/unregister_runtime.graphql" UnregisterRuntime,
    "graphql/request_runtime_token.graphql" RequestRuntimeToken,
    "graphql/request_runtime_credentials.graphql" RequestRuntimeCredentials,
    "graphql/delete_runtime_auth.graphql" DeleteRuntimeAuth,
    "graphql/list_integration_systems.graphql" ListIntegrationSystems,
    "graphql/get_integration_system.graphql" GetIntegrationSystem,
    "graphql/name_integration_system.graphql" NameIntegrationSystem,
    "graphql/request_integration_system_credentials.graphql" RequestIntegrationSystemCredentials,
    "graphql/delete_integration_system_auth.graphql" DeleteIntegrationSystemAuth,
    "graphql/list_templates.graphql" ListTemplates,
    "graphql/create_from_template.graphql" CreateFromTemplate,
    "graphql/create_from_template_by_name.graphql" CreateFromTemplateByName,
    "graphql/list_formations.graphql" ListFormations,
    "graphql/create_formation.graphql" CreateFormation,
    "graphql/create_formation_of_template.graphql" CreateFormationOfTemplate,
    "graphql/assign_application.graphql" AssignApplication,
    "graphql/assign_runtime.graphql" AssignRuntime,
    "graphql/unassign_application.graphql" UnassignApplication,
    "graphql/unassign_runtime.graphql" UnassignRuntime,
    "graphql/list_tenants.graphql" ListTenants,
}
