//! Which protection of the CA key a person chose, for each data directory: one small JSON file beside the settings. A
//! choice for one directory says nothing about another. A passphrase is never in it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{calls::CaKeyProtection, private_file};

#[derive(Clone, Debug)]
pub(crate) struct CaKeyChoices {
    path: PathBuf,
}

impl CaKeyChoices {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("ca-key-protection.json") }
    }

    /// `None`: nobody chose, or the file cannot be read; then the server decides, and asks where it must.
    pub(crate) fn of(&self, data_dir: &Path) -> Option<CaKeyProtection> {
        self.load().remove(&absolute(data_dir))
    }

    /// # Errors
    /// The file could not be written.
    pub(crate) fn remember(&self, data_dir: &Path, choice: CaKeyProtection) -> io::Result<()> {
        let mut choices = self.load();
        if choices.insert(absolute(data_dir), choice) == Some(choice) {
            return Ok(());
        }
        let json = serde_json::to_vec_pretty(&choices).map_err(io::Error::other)?;
        self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
        private_file::write(&self.path, &json)
    }

    fn load(&self) -> BTreeMap<String, CaKeyProtection> {
        fs::read(&self.path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

fn absolute(data_dir: &Path) -> String {
    std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned()).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_data_directory_has_its_own_choice() {
        let folder = tempfile::tempdir().unwrap();
        let choices = CaKeyChoices::in_folder(&folder.path().join("deep"));
        assert_eq!(choices.of(Path::new("/a")), None);
        choices.remember(Path::new("/a"), CaKeyProtection::Plain).unwrap();
        choices.remember(Path::new("/b"), CaKeyProtection::Keyring).unwrap();
        assert_eq!(choices.of(Path::new("/a")), Some(CaKeyProtection::Plain));
        assert_eq!(choices.of(Path::new("/b")), Some(CaKeyProtection::Keyring));
        fs::write(&choices.path, "{").unwrap();
        assert_eq!(choices.of(Path::new("/a")), None, "damaged: ask again");
    }
}
