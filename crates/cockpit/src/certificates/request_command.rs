//! The openssl command that makes a request which the Connector signs.

use pairing::Subject;

use crate::recipes::shell_word;

pub(super) struct RequestCommand<'a> {
    pub(super) subject: Option<&'a Subject>,
    /// Where it is not known, the command has a variable of the shell in its place.
    pub(super) common_name: Option<&'a str>,
    /// For a new key.
    pub(super) rsa_bits: u32,
}

impl RequestCommand<'_> {
    /// With the key that is there.
    pub(super) fn with_present_key(&self) -> Option<String> {
        Some(format!("openssl req -new -sha256{} -key app.key -subj {} -out app.csr", self.utf8()?, self.subj()?))
    }

    pub(super) fn with_new_key(&self) -> Option<String> {
        Some(format!(
            "openssl req -new -sha256{} -newkey rsa:{} -nodes -keyout app.key -subj {} -out app.csr",
            self.utf8()?,
            self.rsa_bits,
            self.subj()?
        ))
    }

    /// One word of the shell: /O=…/OU=…/L=…/ST=…/C=…/CN=…
    fn subj(&self) -> Option<String> {
        let Subject { organization: o, organizational_unit: ou, locality: l, province: st, country: c } =
            self.subject?;
        // openssl splits at slashes and takes a plus for a part with several attributes.
        let value = |text: &str| text.replace('\\', "\\\\").replace('/', "\\/").replace('+', "\\+");
        let constants = format!("/O={}/OU={}/L={}/ST={}/C={}/CN=", value(o), value(ou), value(l), value(st), value(c));
        Some(match self.common_name {
            Some(name) => shell_word(&(constants + &value(name))),
            None => format!("{}\"$COMMON_NAME\"", shell_word(&constants)),
        })
    }

    fn utf8(&self) -> Option<&'static str> {
        Some(if self.subj()?.is_ascii() { "" } else { " -utf8" })
    }
}
