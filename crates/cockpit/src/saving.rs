//! Saving a file where the person chooses.

use std::io;

use pairing::ErrorCode;

use crate::{Cockpit, Problem, calls::Saved, private_file};

impl Cockpit {
    /// Asks where to, under a title that says what, and writes the file readable only by its owner, completely or not at all.
    ///
    /// # Errors
    /// It could not be written.
    pub(crate) async fn save_where_chosen(
        &self,
        title: &str,
        suggested_name: String,
        content: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Saved, Problem> {
        let Some(path) = self.desktop.choose_where_to_save(title.to_owned(), suggested_name).await else {
            return Ok(Saved { saved_to: None });
        };
        let target = path.clone();
        let written = tokio::task::spawn_blocking(move || private_file::write(&target, content.as_ref())).await;
        written.unwrap_or_else(|cause| Err(io::Error::other(cause))).map_err(|cause| {
            Problem::new(ErrorCode::FileNotWritten, format!("{} could not be written.", path.display()))
                .hint("Choose another folder.")
                .detail(cause.to_string())
        })?;
        Ok(Saved { saved_to: Some(path.display().to_string()) })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use super::*;
    use crate::{CockpitSetup, desktop::tests::BareDesktop};

    #[tokio::test]
    async fn a_file_is_saved_where_it_was_chosen_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let cockpit = |save_into| {
            let desktop = Arc::new(BareDesktop { save_into });
            let (version, data_dir, settings_dir) = ("0".into(), folder.path().into(), folder.path().into());
            Cockpit::new(CockpitSetup { version, data_dir, settings_dir, desktop })
        };
        let save = async |into| cockpit(into).save_where_chosen("Save", "a.pem".into(), b"pem".to_vec()).await;
        assert_eq!(save(None).await.unwrap().saved_to, None);
        let saved = save(Some(folder.path().into())).await.unwrap().saved_to.unwrap();
        assert_eq!(fs::read(saved).unwrap(), b"pem");
        let refused = save(Some(folder.path().join("nowhere"))).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::FileNotWritten);
    }
}
