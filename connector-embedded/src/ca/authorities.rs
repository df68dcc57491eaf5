//! The authorities that count: the one that signs, and earlier ones for as long as their certificates are accepted.
//!
//! A change of authority overlaps: from the change on the new one signs; what the earlier one signed is accepted until
//! a day that the administrator chose. Until that day the server goes on showing a certificate of the earliest
//! authority that is still accepted, because that is the one all applications know.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;
use keys::CaMaterial;
use pairing::{ErrorCode, Failure, Moment};
use rustls_pki_types::CertificateDer;

use super::{
    Authority, KeyFiles,
    first_authority::{self, FirstAuthority, key_file_of},
    verifiable,
};
use crate::{CaKeyKind, StartError, data_dir::write_atomically, store::authority::AuthorityRow};

/// One authority, and for how long it counts.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) authority: Authority,
    pub(crate) active_since: Moment,
    /// `None` for the active one.
    pub(crate) trusted_until: Option<Moment>,
    /// By the administrator's word, whatever the clock says.
    pub(crate) retired: bool,
}

impl Member {
    /// Whether what it signed is accepted.
    pub(crate) fn counts(&self, now: Moment) -> bool {
        !self.retired && self.trusted_until.is_none_or(|until| until > now)
    }
}

/// The active one first, then the most recent; also those whose day has come. Whether one counts, its dates say.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    members: Vec<Member>,
}

/// See the module.
pub(crate) struct Authorities {
    keys: KeyFiles,
    /// Where `ca.pem` is.
    bundle: std::path::PathBuf,
    set: ArcSwap<Set>,
    /// Whose certificates the listeners show, where they are not our own: applications that know the central Connector's
    /// authority can reach its runtimes without being told of another one first.
    shown: Option<Arc<Self>>,
}

/// What takes over from the active authority.
#[derive(Debug)]
pub(crate) enum Successor {
    /// A new key.
    Made(CaKeyKind),
    /// Somebody's own.
    Imported(CaMaterial),
}

