//! Application templates at the Director.

use super::{Noun, Session, asking::Failed, operations::*};
use crate::{
    Problem,
    calls::{ApplicationRow, Placeholder, Template, TemplatePage},
};

impl Session {
    pub(crate) async fn templates(&self, after: Option<String>, first: u32) -> Result<TemplatePage, Problem> {
        let variables = list_templates::Variables { after, first: Some(first.into()) };
        let session = self.about(Noun::Template);
        let page = session.ask::<ListTemplates>(variables).await?.value.application_templates;
        let placeholder = |one: list_templates::ListTemplatesApplicationTemplatesDataPlaceholders| Placeholder {
            name: one.name,
            description: one.description,
            optional: one.optional.unwrap_or(false),
        };
        let template = |one: list_templates::ListTemplatesApplicationTemplatesData| Template {
            id: one.id,
            name: one.name,
            description: one.description,
            placeholders: one.placeholders.into_iter().map(placeholder).collect(),
            application_input: one.application_input,
        };
        Ok(TemplatePage {
            templates: page.data.into_iter().map(template).collect(),
            end_cursor: Some(page.page_info.end_cursor).filter(|cursor| !cursor.is_empty()),
            has_next_page: page.page_info.has_next_page,
            total_count: u32::try_from(page.total_count).unwrap_or(0),
        })
    }

    /// `values`: placeholder and value of each.
    pub(crate) async fn create_from_template(
        &self,
        id: String,
        template_name: String,
        values: Vec<(String, String)>,
    ) -> Result<ApplicationRow, Problem> {
        let value = |(placeholder, value)| create_from_template::TemplateValueInput { placeholder, value };
        let by_id = Some(values.iter().cloned().map(value).collect());
        let variables =
            create_from_template::Variables { id: Some(id), template_name: template_name.clone(), values: by_id };
        match self.ask::<CreateFromTemplate>(variables).await {
            Ok(answer) => return Ok(answer.value.register_application_from_template.into()),
            // Refused before it was carried out: an older Director knows templates by their name only.
            Err(Failed::NotServed(_)) => {}
            Err(failed) => return Err(failed.into()),
        }
        let value = |(placeholder, value)| create_from_template_by_name::TemplateValueInput { placeholder, value };
        let values = Some(values.into_iter().map(value).collect());
        let variables = create_from_template_by_name::Variables { template_name, values };
        Ok(self.ask::<CreateFromTemplateByName>(variables).await?.value.register_application_from_template.into())
    }
}
