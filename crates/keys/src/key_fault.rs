//! Why there is no private key to be had from what was given, and what makes one of it.

use thiserror::Error;

/// Why a private key could not be read. The text is a plain sentence for the person who brought the file and never
/// repeats anything of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFault {
    #[error("There is no private key in it, neither as PEM (-----BEGIN PRIVATE KEY-----) nor as DER.")]
    NoKey,
    #[error("There are several private keys in it. Leave only the one that is wanted.")]
    SeveralKeys,
    #[error("It is larger than {LARGEST_KIB} KiB; files with private keys are not.")]
    TooLarge,
    #[error("The private key is cut off or damaged.")]
    Damaged,
    #[error("The private key is protected with a passphrase, and none was given.")]
    PassphraseMissing,
    #[error("The passphrase does not open the private key.")]
    PassphraseWrong,
    #[error(
        "The private key is protected in an old way (Proc-Type: 4,ENCRYPTED) that is easy to break. Make a new file of \
         it: openssl pkcs8 -topk8 -in old.pem -out new.pem"
    )]
    EncryptedPem,
    #[error(
        "The private key is encrypted with something else than AES. Make a new file of it: openssl pkcs8 -topk8 -in \
         old.pem -out new.pem"
    )]
    Encryption,
    #[error(
        "Opening the private key would take more time or memory than is sensible. Make a new file of it: openssl pkcs8 \
         -topk8 -scrypt -in old.pem -out new.pem"
    )]
    TooCostly,
    #[error(
        "This is a private key in OpenSSH's own form. Make another form of a copy of it: cp id_ecdsa new.pem && \
         ssh-keygen -p -m PKCS8 -f new.pem"
    )]
    OpenSsh,
    #[error(
        "This is a PKCS#12 file (.p12, .pfx). Take the key out of it: openssl pkcs12 -in file.p12 -nocerts -out key.pem \
         (for files of old programs with -legacy)"
    )]
    Pkcs12,
    #[error(
        "This is a Java key store. Make a PKCS#12 file of it, then take the key out: keytool -importkeystore \
         -srckeystore file.jks -destkeystore file.p12 -deststoretype PKCS12 && openssl pkcs12 -in file.p12 -nocerts \
         -out key.pem"
    )]
    JavaKeyStore,
    #[error(
        "This is a public key. The private key cannot be made from it; look for the file that it was made from: openssl \
         pkey -in private.pem -pubout"
    )]
    PublicKey,
    #[error(
        "This is a certificate. Its private key is in a file of its own, which has the same public key: openssl pkey \
         -in key.pem -pubout; openssl x509 -in certificate.pem -noout -pubkey"
    )]
    Certificate,
    #[error(
        "This is a certificate signing request. Its private key is in a file of its own, which has the same public \
         key: openssl pkey -in key.pem -pubout; openssl req -in request.pem -noout -pubkey"
    )]
    CertificateRequest,
    #[error(transparent)]
    Unsupported(#[from] UnsupportedKey),
}

/// A private key that was read and is of no use here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnsupportedKey {
    #[error(
        "The key is of type {0}, expected RSA, EC or Ed25519. Make a new one: openssl genpkey -algorithm EC -pkeyopt \
         ec_paramgen_curve:P-256 -out key.pem"
    )]
    Type(String),
    #[error("The key is on the curve {0}, expected P-256, P-384 or P-521.")]
    Curve(String),
    #[error(
        "The key spells its curve out instead of naming it. Make a new file of it: openssl pkey -in old.pem \
         -ec_param_enc named_curve -out new.pem"
    )]
    UnnamedCurve,
    #[error("The RSA key is not one of 2048 to 8192 bits, or its numbers do not belong together.")]
    Rsa,
    #[error("The numbers of the key do not belong together.")]
    Inconsistent,
}

/// The largest RSA key in PEM has 13 KiB; a bundle of a CA with its chain stays far below.
pub(crate) const LARGEST_KIB: usize = 1024;
