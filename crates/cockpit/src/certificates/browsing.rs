//! Looking at certificates: the list, one of them, and when what expires.

use pairing::{ErrorCode, Moment};

use super::{
    chain::chain,
    decoded::{Decoded, certificates_in},
    inventory::Inventory,
    sentences::sentences,
    wire::One,
};
use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, CertificateDetail, CertificatePage, CertificateRef, DarkAt, DarkOwners, ListCertificates, Nothing,
        Timeline,
    },
};

/// Page sizes that the inventory accepts.
const PAGE_SIZES: std::ops::RangeInclusive<u32> = 1..=1000;

impl Cockpit {
    pub(crate) async fn list_certificates(
        &self,
        call: CallContext,
        input: ListCertificates,
    ) -> Result<CertificatePage, Problem> {
        if !PAGE_SIZES.contains(&input.first) {
            return Err(Problem::invalid("A page has 1 to 1000 certificates."));
        }
        let (_, inventory) = self.inventory(call)?;
        let (page, thresholds) = tokio::join!(inventory.page(&input), inventory.thresholds());
        Ok(page?.into_page(thresholds))
    }

    pub(crate) async fn get_certificate(
        &self,
        call: CallContext,
        input: CertificateRef,
    ) -> Result<Option<CertificateDetail>, Problem> {
        let (_, inventory) = self.inventory(call)?;
        match inventory.one(&input.fingerprint).await {
            Ok(found) => detail(&inventory, found).await.map(Some),
            Err(problem) if problem.code == ErrorCode::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    pub(crate) async fn certificate_timeline(&self, call: CallContext, _: Nothing) -> Result<Timeline, Problem> {
        let (_, inventory) = self.inventory(call)?;
        inventory.timeline().await.map(Into::into)
    }

    pub(crate) async fn dark_owners(&self, call: CallContext, input: DarkAt) -> Result<DarkOwners, Problem> {
        if Moment::parse(&input.at).is_none() {
            return Err(Problem::invalid("This is not a time in the form 2027-03-03T00:00:00Z."));
        }
        let (_, inventory) = self.inventory(call)?;
        inventory.dark(&input.at).await.map(Into::into)
    }
}

/// One certificate with everything that can be read in it.
///
/// # Errors
/// What the inventory sent is no certificate.
pub(super) async fn detail(inventory: &Inventory, found: One) -> Result<CertificateDetail, Problem> {
    let authority = inventory.authority();
    let (thresholds, authority) = tokio::join!(inventory.thresholds(), authority.view());
    let unreadable = |cause: String| {
        Problem::new(ErrorCode::Protocol, "The inventory sent a certificate that can't be read.")
            .hint("Export it and look at it with openssl; report this with the details.")
            .detail(cause)
    };
    let ders = certificates_in(&found.chain_pem);
    let decoded: Vec<_> = ders.iter().map(|der| Decoded::read(der)).collect::<Result<_, _>>().map_err(unreadable)?;
    let Some(leaf) = decoded.first() else { return Err(unreadable("there is no certificate in it".into())) };
    let now = Moment::parse(&found.now).unwrap_or_else(crate::https::local_time);
    let chain = chain(&decoded, now);
    let (fields, extensions) = (leaf.fields(), leaf.extensions());
    let lineage: Vec<_> = found.lineage.into_iter().map(|line| line.into_row(thresholds, &found.now)).collect();
    let row = found.certificate.into_row(thresholds, &found.now);
    let (sentences, mut problems) = sentences(&row, leaf, &lineage, now);
    if authority.is_ok_and(|view| view.has_retired(&row.issuer)) {
        problems.push("Its CA was retired: no certificate of that one is accepted any more.".into());
    }
    for (position, link) in chain.iter().rev().enumerate() {
        // The page shows where in the chain; here it must be said.
        let place = if position == 0 { String::new() } else { format!("{}: ", link.subject) };
        let new = link.problems.iter().map(|problem| format!("{place}{problem}"));
        problems.extend(new.filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
    }
    Ok(CertificateDetail {
        row,
        sentences,
        chain,
        lineage,
        fields,
        extensions,
        problems,
        pem: found.pem,
        server_now: found.now,
    })
}
