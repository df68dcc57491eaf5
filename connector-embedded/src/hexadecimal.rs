//! Fingerprints and serial numbers as people read them.

/// Two small digits per byte, nothing between them.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hexadecimal`] wrote, or a person copied: large digits and colons between the bytes are fine.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
    if digits.len() % 2 == 1 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_people_copy_too() {
        assert_eq!(bytes(&hexadecimal(&[0, 10, 255])), Some(vec![0, 10, 255]));
        assert_eq!(bytes("0A:fF"), Some(vec![10, 255]));
        assert_eq!((bytes("abc"), bytes("0x0a"), bytes("ü")), (None, None, None));
    }
}
