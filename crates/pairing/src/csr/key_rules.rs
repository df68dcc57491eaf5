//! Which of the safe keys an administrator allows.

use std::ops::RangeInclusive;

use super::{KeyDescription, KeyRefusal};

/// A choice among the keys that are safe at all: RSA of 2048 to 4096 bits, P-256, P-384.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRules {
    pub rsa_bits: RangeInclusive<u32>,
    pub p256: bool,
    pub p384: bool,
}

impl Default for KeyRules {
    /// All of them.
    fn default() -> Self {
        Self { rsa_bits: 2048..=4096, p256: true, p384: true }
    }
}

impl KeyRules {
    pub(super) fn allow(&self, key: KeyDescription) -> Result<(), KeyRefusal> {
        let allowed = match key {
            KeyDescription::Rsa { bits } => self.rsa_bits.contains(&bits),
            KeyDescription::EcP256 => self.p256,
            KeyDescription::EcP384 => self.p384,
        };
        if allowed { Ok(()) } else { Err(KeyRefusal::NotAllowed(key, self.expected())) }
    }

    /// For a sentence: `RSA with 2048 to 4096 bits, EC P-256 or EC P-384`.
    pub fn expected(&self) -> String {
        let (least, most) = (self.rsa_bits.start(), self.rsa_bits.end());
        let mut words = vec![if least == most {
            format!("RSA with {least} bits")
        } else {
            format!("RSA with {least} to {most} bits")
        }];
        words.extend(self.p256.then(|| "EC P-256".to_owned()));
        words.extend(self.p384.then(|| "EC P-384".to_owned()));
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_narrower_and_says_what_it_takes() {
        let rules = KeyRules { rsa_bits: 3072..=4096, p256: true, p384: false };
        assert!(rules.allow(KeyDescription::EcP256).is_ok());
        assert!(rules.allow(KeyDescription::Rsa { bits: 3072 }).is_ok());
        let refusal = rules.allow(KeyDescription::Rsa { bits: 2048 }).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "The key is RSA 2048, which this Connector does not take: expected RSA with 3072 to 4096 bits or EC P-256."
        );
        assert!(rules.allow(KeyDescription::EcP384).is_err());
        assert_eq!(KeyRules { rsa_bits: 2048..=2048, p256: false, p384: false }.expected(), "RSA with 2048 bits");
    }
}
