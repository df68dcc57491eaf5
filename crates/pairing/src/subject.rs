//! The distinguished name that a certificate request must carry: five constants and a common name.

use thiserror::Error;

/// The five attributes that every client certificate of one Connector shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub organization: String,
    pub organizational_unit: String,
    pub locality: String,
    pub province: String,
    pub country: String,
}

/// Why a `--subject` was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SubjectError {
    #[error("\"{0}\" is not of the form NAME=value; write for example O=Org,OU=OrgUnit,L=locality,ST=province,C=DE")]
    Form(String),
    #[error("{0} is not one of O, OU, L, ST, C (the common name is set for each pairing)")]
    Attribute(String),
    #[error("{0} is given twice")]
    Twice(String),
    #[error("{0} is missing; all of O, OU, L, ST and C are needed")]
    Missing(&'static str),
    #[error(
        "{0}=\"{1}\" must be 1 to 64 characters without , + = / \" \\ or control characters, because clients split the subject at them"
    )]
    Value(&'static str, String),
    #[error("C=\"{0}\" must be a two-letter country code")]
    Country(String),
}

impl Default for Subject {
    /// The values of Compass' chart.
    fn default() -> Self {
        Self {
            organization: "Org".into(),
            organizational_unit: "OrgUnit".into(),
            locality: "locality".into(),
            province: "province".into(),
            country: "DE".into(),
        }
    }
}

impl Subject {
    /// Reads `O=…,OU=…,L=…,ST=…,C=…` in any order.
    ///
    /// # Errors
    /// The first thing that is wrong, in words.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        let mut found: [Option<String>; 5] = Default::default();
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or_else(|| SubjectError::Form(part.trim().to_owned()))?;
            let (name, value) = (name.trim().to_uppercase(), value.trim());
            let index =
                NAMES.iter().position(|known| *known == name).ok_or_else(|| SubjectError::Attribute(name.clone()))?;
            let forbidden = |c: char| matches!(c, '+' | '=' | '/' | '"' | '\\') || c.is_control();
            if value.is_empty() || value.chars().count() > 64 || value.contains(forbidden) {
                return Err(SubjectError::Value(NAMES[index], value.to_owned()));
            }
            if found[index].replace(value.to_owned()).is_some() {
                return Err(SubjectError::Twice(name));
            }
        }
        let [o, ou, l, st, c] = found;
        let country = c.ok_or(SubjectError::Missing("C"))?;
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(SubjectError::Country(country));
        }
        Ok(Self {
            organization: o.ok_or(SubjectError::Missing("O"))?,
            organizational_unit: ou.ok_or(SubjectError::Missing("OU"))?,
            locality: l.ok_or(SubjectError::Missing("L"))?,
            province: st.ok_or(SubjectError::Missing("ST"))?,
            country,
        })
    }

    /// The text that `configuration` hands out; official clients split it at `,` and `=`.
    pub fn with_common_name(&self, common_name: &str) -> String {
        let Self { organization: o, organizational_unit: ou, locality: l, province: st, country: c } = self;
        format!("O={o},OU={ou},L={l},ST={st},C={c},CN={common_name}")
    }
}

const NAMES: [&str; 5] = ["O", "OU", "L", "ST", "C"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_in_any_order_and_renders_in_the_order_of_compass() {
        let subject = Subject::parse("C=DE, ST=province ,L=locality,O=Org,OU=OrgUnit").unwrap();
        assert_eq!(subject, Subject::default());
        assert_eq!(subject.with_common_name("x"), "O=Org,OU=OrgUnit,L=locality,ST=province,C=DE,CN=x");
    }

    #[test]
    fn each_mistake_has_its_own_sentence() {
        let refused = |text: &str| Subject::parse(text).unwrap_err().to_string();
        assert!(refused("O=a,OU=b,L=c,ST=d").contains("C is missing"));
        assert!(refused("O=a,O=b").contains("twice"));
        assert!(refused("CN=a").contains("CN is not one of"));
        assert!(refused("Org").contains("NAME=value"));
        assert!(refused("O=a/b,OU=b,L=c,ST=d,C=DE").contains("O=\"a/b\""));
        assert!(refused("O=a,OU=b,L=c,ST=d,C=Germany").contains("two-letter"));
    }
}
