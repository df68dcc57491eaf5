//! Revoking certificates as the administrator. Nothing happens before the right name was typed.

use super::browsing::detail;
use crate::{
    Cockpit, Problem,
    calls::{CallContext, CertificateDetail, RevokeCertificate, RevokeOwnerCertificates, RevokedCertificates},
};

impl Cockpit {
    pub(crate) async fn revoke_certificate(
        &self,
        call: CallContext,
        input: RevokeCertificate,
    ) -> Result<CertificateDetail, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let found = inventory.one(&input.fingerprint).await?;
        check_name(&input.confirm_name, found.certificate.spoken_name())?;
        inventory.revoke(&input.fingerprint, input.reason, note(input.note.as_deref())).await?;
        tracing::info!(fingerprint = &*input.fingerprint, reason = ?input.reason, "certificate revoked");
        let revoked = inventory.one(&input.fingerprint).await?;
        detail(&inventory, revoked).await
    }

    pub(crate) async fn revoke_owner_certificates(
        &self,
        call: CallContext,
        input: RevokeOwnerCertificates,
    ) -> Result<RevokedCertificates, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let certificates = inventory.of_owner(&input.owner_id).await?;
        let Some(one) = certificates.first() else { return Ok(RevokedCertificates { revoked: 0 }) };
        check_name(&input.confirm_name, one.owner_name())?;
        let revoked = inventory.revoke_owner(&input.owner_id, input.reason, note(input.note.as_deref())).await?;
        tracing::info!(owner_id = &*input.owner_id, revoked, reason = ?input.reason, "certificates of an owner revoked");
        Ok(RevokedCertificates { revoked })
    }
}

fn note(typed: Option<&str>) -> Option<&str> {
    typed.map(str::trim).filter(|note| !note.is_empty())
}

fn check_name(typed: &str, expected: &str) -> Result<(), Problem> {
    if typed == expected {
        return Ok(());
    }
    Err(Problem::invalid("What was typed is not the holder's name; nothing was revoked.")
        .hint("Type it exactly as it is shown, with capitals."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_repeated_exactly() {
        check_name("crm-europe", "crm-europe").unwrap();
        for typed in ["", "CRM-Europe", "crm-europe "] {
            assert!(check_name(typed, "crm-europe").unwrap_err().message.contains("nothing was revoked"));
        }
        assert_eq!(note(Some("  ")), None);
    }
}
