//! The outline of a DER value: enough to tell what a file is before anyone tries to read it.

use x509_parser::asn1_rs::{Any, Class, FromDer as _};

/// No structure that is told apart here has more elements; a file of a million tiny ones is none of them.
const MOST_ELEMENTS: usize = 12;

pub(crate) const INTEGER: u32 = 2;
pub(crate) const BIT_STRING: u32 = 3;
pub(crate) const OCTET_STRING: u32 = 4;
pub(crate) const OID: u32 = 6;
pub(crate) const SEQUENCE: u32 = 16;
/// Added to the number of a context-specific tag.
pub(crate) const CONTEXT: u32 = 0x100;

/// An element and what kind it is.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) kind: u32,
    pub(crate) content: &'a [u8],
}

/// The elements of the one sequence that the bytes are; `None` if they are something else.
pub(crate) fn sequence(der: &[u8]) -> Option<Vec<Element<'_>>> {
    let (rest, outer) = element(der)?;
    if rest.is_empty() && outer.kind == SEQUENCE { elements(outer.content) } else { None }
}

/// The elements in the content of a constructed one.
pub(crate) fn elements(mut content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let (rest, element) = element(content)?;
        found.push(element);
        content = rest;
        if found.len() > MOST_ELEMENTS {
            return None;
        }
    }
    Some(found)
}

fn element(bytes: &[u8]) -> Option<(&[u8], Element<'_>)> {
    let (rest, any) = Any::from_der(bytes).ok()?;
    let kind = match any.class() {
        Class::Universal => any.tag().0,
        Class::ContextSpecific => CONTEXT.checked_add(any.tag().0)?,
        Class::Application | Class::Private => return None,
    };
    Some((rest, Element { kind, content: any.data }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_elements_of_one_sequence() {
        let found = sequence(&[0x30, 7, 2, 1, 5, 0xA0, 2, 4, 0]).unwrap();
        assert_eq!(found.iter().map(|element| element.kind).collect::<Vec<_>>(), [INTEGER, CONTEXT]);
        assert_eq!(found[1].content, [4, 0]);
    }

    #[test]
    fn nothing_cut_off_longer_or_endless_has_an_outline() {
        assert!(sequence(&[0x30, 3, 2, 1]).is_none());
        assert!(sequence(&[0x30, 0, 0]).is_none());
        assert!(sequence(&[0x04, 0]).is_none());
        let many = [&[0x30, 26][..], &[5, 0].repeat(13)].concat();
        assert!(sequence(&many).is_none());
    }
}
