//! The model of pairing: what an application, a one-time token, a client secret, pairing data and a
//! certificate request *are*, and the rules they must satisfy. No I/O, no clock, no HTTP, no SQL.
//!
//! Both sides of the product depend on this crate and on nothing of each other: `cockpit` (what the
//! administrator does) and `connector-embedded` (what answers). A rule that both need belongs here.
//!
//! ```
//! use pairing::{Moment, OneTimeToken, PairingData};
//!
//! let token = OneTimeToken::generate();
//! let now = Moment::from_unix_millis(1_720_089_840_000);
//! let data = PairingData::for_application(&token, "https://localhost:8443/connector/graphql", now, now.plus_seconds(300));
//! let pasted = data.raw_encoded();
//! assert_eq!(PairingData::parse(pasted.expose()).unwrap().token.expose(), token.expose());
//! ```

mod data;
mod error;
mod id;
mod label;
mod moment;
mod name;
mod secret;
mod subject;
mod token;

pub mod csr;
pub mod simulation;

pub use data::{PairingData, PairingDataError, TokenKind};
pub use error::{ErrorCode, Failure};
pub use id::{ApplicationId, SystemAuthId};
pub use label::{LabelError, LabelFilter, Wanted, check_label_key};
pub use moment::Moment;
pub use name::{check_application_name, normalize};
pub use secret::{Secret, SecretHash};
pub use subject::{Subject, SubjectError};
pub use token::{ClientSecret, OneTimeToken};
