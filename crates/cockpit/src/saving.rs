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
