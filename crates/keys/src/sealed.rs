//! Files sealed with a passphrase: a tar archive inside of an age file. Whoever has lost this program opens it with two
//! others: `age --decrypt file.age | tar --extract`.

use std::{
    collections::BTreeSet,
    io::{self, Read, Write as _},
    iter,
};

use age::{DecryptError, Decryptor, Encryptor, scrypt, secrecy::SecretString};
use pairing::Secret;
use thiserror::Error;
use zeroize::Zeroizing;

/// scrypt with 256 MiB, which takes about a second: what the `age` program itself takes.
const WORK_FACTOR: u8 = 18;
/// 1 GiB and four seconds; with more, somebody else's file could keep a server busy.
const LARGEST_WORK_FACTOR: u8 = 20;
/// All of it is held in memory.
const LARGEST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// A file that is not compressed needs 512 bytes for each entry, but an entry needs more memory than that.
const MOST_ENTRIES: usize = 10_000;

/// A name and what is in the file of that name.
pub type File = (String, Zeroizing<Vec<u8>>);

/// Why something could not be sealed or opened. No sentence repeats what is inside.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealFault {
    #[error("This is not a file that was sealed with a passphrase (age-encryption.org/v1 with scrypt).")]
    NotSealed,
    #[error("The passphrase does not open the file.")]
    WrongPassphrase,
    #[error("The file is cut off, damaged, or was changed after it was sealed.")]
    Damaged,
    #[error("The file asks for more work than is sensible before it opens; we did not make it.")]
    TooCostly,
    #[error("There is more than {} GiB in it.", LARGEST_BYTES >> 30)]
    TooLarge,
    #[error("There is something else in it than up to {MOST_ENTRIES} files with plain names; we did not make it.")]
    Contents,
}

/// Seals the files. Their names have letters, digits, dots, hyphens and underscores, each is there once.
///
/// # Errors
/// [`SealFault::TooLarge`], and [`SealFault::Contents`] for a name that is not plain.
pub fn seal(files: &[File], passphrase: &Secret) -> Result<Vec<u8>, SealFault> {
    let size: u64 = files.iter().map(|(_, content)| content.len() as u64).sum();
    if size > LARGEST_BYTES {
        return Err(SealFault::TooLarge);
    }
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).filter(|name| is_plain(name)).collect();
    if names.len() != files.len() || files.len() > MOST_ENTRIES {
        return Err(SealFault::Contents);
    }
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.expose().to_owned()));
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .expect("one recipient that agrees with itself");
    Ok(write(encryptor, files).expect("writing to memory does not fail"))
}

fn write(encryptor: Encryptor, files: &[File]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(encryptor.wrap_output(Vec::new())?);
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o600);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content.as_slice())?;
    }
    let mut sealed = archive.into_inner()?;
    sealed.flush()?;
    sealed.finish()
}

/// The files in a sealed one, in their order.
///
/// # Errors
/// Why it does not open, or that it is not one of ours.
pub fn open(bytes: &[u8], passphrase: &Secret) -> Result<Vec<File>, SealFault> {
    // Nothing in it is compressed, so there is not more in it than there is of it.
    if bytes.len() as u64 > LARGEST_BYTES + LARGEST_BYTES / 8 {
        return Err(SealFault::TooLarge);
    }
    if !bytes.starts_with(b"age-encryption.org/v1\n") {
        return Err(SealFault::NotSealed);
    }
    let decryptor = Decryptor::new_buffered(bytes).map_err(|error| fault(&error))?;
    if !decryptor.is_scrypt() {
        return Err(SealFault::NotSealed);
    }
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.expose().to_owned()));
    identity.set_max_work_factor(LARGEST_WORK_FACTOR);
    let plain = decryptor.decrypt(iter::once(&identity as &dyn age::Identity)).map_err(|error| fault(&error))?;
    read(plain, bytes.len())
}

/// The size of the sealed file bounds that of each file in it.
fn read(plain: impl Read, sealed_size: usize) -> Result<Vec<File>, SealFault> {
    let mut archive = tar::Archive::new(plain);
    let mut files: Vec<File> = Vec::new();
    for entry in archive.entries().map_err(|_| SealFault::Damaged)? {
        let mut entry = entry.map_err(|error| unreadable(&error))?;
        let name = str::from_utf8(&entry.path_bytes()).map(str::to_owned).unwrap_or_default();
        let known = files.iter().any(|(other, _)| *other == name);
        // Nothing sparse, no links, no folders: those can be larger than they look or point elsewhere.
        if !entry.header().entry_type().is_file() || !is_plain(&name) || known || files.len() == MOST_ENTRIES {
            return Err(SealFault::Contents);
        }
        let size = usize::try_from(entry.size()).ok().filter(|size| *size <= sealed_size).ok_or(SealFault::Damaged)?;
        // At its full size from the start, so that growing leaves no copies behind.
        let mut content = Zeroizing::new(Vec::with_capacity(size + 1));
        entry.read_to_end(&mut content).map_err(|_| SealFault::Damaged)?;
        if content.len() != size {
            return Err(SealFault::Damaged);
        }
        files.push((name, content));
    }
    // Only at its end does an age file prove that it is whole.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|_| SealFault::Damaged)?;
    if files.is_empty() { Err(SealFault::Contents) } else { Ok(files) }
}

/// A name that is the same on every system, stays in its folder, and fits the oldest form of tar.
fn is_plain(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=100).contains(&name.len()) && !name.starts_with(['.', '-']) && name.bytes().all(allowed)
}

/// age reports a chunk that was changed or is missing as one of these two; what tar does not understand is of another
/// kind.
fn unreadable(error: &io::Error) -> SealFault {
    let damaged = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
    if damaged { SealFault::Damaged } else { SealFault::Contents }
}

fn fault(error: &DecryptError) -> SealFault {
    if matches!(error, DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) {
        SealFault::WrongPassphrase
    } else if matches!(error, DecryptError::ExcessiveWork { .. }) {
        SealFault::TooCostly
    } else {
        SealFault::Damaged
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    #[test]
    fn an_archive_that_somebody_else_packed_is_read_if_it_has_plain_files_only() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("target"), b"x").unwrap();
        let prepare = "ln -s target link; mkfifo pipe; mkdir folder; truncate --size=100G sparse; echo y > other";
        assert!(Command::new("sh").args(["-c", prepare]).current_dir(folder.path()).status().unwrap().success());
        let packed = |what: &str| {
            let tar =
                Command::new("tar").arg("--create").args(what.split(' ')).current_dir(folder.path()).output().unwrap();
            assert!(tar.status.success(), "{}", String::from_utf8_lossy(&tar.stderr));
            tar.stdout
        };
        let good = packed("target other");
        assert_eq!(read(&good[..], good.len()).unwrap().len(), 2);
        for what in ["link", "pipe", "folder", "./target", "--sparse sparse", "target target", "--files-from /dev/null"]
        {
            let archive = packed(what);
            assert_eq!(read(&archive[..], archive.len()), Err(SealFault::Contents), "{what}");
        }
        assert_eq!(read(&good[..512], good.len()), Err(SealFault::Damaged), "cut off");
        assert_eq!(read(&good[..], 0), Err(SealFault::Damaged), "larger than what it came from");
        assert_eq!(read(&[1; 5000][..], 5000), Err(SealFault::Contents), "no archive at all");
    }

    #[test]
    fn only_plain_names_are_plain() {
        for name in ["ca.key", "registry.sqlite3", "a", "A_b-1.json"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", ".ssh", "-rf", "a/b", "/etc", "a\\b", "a b", "ä", "C:", "a\0", &"a".repeat(101)] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
