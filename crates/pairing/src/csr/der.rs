//! DER elements one after the other, with nothing left over.

use x509_parser::asn1_rs::{Any, Class, FromDer as _, Oid, Tag};

/// The bytes are not the DER that was expected here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unexpected;

/// Reads the content of one constructed element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(content: &'a [u8]) -> Self {
        Self(content)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Any<'a>, Unexpected> {
        let (rest, element) = Any::from_der(self.0).map_err(|_| Unexpected)?;
        self.0 = rest;
        Ok(element)
    }

    /// The next element, which must be of a universal type.
    pub(super) fn element(&mut self, tag: Tag) -> Result<&'a [u8], Unexpected> {
        let element = self.any()?;
        if element.class() == Class::Universal && element.tag() == tag { Ok(element.data) } else { Err(Unexpected) }
    }

    pub(super) fn sequence(&mut self) -> Result<Self, Unexpected> {
        self.element(Tag::Sequence).map(Self)
    }

    /// The next sequence, with the bytes it is made of: header and content.
    pub(super) fn raw_sequence(&mut self) -> Result<(&'a [u8], Self), Unexpected> {
        let before = self.0;
        let content = self.sequence()?;
        Ok((&before[..before.len() - self.0.len()], content))
    }

    pub(super) fn oid(&mut self) -> Result<Oid<'a>, Unexpected> {
        self.element(Tag::Oid).map(|content| Oid::new(content.into()))
    }

    /// A bit string of whole bytes.
    pub(super) fn bytes_of_bits(&mut self) -> Result<&'a [u8], Unexpected> {
        match self.element(Tag::BitString)? {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(Unexpected),
        }
    }

    /// A positive integer, big-endian, without the sign byte.
    pub(super) fn positive(&mut self) -> Result<&'a [u8], Unexpected> {
        match self.element(Tag::Integer)? {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Ok(rest),
            number @ [1..0x80, ..] => Ok(number),
            _ => Err(Unexpected),
        }
    }

    pub(super) fn end(self) -> Result<(), Unexpected> {
        if self.0.is_empty() { Ok(()) } else { Err(Unexpected) }
    }
}

/// An object identifier for a sentence: in dots, and not longer than anyone reads.
pub(super) fn dotted(oid: &Oid<'_>) -> String {
    let mut text = oid.to_id_string();
    if text.len() > 60 {
        text.truncate(60); // digits and dots only
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_and_notices_what_is_left() {
        let mut reader = Reader::new(&[0x30, 3, 2, 1, 5, 0x30, 0]);
        let mut first = reader.sequence().unwrap();
        assert_eq!(first.positive().unwrap(), [5]);
        assert_eq!(first.end(), Ok(()));
        assert_eq!(reader.end(), Err(Unexpected));
        assert_eq!(reader.raw_sequence().unwrap().0, [0x30, 0]);
        assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn refuses_what_is_cut_off_negative_padded_or_of_another_type() {
        assert!(Reader::new(&[0x30, 3, 2, 1]).sequence().is_err());
        assert!(Reader::new(&[]).any().is_err());
        assert!(Reader::new(&[0x30, 0x80, 0, 0]).sequence().is_err());
        for bad in [&[2, 1, 0x80][..], &[2, 2, 0, 5], &[2, 0], &[2, 1, 0], &[4, 1, 5]] {
            assert_eq!(Reader::new(bad).positive(), Err(Unexpected), "{bad:?}");
        }
        assert!(Reader::new(&[3, 2, 1, 0xFE]).bytes_of_bits().is_err());
        assert!(Reader::new(&[3, 0]).bytes_of_bits().is_err());
    }
}
