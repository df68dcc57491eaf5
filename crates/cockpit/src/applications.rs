//! What the administrator does with applications.

use pairing::{ErrorCode, check_application_name, check_label_key};

use crate::{
    Cockpit, Problem,
    calls::{
        ApplicationDetail, ApplicationPage, ApplicationRef, ApplicationRow, AuthKind, AuthSummary, CallContext,
        CertificateState, CreateApplication, DeleteApplication, DeletionImpact, EventUrl, ListApplications, Nothing,
        OwnerKind, Text, UpdateApplication,
    },
    director::{ApplicationFields, page_size},
    owners::gone,
};

impl Cockpit {
    pub(crate) async fn list_applications(
        &self,
        call: CallContext,
        input: ListApplications,
    ) -> Result<ApplicationPage, Problem> {
        let connection = self.connection(call)?;
        let (after, first) = (input.after.map(Text::into_inner), page_size(input.first)?);
        let page = connection.director.session(call).applications(after.clone(), first).await?;
        self.note_page(&connection.place, after.as_deref(), &page).await;
        Ok(page)
    }

    pub(crate) async fn get_application(
        &self,
        call: CallContext,
        input: ApplicationRef,
    ) -> Result<Option<ApplicationDetail>, Problem> {
        self.application_detail(call, &input.id).await
    }

    pub(crate) async fn event_url(&self, call: CallContext, input: ApplicationRef) -> Result<EventUrl, Problem> {
        let url = self.session(call)?.eventing_url(input.id.into_inner()).await?;
        Ok(EventUrl { url })
    }

    pub(crate) async fn create_application(
        &self,
        call: CallContext,
        input: CreateApplication,
    ) -> Result<ApplicationRow, Problem> {
        let name = input.name.into_inner();
        check_application_name(&name).map_err(|rule| Problem::invalid(format!("Name: {rule}.")))?;
        for key in input.labels.keys() {
            check_label_key(key).map_err(|rule| Problem::invalid(format!("Label \"{key}\": {rule}.")))?;
        }
        let given = |text: Option<Text<8192>>| text.map(Text::into_inner).filter(|text| !text.is_empty());
        let fields = ApplicationFields {
            provider_name: given(input.provider_name),
            description: given(input.description),
            base_url: given(input.base_url),
            health_check_url: given(input.health_check_url),
        };
        check(&fields)?;
        self.session(call)?.register(name.clone(), fields, input.labels).await.map_err(|problem| {
            if problem.code == ErrorCode::NotUniqueName {
                let message = format!(
                    "An application named \"{name}\" already exists here. Names that differ only in capitals or punctuation count as the same."
                );
                Problem { message, ..problem }
            } else {
                problem
            }
        })
    }

    pub(crate) async fn update_application(
        &self,
        call: CallContext,
        input: UpdateApplication,
    ) -> Result<ApplicationRow, Problem> {
        let fields = ApplicationFields {
            provider_name: Some(input.provider_name.into_inner()),
            description: Some(input.description.into_inner()),
            base_url: Some(input.base_url.into_inner()),
            health_check_url: Some(input.health_check_url.into_inner()),
        };
        check(&fields)?;
        self.session(call)?.update(input.id.into_inner(), fields, input.condition.into_inner()).await
    }

    pub(crate) async fn deletion_impact(
        &self,
        call: CallContext,
        input: ApplicationRef,
    ) -> Result<DeletionImpact, Problem> {
        let application = self.existing(call, &input.id).await?;
        let auths = application.auths.unwrap_or_default();
        let count = |kind| {
            let of_kind = auths.iter().filter(|auth| auth.kind == kind);
            u32::try_from(of_kind.filter(|auth| works(auth)).count()).unwrap_or(u32::MAX)
        };
        let pending = auths.iter().filter_map(|auth| auth.token.as_ref()).filter(|token| !token.used && !token.expired);
        Ok(DeletionImpact {
            name: application.row.name,
            certificates: count(AuthKind::Certificate),
            pending_tokens: u32::try_from(pending.count()).unwrap_or(u32::MAX),
            oauth_clients: count(AuthKind::Credentials),
        })
    }

    pub(crate) async fn delete_application(
        &self,
        call: CallContext,
        input: DeleteApplication,
    ) -> Result<Nothing, Problem> {
        let application = self.existing(call, &input.id).await?;
        if application.row.name != *input.confirm_name {
            return Err(Problem::invalid(
                "The name that was typed is not the application's name; nothing was deleted.",
            )
            .hint("Type the name exactly as it is shown, with capitals."));
        }
        let connection = self.connection(call)?;
        connection.director.session(call).unregister(application.row.id.clone()).await?;
        self.note_deleted(&connection.place, application.row.id.clone()).await;
        crate::cockpit::lock(&self.pairings).forget_application(&connection.place, &application.row.id);
        crate::cockpit::lock(&self.connection_links).forget_owner(&application.row.id);
        Ok(Nothing {})
    }

    async fn existing(&self, call: CallContext, id: &str) -> Result<ApplicationDetail, Problem> {
        self.application_detail(call, id).await?.ok_or_else(application_gone)
    }
}

/// A certificate that has expired or was revoked cannot stop working any more.
fn works(auth: &AuthSummary) -> bool {
    let ended = |state| {
        matches!(state, CertificateState::Expired | CertificateState::Revoked | CertificateState::AuthorityEnded)
    };
    !auth.certificate.as_ref().is_some_and(|certificate| ended(certificate.state))
}

pub(crate) fn application_gone() -> Problem {
    gone(OwnerKind::Application)
}

/// The rules that the Director enforces anyway (contracts/compass.md §1.11); checked here to name the field.
fn check(fields: &ApplicationFields) -> Result<(), Problem> {
    let limits = [
        ("Provider", &fields.provider_name, 256),
        ("Description", &fields.description, 2000),
        ("Base URL", &fields.base_url, 256),
        ("Health check URL", &fields.health_check_url, 256),
    ];
    for (name, value, limit) in limits {
        if value.as_ref().is_some_and(|value| value.chars().count() > limit) {
            return Err(Problem::invalid(format!("{name}: at most {limit} characters.")));
        }
    }
    for (name, value) in [("Base URL", &fields.base_url), ("Health check URL", &fields.health_check_url)] {
        if value.as_ref().is_some_and(|value| !value.is_empty() && !is_web_address(value)) {
            return Err(Problem::invalid(format!("{name}: must be an address that starts with https:// or http://.")));
        }
    }
    Ok(())
}

fn is_web_address(text: &str) -> bool {
    reqwest::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_names_the_field_and_the_rule() {
        let refused = |fields: ApplicationFields| check(&fields).unwrap_err().message;
        let long = |count: usize| Some("x".repeat(count));
        assert!(check(&ApplicationFields { description: long(2000), ..Default::default() }).is_ok());
        let fields = ApplicationFields { description: long(2001), ..Default::default() };
        assert_eq!(refused(fields), "Description: at most 2000 characters.");
        for address in ["javascript:alert(1)", "example.com", "https://", "file:///etc/passwd"] {
            let fields = ApplicationFields { health_check_url: Some(address.into()), ..Default::default() };
            assert!(refused(fields).starts_with("Health check URL: must be"), "{address}");
        }
        let cleared = ApplicationFields { base_url: Some(String::new()), ..Default::default() };
        assert!(check(&cleared).is_ok(), "empty clears");
    }
}
