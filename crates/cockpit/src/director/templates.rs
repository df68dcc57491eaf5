//! Application templates at the Director.

use super::{Noun, Session, operations::*};
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
        let values = Some(values.into_iter().map(value).collect());
        let variables = create_from_template::Variables { id: Some(id), template_name, values };
        Ok(self.ask::<CreateFromTemplate>(variables).await?.value.register_application_from_template.into())
    }
}
