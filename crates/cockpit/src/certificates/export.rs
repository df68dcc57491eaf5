//! Taking certificates out of here: files in the forms that other programs take, the clipboard, the calendar.

use pairing::{ErrorCode, Moment, Secret};
use rustls::pki_types::CertificateDer;

use super::{
    calendar::{Entry, calendar},
    decoded::certificates_in,
    inventory::Inventory,
    wire::One,
};
use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, CertificateCopyForm, CopyCertificate, CopyOutcome, ExportCertificate, ExportForm, Nothing, Saved,
        SecretText,
    },
    https,
    recipes::file_name,
};

/// More entries than this make a calendar useless, and most calendars refuse them.
const MOST_ENTRIES: usize = 10_000;

impl Cockpit {
    pub(crate) async fn export_certificate(
        &self,
        call: CallContext,
        input: ExportCertificate,
    ) -> Result<Saved, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let found = inventory.one(&input.fingerprint).await?;
        let start = file_name(found.certificate.spoken_name());
        let (name, content) = match input.form {
            ExportForm::Pem => (format!("{start}.crt"), found.pem.into_bytes()),
            ExportForm::Chain => (format!("{start}-chain.pem"), found.chain_pem.into_bytes()),
            ExportForm::Der => {
                let first = certificates_in(&found.pem).into_iter().next();
                (format!("{start}.der"), first.ok_or_else(unreadable)?)
            }
            ExportForm::Pkcs12 => {
                let passphrase = input.passphrase.map(SecretText::into_inner).unwrap_or_else(|| Secret::new(""));
                let sealed = tokio::task::spawn_blocking(move || pkcs12(&found, &passphrase)).await;
                (format!("{start}.p12"), sealed.unwrap_or_else(|_| Err(unreadable()))?)
            }
            ExportForm::Calendar => {
                let entry = entry(&found.certificate)?;
                let now = Moment::parse(&found.now).unwrap_or_else(https::local_time);
                (format!("{start}-expiry.ics"), calendar(&[entry], &self.settings().notify_days, now).into_bytes())
            }
        };
        self.save_where_chosen("Save the certificate", name, content).await
    }

    pub(crate) async fn export_calendar(&self, call: CallContext, _: Nothing) -> Result<Saved, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let (entries, now) = entries(&inventory).await?;
        if entries.is_empty() {
            return Err(Problem::new(ErrorCode::InvalidOperation, "No certificate is current, so none expires.")
                .hint("Certificates appear here when an application finishes pairing."));
        }
        let content = calendar(&entries, &self.settings().notify_days, now);
        self.save_where_chosen("Save the calendar", "certificates.ics".into(), content).await
    }

    pub(crate) async fn copy_certificate(
        &self,
        call: CallContext,
        input: CopyCertificate,
    ) -> Result<CopyOutcome, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let found = inventory.one(&input.fingerprint).await?;
        let text = match input.form {
            CertificateCopyForm::Pem => found.pem,
            CertificateCopyForm::Chain => found.chain_pem,
        };
        Ok(self.copy_text(text).await)
    }
}

async fn entries(inventory: &Inventory) -> Result<(Vec<Entry>, Moment), Problem> {
    let mut entries = Vec::new();
    let mut after = None;
    loop {
        let page = inventory.next_to_expire(after.as_deref()).await?;
        let now = Moment::parse(&page.now).unwrap_or_else(https::local_time);
        for certificate in &page.certificates {
            entries.push(entry(certificate)?);
        }
        if entries.len() > MOST_ENTRIES {
            return Err(Problem::new(
                ErrorCode::InvalidOperation,
                format!("There are more than {MOST_ENTRIES} current certificates, too many for a calendar."),
            )
            .hint("Export the calendar entries of single certificates."));
        }
        after = page.end_cursor;
        if !page.has_next_page || after.is_none() {
            return Ok((entries, now));
        }
    }
}

fn entry(certificate: &super::Certificate) -> Result<Entry, Problem> {
    Ok(Entry {
        id: certificate.fingerprint.clone(),
        name: certificate.spoken_name().to_owned(),
        common_name: certificate.common_name().to_owned(),
        at: Moment::parse(&certificate.not_after).ok_or_else(unreadable)?,
    })
}

/// The chain without a key: this program has none.
fn pkcs12(found: &One, passphrase: &Secret) -> Result<Vec<u8>, Problem> {
    let chain: Vec<_> = certificates_in(&found.chain_pem).into_iter().map(CertificateDer::from).collect();
    keys::pkcs12::certificates(&chain, found.certificate.spoken_name(), passphrase).map_err(|fault| {
        Problem::invalid(fault.to_string()).hint("Choose another passphrase, or export the chain as PEM.")
    })
}

fn unreadable() -> Problem {
    Problem::new(ErrorCode::Protocol, "The inventory sent a certificate that can't be read.")
        .hint("Report this with the correlation id.")
}
