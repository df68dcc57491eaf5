//! Bringing a CA from elsewhere. The files are chosen in a dialog of the desktop and go straight to the Connector: a
//! private key is never in the page, in a log, or in what is answered.

use std::{fs, io::Read as _, path::Path};

use keys::CaMaterial;
use pairing::{ErrorCode, Secret};

use super::changes::check_overlap;
use crate::{
    Cockpit, Problem,
    calls::{AuthorityView, CallContext, ImportAuthority, SecretText},
};

/// A certificate, its chain, a key, and one to spare.
const MOST_FILES: usize = 4;
/// Of one file; a chain with its key has a few kibibytes.
const MOST_BYTES: u64 = 1 << 20;

impl Cockpit {
    pub(crate) async fn import_authority(
        &self,
        call: CallContext,
        input: ImportAuthority,
    ) -> Result<Option<AuthorityView>, Problem> {
        check_overlap(input.old_trusted_for_seconds)?;
        // Nobody should choose files for a server that is not there.
        let session = self.authority_session(call)?;
        let chosen = self.desktop.choose_open_paths("Choose the certificate and the key of the CA".into()).await;
        if chosen.is_empty() {
            return Ok(None);
        }
        let passphrase = input.passphrase.map(SecretText::into_inner).filter(|typed| !typed.expose().is_empty());
        let texts = tokio::task::spawn_blocking({
            let passphrase = passphrase.clone();
            move || read_material(&chosen, passphrase.as_ref())
        });
        let texts = texts.await.unwrap_or_else(|_| Err(Problem::invalid("The files could not be read.")))?;
        let view = session.import(&texts, passphrase.as_ref(), input.old_trusted_for_seconds).await?;
        tracing::info!("certificate authority imported");
        self.renew_trust().await;
        Ok(Some(self.seen(view)))
    }
}

/// The content of the files, once it is known that a CA and its key are in them: what is wrong is said before anything
/// is sent.
fn read_material(files: &[impl AsRef<Path>], passphrase: Option<&Secret>) -> Result<Vec<Secret>, Problem> {
    if files.len() > MOST_FILES {
        return Err(Problem::invalid(format!("At most {MOST_FILES} files can be chosen.")));
    }
    let texts: Vec<_> = files.iter().map(|file| read_text(file.as_ref())).collect::<Result<_, _>>()?;
    let bytes: Vec<_> = texts.iter().map(|text| text.expose().as_bytes()).collect();
    match CaMaterial::read(&bytes, passphrase) {
        Ok(_) => Ok(texts),
        Err(fault) => Err(Problem::invalid(fault.to_string())
            .hint("Choose the CA's certificate and its private key together; nothing was changed.")),
    }
}

fn read_text(file: &Path) -> Result<Secret, Problem> {
    let unread = |cause: std::io::Error| {
        Problem::new(ErrorCode::InvalidData, format!("{} could not be read.", file.display()))
            .hint("Choose another file.")
            .detail(cause.to_string())
    };
    let mut text = String::new();
    let opened = fs::File::open(file).map_err(unread)?;
    let read = opened.take(MOST_BYTES + 1).read_to_string(&mut text);
    let text = Secret::new(text);
    match read {
        Err(cause) if cause.kind() == std::io::ErrorKind::InvalidData => {
            Err(Problem::invalid(format!("{} is not a text with BEGIN and END lines (PEM).", file.display())).hint(
                "Make one of it: openssl x509 -in FILE -out ca.pem, openssl pkey -in FILE -out key.pem, or openssl \
                 pkcs12 -in FILE -out all.pem",
            ))
        }
        Err(cause) => Err(unread(cause)),
        Ok(bytes) if bytes as u64 > MOST_BYTES => {
            Err(Problem::invalid(format!("{} is larger than 1 MiB.", file.display())))
        }
        Ok(_) => Ok(text),
    }
}
