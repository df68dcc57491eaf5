//! environments.json in the settings folder. Every change reads it again and replaces it whole, so that two windows do not
//! lose each other's. One that cannot be read is put aside, never overwritten.

mod content;
mod record;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::SystemTime,
};

use pairing::ErrorCode;
use serde::Deserialize;

use crate::{Problem, calls::ErrorAction, cockpit::lock, private_file};
pub(super) use content::Content;
use content::{LocalLook, Stored};
pub(super) use record::Record;

const VERSION: u32 = 1;
/// More than anybody administrates; a larger file is not ours.
const LARGEST_FILE: u64 = 8 << 20;

/// When the file was written last, and how long it is.
pub(super) type Stamp = (SystemTime, u64);

#[derive(Clone, Debug)]
pub(super) struct EnvironmentsFile {
    path: PathBuf,
    /// What a person should know about the file, found while the program runs; each once.
    notices: Arc<Mutex<Vec<String>>>,
}

impl EnvironmentsFile {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("environments.json"), notices: Arc::default() }
    }

    pub(super) fn notices(&self) -> Vec<String> {
        lock(&self.notices).clone()
    }

    fn notice(&self, sentence: String) {
        let mut notices = lock(&self.notices);
        if !notices.contains(&sentence) {
            tracing::warn!("{sentence}");
            notices.push(sentence);
        }
    }

    /// What is in the file, and a sentence when not all of it could be used.
    pub(super) fn load(&self) -> (Content, Option<String>) {
        // Another window may be mending the file that looked damaged; where no lock can be had, nothing can be mended either.
        let first = self.read();
        let _lock = matches!(first, Err(Unusable::Damaged)).then(|| self.lock().ok());
        let read = if matches!(first, Err(Unusable::Damaged)) { self.read() } else { first };
        let unusable = match read {
            Ok(content) => {
                let content = content.unwrap_or_default();
                let warning = content.unusable(&self.path);
                return (content, warning);
            }
            Err(unusable) => unusable,
        };
        let path = self.path.display();
        let local = self.bytes().ok().flatten().map_or(LocalLook::CAUTIOUS, |bytes| LocalLook::salvaged(&bytes));
        let warning = match unusable {
            Unusable::Unreadable(cause) => format!("The environments in {path} can't be read: {cause}."),
            Unusable::Newer => {
                format!(
                    "The environments in {path} were saved by a newer version of this program; they stay as they are."
                )
            }
            Unusable::Damaged => match self.put_aside() {
                Ok(aside) => format!(
                    "The environments in {path} were damaged. The file is kept as {}; set the environments up again, or mend it and put it back.",
                    aside.display()
                ),
                Err(cause) => format!("The environments in {path} are damaged and stay as they are: {cause}."),
            },
        };
        (Content { local, ..Content::default() }, Some(warning))
    }

    /// What is in the file, if it is there and can be read, and when it was written.
    pub(super) fn peek(&self) -> Option<(Content, Option<Stamp>)> {
        let stamp = self.stamp();
        let content = self.read().ok()??;
        content.unusable(&self.path).into_iter().for_each(|sentence| self.notice(sentence));
        Some((content, stamp))
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Changes what is in the file by now; `known` is what was in it before: it is written back where the file was damaged
    /// or removed meanwhile.
    ///
    /// # Errors
    /// What `change` says, or the file cannot be written, or could not be read again.
    pub(super) fn change<T>(
        &self,
        known: Content,
        change: impl FnOnce(&mut Content) -> Result<T, Problem>,
    ) -> Result<(Content, T), Problem> {
        let _lock = self.lock().map_err(|cause| self.unwritten(&cause.to_string()))?;
        let mut is_damaged = false;
        let mut content = match self.read() {
            Ok(content) => content.unwrap_or(known),
            Err(Unusable::Damaged) => {
                is_damaged = true;
                known
            }
            Err(Unusable::Newer) => {
                return Err(Problem::new(
                    ErrorCode::NewerData,
                    "A newer version of this program has saved the environments.",
                )
                .hint("Change them with that version, or export them there and import them here."));
            }
            Err(Unusable::Unreadable(cause)) => return Err(self.unwritten(&cause.to_string())),
        };
        let outcome = change(&mut content)?;
        content.version = VERSION;
        let json = Self::stored(&content).map_err(|cause| self.unwritten(&cause.to_string()))?;
        if json.len() as u64 > LARGEST_FILE {
            return Err(Problem::invalid("The environments would take more than 8 MiB; nothing was saved.")
                .hint("Each has its CA with it. Remove environments that nobody needs, or choose smaller CA files.")
                .action(ErrorAction::CorrectInput));
        }
        if is_damaged {
            let aside = self.put_aside().map_err(|cause| self.unwritten(&cause.to_string()))?;
            self.notice(format!(
                "The environments in {} were damaged while the program was running, and were written again as it knew them. The damaged file is kept as {}.",
                self.path.display(),
                aside.display()
            ));
        }
        private_file::write(&self.path, &json).map_err(|cause| self.unwritten(&cause.to_string()))?;
        Ok((content, outcome))
    }

    /// `None`: there is no file.
    fn read(&self) -> Result<Option<Content>, Unusable> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Some(bytes) = self.bytes().map_err(Unusable::Unreadable)? else { return Ok(None) };
        match serde_json::from_slice::<Versioned>(&bytes) {
            Ok(Versioned { version }) if version > VERSION => return Err(Unusable::Newer),
            Ok(_) => {}
            Err(_) => return Err(Unusable::Damaged),
        }
        let stored: Stored = serde_json::from_slice(&bytes).map_err(|_| Unusable::Damaged)?;
        Ok(Some(stored.into()))
    }

    /// None of a file that is too large to be ours; `None`: there is no file.
    fn bytes(&self) -> io::Result<Option<Vec<u8>>> {
        let size = fs::metadata(&self.path).map(|metadata| metadata.len());
        let read = size.and_then(|size| if size > LARGEST_FILE { Ok(Vec::new()) } else { fs::read(&self.path) });
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    fn stored(content: &Content) -> serde_json::Result<Vec<u8>> {
        let environments = content.environments.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
        let unusable = content.unusable.iter().map(|unused| unused.stored.clone());
        let stored = Stored {
            version: content.version,
            in_force: content.in_force.clone(),
            local: Some(serde_json::to_value(content.local)?),
            environments: environments.into_iter().chain(unusable).collect(),
        };
        serde_json::to_vec_pretty(&stored)
    }

    /// Held by one window at a time, from reading to writing. Empty, and left where it is.
    fn lock(&self) -> io::Result<fs::File> {
        self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let lock = fs::OpenOptions::new().create(true).append(true).open(self.path.with_extension("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn put_aside(&self) -> io::Result<PathBuf> {
        let aside = (1..1000)
            .map(|number| self.path.with_extension(format!("damaged-{number}.json")))
            .find(|aside| !aside.exists())
            .ok_or_else(|| io::Error::other("there are too many damaged ones already"))?;
        fs::rename(&self.path, &aside)?;
        Ok(aside)
    }

    fn unwritten(&self, cause: &str) -> Problem {
        Problem::new(ErrorCode::FileNotWritten, "The environments could not be saved.")
            .hint("Check the free space and the rights of the folder.")
            .detail(format!("{}: {cause}", self.path.display()))
    }
}

enum Unusable {
    Damaged,
    Newer,
    Unreadable(io::Error),
}
