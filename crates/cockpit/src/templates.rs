//! Applications that are made from a template.

use crate::{
    Cockpit, Problem,
    calls::{ApplicationRow, CallContext, CreateFromTemplate, ErrorAction, ListPage, TemplatePage, Text},
    director::page_size,
};

/// Of a value (contracts/compass.md §1.14).
const LONGEST: usize = 128;

impl Cockpit {
    pub(crate) async fn list_templates(&self, call: CallContext, input: ListPage) -> Result<TemplatePage, Problem> {
        self.session(call)?.templates(input.after.map(Text::into_inner), page_size(input.first)?).await
    }

    pub(crate) async fn create_from_template(
        &self,
        call: CallContext,
        input: CreateFromTemplate,
    ) -> Result<ApplicationRow, Problem> {
        let mut values = Vec::new();
        for value in input.values {
            let (placeholder, value) = (value.placeholder.into_inner(), value.value.into_inner());
            check(&placeholder, &value)?;
            // An optional placeholder without a value is left out, so that the Director takes its default.
            if !value.is_empty() {
                values.push((placeholder, value));
            }
        }
        let (id, name) = (input.template_id.into_inner(), input.template_name.into_inner());
        self.session(call)?.create_from_template(id, name, values).await
    }
}

/// A shipped Director pastes values into the JSON of the template as text: a quote would change the document.
fn check(placeholder: &str, value: &str) -> Result<(), Problem> {
    let refuse =
        |rule: String| Err(Problem::invalid(format!("{placeholder}: {rule}.")).action(ErrorAction::CorrectInput));
    if value.chars().count() > LONGEST {
        return refuse(format!("at most {LONGEST} characters"));
    }
    if value.contains(['"', '\\']) || value.chars().any(char::is_control) {
        return refuse("no quotation marks, backslashes or line breaks: Compass can't take them in a template".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_would_change_the_document_is_not_sent() {
        for fine in ["", "shop", "Müller & Söhne {x}", &"ü".repeat(128)] {
            assert!(check("name", fine).is_ok(), "{fine}");
        }
        for odd in ["\",\"x\":\"", "a\\", "a\nb", &"x".repeat(129)] {
            assert!(check("name", odd).unwrap_err().message.starts_with("name: "), "{odd}");
        }
    }
}
