//! Just enough DER to write what no tool at hand writes.

/// An element of its parts.
pub fn element(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let head = match length {
        0..=127 => vec![tag, u8::try_from(length).expect("a short length")],
        128..=255 => vec![tag, 0x81, u8::try_from(length).expect("a byte")],
        _ => [&[tag, 0x82][..], &u16::try_from(length).expect("two bytes").to_be_bytes()].concat(),
    };
    [head, content].concat()
}

pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
pub const BIT_STRING: u8 = 3;
pub const OCTET_STRING: u8 = 4;
pub const UTF8: u8 = 0x0C;
pub const PRINTABLE: u8 = 0x13;
pub const TELETEX: u8 = 0x14;
pub const IA5: u8 = 0x16;
pub const BMP: u8 = 0x1E;