impl Authorities {
    /// Opens the authorities that the store knows; on the first start the one in the data directory, which is made
    /// where there is none. The row to be recorded comes back with it.
    ///
    /// # Errors
    /// A key or a certificate is missing, damaged, locked or belongs to another one. Nothing is ever overwritten.
    pub(crate) fn open(
        keys: KeyFiles,
        rows: &[AuthorityRow],
        kind: CaKeyKind,
        now: Moment,
        shown: Option<Arc<Self>>,
    ) -> Result<(Self, Option<AuthorityRow>), StartError> {
        let bundle = keys.path("ca.pem");
        let mut members = Vec::new();
        for row in rows {
            let until = row.trusted_until.map(Moment::from_unix_millis);
            // One whose day has come stays: whether it counts is asked every time, and a clock that was ahead for a
            // moment must not end it for good.
            // A retired one signs lists of what was revoked for as long as its certificate lives.
            let retired = row.state == "retired";
            let mut chain = vec![CertificateDer::from(row.certificate.clone())];
            chain.extend(split(&row.upper));
            let key = match keys.read(&row.key_file) {
                Ok(key) => key,
                Err(error) if retired || until.is_some_and(|until| until <= now) => {
                    tracing::warn!("an authority that has ended is left out: {error}");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let authority = Authority::new(chain, key).map_err(|cause| keys.unusable(cause))?;
            if authority.not_after() > now || !retired {
                let active_since = Moment::from_unix_millis(row.active_since);
                members.push(Member { authority, active_since, trusted_until: until, retired });
            }
        }
        let mut first = None;
        if members.is_empty() {
            let dir = bundle.parent().unwrap_or(&bundle);
            let FirstAuthority { chain, key, key_file, made_now } =
                FirstAuthority::open_or_create(dir, &keys, kind, now)?;
            let authority = Authority::new(chain, key).map_err(|cause| keys.unusable(cause))?;
            let since = if made_now { now } else { authority.not_before() };
            first = Some(row(&authority, key_file, !made_now && !is_ours(&authority), since));
            members.push(Member { authority, active_since: since, trusted_until: None, retired: false });
        }
        // Where the store was lost, the keys of earlier authorities look like nobody's.
        if !rows.is_empty() {
            keys.tidy(&rows.iter().map(|row| row.key_file.as_str()).collect::<Vec<_>>());
        }
        keys.settle();
        let authorities = Self { keys, bundle, set: ArcSwap::from_pointee(Set { members }), shown };
        authorities.write_bundle(now)?;
        Ok((authorities, first))
    }

    pub(crate) fn keys(&self) -> &KeyFiles {
        &self.keys
    }

    /// All of them; whether one counts, [`Member::counts`] says.
    pub(crate) fn set(&self) -> Arc<Set> {
        self.set.load_full()
    }

    /// The one that signs.
    pub(crate) fn active(&self) -> Authority {
        self.set.load().active().authority.clone()
    }

    /// Makes a successor and writes its key; it counts for nothing until [`Self::install`].
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] with what is wrong with the imported one, [`ErrorCode::InvalidOperation`] when it is
    /// the one that signs already; the key could not be written.
    pub(crate) fn prepare(&self, successor: Successor, now: Moment) -> Result<(Member, AuthorityRow), Failure> {
        let refused = |cause: String| Failure::new(ErrorCode::InvalidData, cause);
        let (chain, key, imported) = match successor {
            Successor::Made(kind) => {
                let key = first_authority::make_key(kind).map_err(Failure::internal)?;
                let certificate = first_authority::self_signed(&key, now).map_err(Failure::internal)?;
                (vec![certificate], key, false)
            }
            Successor::Imported(material) => {
                let key = first_authority::imported(&material.key)
                    .map_err(|cause| refused(format!("The private key {cause}.")))?;
                (material.chain, key, true)
            }
        };
        let key_file = chain.first().map(|certificate| key_file_of(certificate)).unwrap_or_default();
        let authority = Authority::new(chain, key)
            .map_err(|cause| refused(format!("This certificate authority cannot be used: {}.", spoken(cause))))?;
        // Before anything is written: its key is here already.
        if authority.fingerprint() == self.active().fingerprint() {
            let message = "This certificate authority is the one that signs already.";
            return Err(Failure::new(ErrorCode::InvalidOperation, message));
        }
        if authority.not_after() <= now || authority.not_before() > now {
            let (from, until) = (authority.not_before().rfc3339(), authority.not_after().rfc3339());
            return Err(refused(format!("This certificate authority is valid from {from} until {until}, not now.")));
        }
        verifiable::check(&authority, now).map_err(refused)?;
        self.keys.write(&key_file, authority.key()).map_err(|error| {
            if let StartError::DiskFull { .. } = error {
                let message = "The disk is full. Nothing was changed; free some space and try again.";
                return Failure::new(ErrorCode::StorageFull, message);
            }
            Failure::new(error.code(), error.to_string())
        })?;
        let row = row(&authority, key_file, imported, now);
        Ok((Member { authority, active_since: now, trusted_until: None, retired: false }, row))
    }

    /// The successor signs from now on; the one before is accepted until `old_until`, where that is still to come.
    pub(crate) fn install(&self, successor: Member, old_until: Moment, now: Moment) {
        let mut members = self.set().members.clone();
        for member in &mut members {
            if member.trusted_until.is_none() {
                member.trusted_until = Some(old_until);
                // Without an overlap it is retired and not only ended.
                member.retired = old_until <= now;
            }
        }
        let same = *successor.authority.fingerprint();
        members.retain(|member| *member.authority.fingerprint() != same);
        members.insert(0, successor);
        self.replace(members, now);
    }

    /// Nothing that an earlier authority signed counts any more.
    pub(crate) fn retire(&self, fingerprint: &[u8], now: Moment) {
        let mut members = self.set().members.clone();
        for member in &mut members {
            if member.trusted_until.is_some() && member.authority.fingerprint().as_slice() == fingerprint {
                member.retired = true;
            }
        }
        self.replace(members, now);
    }

    fn replace(&self, members: Vec<Member>, now: Moment) {
        self.set.store(Arc::new(Set { members }));
        // The change holds whatever becomes of the copy for others, which is tried again every second.
        if let Err(error) = self.write_bundle(now) {
            tracing::warn!("ca.pem could not be written and will be tried again: {error}");
        }
    }

    /// Whose certificates the listeners show.
    pub(crate) fn shown(&self) -> &Self {
        self.shown.as_deref().unwrap_or(self)
    }

    /// What verifies this server and every certificate that counts: the authority that signs, earlier ones, and those
    /// of the listeners.
    pub(crate) fn bundle_pem(&self, now: Moment) -> String {
        let own = self.set().bundle_pem(now);
        self.shown.as_ref().map_or(own.clone(), |shown| own + &shown.set().bundle_pem(now))
    }

    /// `ca.pem`: what verifies this server and every certificate that counts. Nothing happens while it is right.
    ///
    /// # Errors
    /// It could not be written.
    pub(crate) fn write_bundle(&self, now: Moment) -> Result<(), StartError> {
        let bundle = self.bundle_pem(now);
        match std::fs::read(&self.bundle) {
            Ok(present) if present == bundle.as_bytes() => return Ok(()),
            Ok(_) => tracing::info!(path = %self.bundle.display(), "written again with the authorities that count"),
            Err(_) => {}
        }
        write_atomically(&self.bundle, bundle.as_bytes(), 0o644)
            .map_err(|cause| StartError::DataDir { path: self.bundle.clone(), cause })
    }
}

/// Without the keys.
impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorities").field("set", &self.set()).finish_non_exhaustive()
    }
}

