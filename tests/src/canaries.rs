//! Known secrets, and the search for them where they must not be: as they are, in base64 and in hex, also in the middle
//! of something else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// What must not turn up, and what it is.
#[derive(Debug, Default)]
pub struct Canaries(Vec<Canary>);

#[derive(Debug)]
struct Canary {
    what: &'static str,
    /// One letter per byte, so that text and binary content can be searched alike.
    forms: Vec<String>,
    /// The one file where it belongs.
    home: Option<PathBuf>,
}

impl Canaries {
    /// Remembers a secret text and hands it back.
    #[track_caller]
    pub fn add(&mut self, what: &'static str, secret: &str) -> String {
        // Percent-encoding changes the padding; what is left is nobody else's.
        let kept = secret.trim_end_matches('=');
        assert!(kept.len() > 20, "{what} is long enough to be told from other text");
        self.0.push(Canary { what, forms: forms(kept.as_bytes()), home: None });
        secret.to_owned()
    }

    /// Remembers the content of a file that holds nothing but one secret text.
    pub fn add_file(&mut self, what: &'static str, file: &Path) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.0.push(Canary { what, forms: forms(text.trim().as_bytes()), home: Some(file.to_owned()) });
    }

    /// Remembers the private half of a P-256 key in a PKCS#8 file, PEM or DER.
    pub fn add_key(&mut self, what: &'static str, file: &Path) {
        let content = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let der = if content.starts_with(b"-----") { crate::der(&crate::text(&content)) } else { content };
        // RFC 5915: version 1, then an octet string of 32.
        let begin = [2, 1, 1, 4, 32];
        let at = der.windows(begin.len()).position(|window| window == begin);
        let private = at.and_then(|at| der.get(at + begin.len()..at + begin.len() + 32));
        let private = private.unwrap_or_else(|| panic!("{} is a P-256 key", file.display()));
        self.0.push(Canary { what, forms: forms(private), home: Some(file.to_owned()) });
    }

    /// Fails with the first secret that is in `content`, and what is before it.
    #[track_caller]
    pub fn absent_from(&self, place: &str, content: &[u8]) {
        self.search(place, content, None);
    }

    /// Looks into every file below a folder, whatever it is, and returns how many there were.
    #[track_caller]
    pub fn absent_below(&self, folder: &Path) -> usize {
        let mut files = 0;
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            self.search("the name of a file", path.as_os_str().as_encoded_bytes(), None);
            if path.is_dir() {
                files += self.absent_below(&path);
            } else {
                let content = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                self.search(&path.display().to_string(), &content, Some(&path));
                files += 1;
            }
        }
        files
    }

    #[track_caller]
    fn search(&self, place: &str, content: &[u8], file: Option<&Path>) {
        let text = letters(content);
        for canary in self.0.iter().filter(|canary| file.is_none() || canary.home.as_deref() != file) {
            for form in &canary.forms {
                if let Some(at) = text.find(form.as_str()) {
                    let before: String = text[..at].chars().rev().take(300).collect();
                    panic!("{} is in {place}, after: {}", canary.what, before.chars().rev().collect::<String>());
                }
            }
        }
    }
}

/// As it is, in hex, and in base64 at each of the three places where it may begin within a group.
fn forms(secret: &[u8]) -> Vec<String> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![letters(secret), hex.to_uppercase(), hex];
    for (shift, skipped) in [(0, 0), (1, 2), (2, 3)] {
        let encoded = STANDARD_NO_PAD.encode([&vec![0; shift], secret].concat());
        // The last group depends on what follows.
        let form = encoded[skipped..encoded.len() - 4].to_owned();
        forms.push(form.replace('+', "-").replace('/', "_"));
        forms.push(form);
    }
    forms
}

fn letters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "correct-horse-battery-staple?>?>";

    fn finds(content: &[u8]) -> bool {
        let mut canaries = Canaries::default();
        canaries.add("it", SECRET);
        std::panic::catch_unwind(|| canaries.absent_from("here", content)).is_err()
    }

    #[test]
    fn every_form_is_found() {
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02X}")).collect();
        assert!(
            finds(format!("x{SECRET}y").as_bytes()) && finds(hex.as_bytes()) && finds(hex.to_lowercase().as_bytes())
        );
        for before in ["", "a", "ab", "abc", "id:"] {
            let encoded = crate::base64(format!("{before}{SECRET}after"));
            assert!(finds(encoded.as_bytes()), "{before}");
            assert!(finds(encoded.replace('/', "_").replace('+', "-").as_bytes()), "{before}");
        }
        assert!(finds(&[&[0xff, 0, 0xc3][..], SECRET.as_bytes(), &[0x80]].concat()), "between bytes that are no text");
        assert!(!finds(b"correct-horse-battery"));
    }
}
