//! One file for each application, readable only by its owner. A file that somebody else made is never written over.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use pairing::Secret;

use crate::{private_file, recipes::file_name};

/// How many files may have the same name before the folder is somebody else's.
const MOST_ALIKE: u32 = 1000;

/// Enough to recognise an application by.
const LONGEST_NAME: usize = 100;

/// What a file of this application is called. A name that says little in the letters of a file name gets the beginning of
/// the id too.
fn base_name(name: &str, id: &str) -> String {
    let short: String = file_name(name).chars().take(LONGEST_NAME).collect();
    let is_told = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'));
    if is_told && name.len() <= LONGEST_NAME {
        return short;
    }
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    format!("{short}-{id}")
}

/// Writes the pairing data of one application, and tells where. `before` is the file of an earlier try, which is worthless.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn write(
    folder: &Path,
    (name, id): (&str, &str),
    before: Option<&Path>,
    data: &Secret,
) -> io::Result<PathBuf> {
    if let Some(before) = before.filter(|before| before.parent() == Some(folder)) {
        match fs::remove_file(before) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    let name = base_name(name, id);
    for number in 1..MOST_ALIKE {
        let ending = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{ending}.pairing-data"));
        match private_file::write_new(&path, data.expose().as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                // Half of a token helps nobody.
                let _ = fs::remove_file(&path);
                return Err(error);
            }
            Ok(()) => return Ok(path),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files have this name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_but_our_own() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, before: Option<&Path>, data| {
            write(folder.path(), (name, "0f5e2c7a-1111"), before, &Secret::new(data)).unwrap()
        };
        fs::write(folder.path().join("shop.pairing-data"), "theirs").unwrap();
        let first = write("shop", None, "one");
        assert_eq!(first.file_name().unwrap(), "shop-2.pairing-data");
        let again = write("shop", Some(&first), "two");
        assert_eq!((again.clone(), fs::read_to_string(&again).unwrap()), (first, "two".to_owned()));
        assert_eq!(fs::read_to_string(folder.path().join("shop.pairing-data")).unwrap(), "theirs");
        for foreign in ["商店", "Магазин"] {
            let path = write(foreign, None, "four");
            assert!(path.display().to_string().contains("0f5e2c7a"), "{}", path.display());
        }
        let long = write(&"x".repeat(300), None, "five");
        assert!(long.file_name().unwrap().len() < 150);
        let odd = write("../../etc/x", None, "three");
        assert_eq!(odd.parent(), Some(folder.path()));
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&odd).unwrap().permissions()) & 0o777, 0o600);
    }
}
