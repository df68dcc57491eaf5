//! Application templates: what an application of some kind looks like, with placeholders. In no tenant, as in Compass.

mod from_template;
mod input;
mod placeholder;

use pairing::{ErrorCode, Failure, LabelFilter};
use serde_json::{Map, Value};

use super::{Service, application::not_found};
use crate::store::{
    application_template::{self, ApplicationTemplate},
    selection::Page,
};
pub(crate) use from_template::FromTemplate;
pub(crate) use input::{TemplateApplication, TemplateInput};
pub(crate) use placeholder::Placeholder;

const MOST_TEMPLATES: i64 = 500;

impl Service {
    /// # Errors
    /// [`ErrorCode::InvalidData`] naming every field, [`ErrorCode::NotUniqueName`].
    pub(crate) async fn create_application_template(
        &self,
        input: TemplateInput,
    ) -> Result<ApplicationTemplate, Failure> {
        let row = self.template_row(input, "ApplicationTemplateInput")?;
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    if application_template::count(connection).await? >= MOST_TEMPLATES {
                        let message = format!("The operation is not allowed [reason=there are {MOST_TEMPLATES} templates, more are not kept here]");
                        return Err(Failure::new(ErrorCode::InvalidOperation, message));
                    }
                    application_template::insert(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Replaces everything, as upstream.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`], [`ErrorCode::NotFound`], [`ErrorCode::NotUniqueName`].
    pub(crate) async fn update_application_template(
        &self,
        id: &str,
        input: TemplateInput,
    ) -> Result<ApplicationTemplate, Failure> {
        let new = self.template_row(input, "ApplicationTemplateUpdateInput")?;
        let id = id.to_owned();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let old = application_template::find(connection, &id).await?.ok_or_else(missing)?;
                    let row = ApplicationTemplate { id, created_at: old.created_at, ..new };
                    application_template::update(connection, &row).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// Removes a template; applications that were made from it stay.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn delete_application_template(&self, id: &str) -> Result<ApplicationTemplate, Failure> {
        let id = id.to_owned();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let row = application_template::find(connection, &id).await?.ok_or_else(missing)?;
                    application_template::delete(connection, &id).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn application_template(&self, id: &str) -> Result<ApplicationTemplate, Failure> {
        let mut connection = self.store.read().await?;
        application_template::find(&mut connection, id).await?.ok_or_else(missing)
    }

    /// Up to `first` templates whose labels pass the filters, after the one with the id `after`.
    pub(crate) async fn application_templates(
        &self,
        filters: &[LabelFilter],
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<ApplicationTemplate>, Failure> {
        let mut rows = {
            let mut connection = self.store.read().await?;
            application_template::all(&mut connection).await?
        };
        rows.retain(|row| {
            let labels: Map<String, Value> = serde_json::from_str(&row.labels).unwrap_or_default();
            filters.iter().all(|filter| labels.get(&filter.key).is_some_and(|value| filter.selects(value)))
        });
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if let Some(after) = after {
            rows.retain(|row| row.id.as_str() > after);
        }
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.id.clone());
        Ok(Page { rows, end, total })
    }
}

fn missing() -> Failure {
    not_found("applicationTemplate")
}