impl Set {
    pub(crate) fn active(&self) -> &Member {
        // Never empty: it begins with one, and the active one is never dropped.
        &self.members[0]
    }

    /// All of them, also those that do not count any more.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Those that count at this moment, the active one first.
    pub(crate) fn counting(&self, now: Moment) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.counts(now))
    }

    pub(crate) fn with(&self, fingerprint: &[u8]) -> Option<&Member> {
        self.members.iter().find(|member| member.authority.fingerprint().as_slice() == fingerprint)
    }

    /// Whether what this authority signed counts now.
    pub(crate) fn accepts(&self, issuer: &[u8], now: Moment) -> bool {
        self.with(issuer).is_some_and(|member| member.counts(now))
    }

    /// Whose certificate the server shows: the earliest that applications may still rely on.
    pub(crate) fn of_server(&self, now: Moment) -> &Authority {
        let counts = |member: &&Member| member.counts(now) && member.authority.not_after() > now;
        let earliest = self.members.iter().filter(counts).min_by_key(|member| member.active_since);
        &earliest.unwrap_or_else(|| self.active()).authority
    }

    /// The active authority with those above it, then the earlier ones.
    pub(crate) fn bundle_pem(&self, now: Moment) -> String {
        self.counting(now).map(|member| member.authority.certificate_pem()).collect()
    }
}

fn row(authority: &Authority, key_file: String, imported: bool, since: Moment) -> AuthorityRow {
    AuthorityRow {
        fingerprint: authority.fingerprint().to_vec(),
        certificate: authority.certificate_der().to_vec(),
        upper: authority.upper().iter().flat_map(|der| der.to_vec()).collect(),
        key_file,
        origin: if imported { "imported" } else { "created" }.into(),
        state: "active".into(),
        active_since: since.unix_millis(),
        trusted_until: None,
    }
}

/// Whether the certificate is one that this program makes.
fn is_ours(authority: &Authority) -> bool {
    const NAME: &[u8] = b"Pairing Cockpit Connector CA ";
    authority.certificate_der().windows(NAME.len()).any(|part| part == NAME)
}

/// DER after DER.
fn split(mut upper: &[u8]) -> Vec<CertificateDer<'static>> {
    use x509_parser::prelude::{FromDer as _, X509Certificate};
    let mut certificates = Vec::new();
    while let Ok((rest, _)) = X509Certificate::from_der(upper) {
        certificates.push(CertificateDer::from(upper[..upper.len() - rest.len()].to_vec()));
        upper = rest;
    }
    certificates
}

/// The sentences of [`Authority::new`] speak of files.
fn spoken(cause: &str) -> String {
    cause.replace("ca.pem and ca-key.pem", "the certificate and the key").replace("ca.pem", "the file")
}
