//! The keys that sign access tokens. The present one is in a file readable by us alone; of earlier ones only the
//! public half is kept, until the last token they signed has expired.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use pairing::{Failure, Moment, SecretHash};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    StartError,
    data_dir::{refuse_loose_mode, write_private},
    hexadecimal::hexadecimal,
    store::access_token::RetiredKey,
};

const FILE: &str = "access-token-key.der";

/// A key that can sign.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(super) pair: Arc<EcdsaKeyPair>,
    pub(crate) public: PublicKey,
}

/// A key that can check.
#[derive(Clone)]
pub(crate) struct PublicKey {
    pub(crate) id: String,
    /// Uncompressed: 4, x, y.
    point: Vec<u8>,
    pub(super) decoding: DecodingKey,
    pub(crate) created_at: Moment,
    /// When it stopped signing, and when the last token it signed has expired.
    pub(crate) retired: Option<(Moment, Moment)>,
}

/// The present key and the ones before it. Replaced as a whole.
pub(crate) struct SigningKeys {
    pub(crate) present: SigningKey,
    pub(crate) retired: Vec<PublicKey>,
    /// RFC 7517, as served.
    pub(crate) key_set: Value,
}

impl SigningKey {
    /// Loads the key from the data directory, or makes it on the first start.
    pub(crate) fn open_or_create(dir: &Path, now: Moment) -> Result<Self, StartError> {
        let file = dir.join(FILE);
        let trouble = |cause: io::Error| StartError::DataDir { path: file.clone(), cause };
        let wrong = "it is not a P-256 key; delete it to get a new one (access tokens end with it)";
        match fs::read(&file) {
            Ok(bytes) => {
                refuse_loose_mode(&file, 0o600)?;
                let made = fs::metadata(&file).and_then(|file| file.modified()).map_err(trouble)?;
                let made = made.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis());
                let made = Moment::from_unix_millis(i64::try_from(made).unwrap_or(0));
                Self::read(&Zeroizing::new(bytes), made).map_err(|_| trouble(io::Error::other(wrong)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (bytes, key) = Self::generate(now).map_err(StartError::Other)?;
                write_private(&file, &bytes).map_err(trouble)?;
                Ok(key)
            }
            Err(error) => Err(trouble(error)),
        }
    }

    /// A new key and its PKCS#8.
    pub(super) fn generate(now: Moment) -> Result<(Zeroizing<Vec<u8>>, Self), Failure> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let bytes = Zeroizing::new(document.map_err(Failure::internal)?.as_ref().to_vec());
        let key = Self::read(&bytes, now)?;
        Ok((bytes, key))
    }

    fn read(pkcs8: &[u8], created_at: Moment) -> Result<Self, Failure> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(Failure::internal)?;
        let public = PublicKey::new(pair.public_key().as_ref().to_vec(), created_at, None);
        Ok(Self { pair: Arc::new(pair), public })
    }

    /// Replaces the file as a whole.
    pub(super) fn write(dir: &Path, pkcs8: &[u8]) -> io::Result<()> {
        let (new, file): (PathBuf, PathBuf) = (dir.join("access-token-key.der.new"), dir.join(FILE));
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        write_private(&new, pkcs8)?;
        fs::rename(&new, &file)?;
        fs::File::open(dir)?.sync_all()
    }
}

impl PublicKey {
    fn new(point: Vec<u8>, created_at: Moment, retired: Option<(Moment, Moment)>) -> Self {
        let digest = SecretHash::of(&point);
        let id = hexadecimal(&digest.as_bytes()[..8]);
        Self { id, decoding: DecodingKey::from_ec_der(&point), point, created_at, retired }
    }

    pub(super) fn of_row(row: &RetiredKey) -> Self {
        let at = Moment::from_unix_millis;
        let retired = Some((at(row.retired_at), at(row.expires_at)));
        Self::new(row.public_key.clone(), at(row.created_at), retired)
    }

    pub(super) fn row(&self, retired_at: Moment, expires_at: Moment) -> RetiredKey {
        RetiredKey {
            key_id: self.id.clone(),
            public_key: self.point.clone(),
            created_at: self.created_at.unix_millis(),
            retired_at: retired_at.unix_millis(),
            expires_at: expires_at.unix_millis(),
        }
    }

    /// RFC 7517 and RFC 7518 §6.2.1.
    fn jwk(&self) -> Value {
        let half = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&self.point[range]);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id,
            "x": half(1..33), "y": half(33..65),
        })
    }
}

impl SigningKeys {
    pub(super) fn new(present: SigningKey, retired: Vec<PublicKey>) -> Arc<Self> {
        // A crash between noting a key as retired and replacing its file leaves it in both places.
        let retired: Vec<_> = retired.into_iter().filter(|key| key.id != present.public.id).collect();
        let keys = std::iter::once(&present.public).chain(&retired).map(PublicKey::jwk).collect();
        let key_set = json!({ "keys": Value::Array(keys) });
        Arc::new(Self { present, retired, key_set })
    }

    pub(super) fn with_retired(&self, retired: Vec<PublicKey>) -> Arc<Self> {
        Self::new(self.present.clone(), retired)
    }

    pub(super) fn find(&self, id: &str, now: Moment) -> Option<&PublicKey> {
        let known = std::iter::once(&self.present.public).chain(&self.retired).find(|key| key.id == id);
        known.filter(|key| key.retired.is_none_or(|(_, expires_at)| expires_at > now))
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeys").field("present", &self.present.public.id).finish_non_exhaustive()
    }
}
