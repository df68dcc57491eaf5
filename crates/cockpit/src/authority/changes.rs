//! Rotating the authority, and ending the trust in an older one.

use crate::{
    Cockpit, Problem,
    calls::{AuthorityView, CallContext, RetireAuthority, RotateAuthority},
    console::About,
};

/// Longer than any CA lives; a number that is meant as milliseconds is noticed.
const LONGEST_OVERLAP: u32 = 10 * 366 * 24 * 3600;

impl Cockpit {
    pub(crate) async fn rotate_authority(
        &self,
        call: CallContext,
        input: RotateAuthority,
    ) -> Result<AuthorityView, Problem> {
        check_overlap(input.old_trusted_for_seconds)?;
        let session = self.authority_session(call)?;
        let view = session.rotate(input.key, input.old_trusted_for_seconds).await?;
        tracing::info!(key = ?input.key, "certificate authority rotated");
        self.renew_trust().await;
        Ok(self.seen(view))
    }

    pub(crate) async fn retire_authority(
        &self,
        call: CallContext,
        input: RetireAuthority,
    ) -> Result<AuthorityView, Problem> {
        let session = self.authority_session(call)?;
        let view = session.view().await?;
        let row = view.find(&input.fingerprint).ok_or_else(|| About::Authority.gone())?;
        if *input.confirm_name != *spoken_name(&row.subject) {
            return Err(Problem::invalid("What was typed is not the CA's name; nothing was retired.")
                .hint("Type its common name exactly as it is shown, with capitals."));
        }
        let view = session.retire(&input.fingerprint).await?;
        tracing::info!(fingerprint = &*input.fingerprint, "certificate authority retired");
        self.renew_trust().await;
        Ok(self.seen(view))
    }
}

pub(super) fn check_overlap(seconds: u32) -> Result<(), Problem> {
    if seconds > LONGEST_OVERLAP {
        return Err(Problem::invalid("The CA before can stay trusted for at most ten years."));
    }
    Ok(())
}

/// The common name of a subject that is written `O=…,CN=…`, else the whole of it.
fn spoken_name(subject: &str) -> &str {
    let name = subject.split(',').find_map(|part| part.trim().strip_prefix("CN="));
    name.filter(|name| !name.is_empty()).unwrap_or(subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_is_called_by_its_common_name() {
        assert_eq!(spoken_name("O=Org,CN=Local CA"), "Local CA");
        assert_eq!(spoken_name("CN=Local CA, O=Org"), "Local CA");
        assert_eq!(spoken_name("O=Org"), "O=Org");
    }

    #[test]
    fn an_overlap_in_milliseconds_is_noticed() {
        check_overlap(90 * 24 * 3600).unwrap();
        check_overlap(90 * 24 * 3600 * 100).unwrap_err();
    }
}
