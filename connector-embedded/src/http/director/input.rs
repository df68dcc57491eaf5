//! Inputs and enums, with the names of Compass' schema.

use async_graphql::{Enum, ID, InputObject};
use pairing::{ErrorCode, Failure, LabelFilter};
use serde_json::Value as Json;

use super::scalar::{Any, Labels};
use crate::service::{
    application::{ApplicationChange, NewApplication},
    integration_system::IntegrationSystemInput as IntegrationSystemFields,
    runtime::RuntimeInput,
};

macro_rules! conditions {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        pub(crate) enum $name {
            $(#[graphql(name = $text)] $variant,)*
        }

        impl $name {
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What the store holds; a text it should not hold reads as `INITIAL`.
            pub(crate) fn of(text: &str) -> Self {
                match text { $($text => Self::$variant,)* _ => Self::Initial }
            }
        }
    };
}

conditions! {
    /// The state of an application as the Director knows it.
    ApplicationStatusCondition {
        Initial = "INITIAL",
        Connected = "CONNECTED",
        Failed = "FAILED",
        Creating = "CREATING",
        CreateFailed = "CREATE_FAILED",
        CreateSucceeded = "CREATE_SUCCEEDED",
        Updating = "UPDATING",
        UpdateFailed = "UPDATE_FAILED",
        UpdateSucceeded = "UPDATE_SUCCEEDED",
        Deleting = "DELETING",
        DeleteFailed = "DELETE_FAILED",
        DeleteSucceeded = "DELETE_SUCCEEDED",
        Unpairing = "UNPAIRING",
        UnpairFailed = "UNPAIR_FAILED",
    }
}

conditions! {
    /// The state of a runtime as the Director knows it.
    RuntimeStatusCondition {
        Initial = "INITIAL",
        Provisioning = "PROVISIONING",
        Connected = "CONNECTED",
        Failed = "FAILED",
    }
}

/// Everything is answered as `SYNC` here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OperationMode {
    Sync,
    Async,
}

#[derive(Debug, InputObject)]
pub(crate) struct ApplicationRegisterInput {
    /// 1 to 100 characters. Two names that normalize to the same `mp-…` form collide.
    pub(crate) name: String,
    /// At most 256 characters.
    pub(crate) provider_name: Option<String>,
    /// At most 2000 characters.
    pub(crate) description: Option<String>,
    /// Keys: 1 to 256 letters, digits and underscores.
    pub(crate) labels: Option<Labels>,
    /// A valid URL of at most 256 characters.
    #[graphql(name = "healthCheckURL")]
    pub(crate) health_check_url: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) application_namespace: Option<String>,
    #[graphql(name = "integrationSystemID")]
    pub(crate) integration_system_id: Option<ID>,
    pub(crate) status_condition: Option<ApplicationStatusCondition>,
    #[graphql(name = "localTenantID")]
    pub(crate) local_tenant_id: Option<String>,
}

impl ApplicationRegisterInput {
    pub(super) fn into_new(self) -> NewApplication {
        NewApplication {
            name: self.name,
            provider_name: self.provider_name,
            description: self.description,
            base_url: self.base_url,
            health_check_url: self.health_check_url,
            local_tenant_id: self.local_tenant_id,
            application_namespace: self.application_namespace,
            integration_system_id: self.integration_system_id.map(|id| id.0),
            status_condition: self.status_condition.map(|condition| condition.as_str().into()),
            labels: self.labels.map(|labels| labels.0).unwrap_or_default(),
        }
    }
}

#[derive(Debug, InputObject)]
pub(crate) struct ApplicationUpdateInput {
    /// At most 256 characters.
    pub(crate) provider_name: Option<String>,
    /// At most 2000 characters.
    pub(crate) description: Option<String>,
    /// A valid URL of at most 256 characters.
    #[graphql(name = "healthCheckURL")]
    pub(crate) health_check_url: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) application_namespace: Option<String>,
    #[graphql(name = "integrationSystemID")]
    pub(crate) integration_system_id: Option<ID>,
    /// Absent: the status stays. (Compass resets it to `INITIAL`.)
    pub(crate) status_condition: Option<ApplicationStatusCondition>,
    #[graphql(name = "localTenantID")]
    pub(crate) local_tenant_id: Option<String>,
}

impl ApplicationUpdateInput {
    pub(super) fn into_change(self) -> ApplicationChange {
        ApplicationChange {
            provider_name: self.provider_name,
            description: self.description,
            base_url: self.base_url,
            health_check_url: self.health_check_url,
            local_tenant_id: self.local_tenant_id,
            application_namespace: self.application_namespace,
            integration_system_id: self.integration_system_id.map(|id| id.0),
            status_condition: self.status_condition.map(|condition| condition.as_str().into()),
        }
    }
}

macro_rules! runtime_inputs {
    ($($name:ident { $(#[$status:meta])* status_condition },)*) => {
        $(
            #[derive(Debug, InputObject)]
            pub(crate) struct $name {
                /// 1 to 256 letters, digits, `-`, `.` and `_`; unique in the tenant.
                pub(crate) name: String,
                /// At most 2000 characters.
                pub(crate) description: Option<String>,
                /// Keys: 1 to 256 letters, digits and underscores.
                pub(crate) labels: Option<Labels>,
                $(#[$status])*
                pub(crate) status_condition: Option<RuntimeStatusCondition>,
                pub(crate) application_namespace: Option<String>,
            }

            impl From<$name> for RuntimeInput {
                fn from(input: $name) -> Self {
                    Self {
                        name: input.name,
                        description: input.description,
                        application_namespace: input.application_namespace,
                        status_condition: input.status_condition.map(|condition| condition.as_str().into()),
                        labels: input.labels.map(|labels| labels.0).unwrap_or_default(),
                    }
                }
            }
        )*
    };
}

runtime_inputs! {
    RuntimeRegisterInput { status_condition },
    RuntimeUpdateInput {
        /// Absent: the status stays. (Compass resets it to `INITIAL`.)
        status_condition
    },
}

#[derive(Debug, InputObject)]
pub(crate) struct IntegrationSystemInput {
    /// A DNS name of at most 36 lower case letters, digits, `-` and `.`, not starting with a digit; unique.
    pub(crate) name: String,
    /// At most 2000 characters.
    pub(crate) description: Option<String>,
}

impl From<IntegrationSystemInput> for IntegrationSystemFields {
    fn from(input: IntegrationSystemInput) -> Self {
        Self { name: input.name, description: input.description }
    }
}

/// Several filters are combined with AND.
#[derive(Debug, InputObject)]
#[graphql(name = "LabelFilter")]
pub(crate) struct LabelFilterInput {
    pub(crate) key: String,
    /// JSON that the label's value must contain, for example `"\"DevOps\""`. Absent: any value.
    pub(crate) query: Option<String>,
}

impl LabelFilterInput {
    pub(super) fn into_filter(self) -> Result<LabelFilter, Failure> {
        LabelFilter::new(self.key, self.query.as_deref())
            .map_err(|error| Failure::new(ErrorCode::InvalidData, format!("Invalid data LabelFilter [query={error}]")))
    }
}

/// A label as it is set and returned.
#[derive(Debug, async_graphql::SimpleObject)]
pub(crate) struct Label {
    pub(crate) key: String,
    pub(crate) value: Any,
}

impl Label {
    pub(super) fn new(key: String, value: Json) -> Self {
        Self { key, value: Any(value) }
    }
}
