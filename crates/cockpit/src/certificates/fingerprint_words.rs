//! A fingerprint as words that can be read out on the phone: the PGP word list (Juola and Zimmermann, 1996), two
//! lists of 256 words that take turns, so that a word left out or swapped with its neighbour is heard.

/// Line `n` has the two words for the byte `n`: at even places, at odd places.
const WORDS: &str = include_str!("../../words/pgp.txt");

/// How many bytes become words. Sixteen words are 128 bits: nobody finds a second certificate that starts alike, and
/// a person still listens. All 32 bytes stand beside them in hexadecimal.
const BYTES: usize = 16;

/// The first sixteen bytes of a fingerprint in hexadecimal digits; empty where it is none.
pub(crate) fn fingerprint_words(hex: &str) -> String {
    let table: Vec<_> = WORDS.lines().filter_map(|line| line.split_once(' ')).collect();
    let digits: Vec<_> = hex.chars().filter(char::is_ascii_hexdigit).take(2 * BYTES).collect();
    let bytes = digits.chunks(2).filter_map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok());
    let words = bytes.enumerate().filter_map(|(place, byte)| {
        let (even, odd) = table.get(usize::from(byte))?;
        Some(if place % 2 == 0 { *even } else { *odd })
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_byte_has_a_word_at_even_and_one_at_odd_places() {
        let words: BTreeSet<_> = WORDS.split_whitespace().collect();
        assert_eq!((WORDS.lines().count(), words.len()), (256, 512));
        // The example that is known from the list's own paper.
        assert_eq!(
            fingerprint_words("E58294F2E9A227486E8B061B31CC528FD7FA3F19"),
            "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado \
             chatter revolver Dupont midsummer"
        );
        assert_eq!(fingerprint_words("00:ff"), "aardvark Yucatan");
        assert_eq!(fingerprint_words("not a fingerprint at all").matches(' ').count(), 2, "hexadecimal digits only");
    }
}
