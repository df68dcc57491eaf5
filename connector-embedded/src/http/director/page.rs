//! Lists come in pages.

use async_graphql::SimpleObject;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::{ErrorCode, Failure};

use super::scalar::PageCursor;

#[derive(Debug, SimpleObject)]
pub(crate) struct PageInfo {
    start_cursor: PageCursor,
    /// Empty on the last page.
    end_cursor: PageCursor,
    has_next_page: bool,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    cursor: String,
    /// What the page before ended with; `None` for the first page.
    pub(super) after: Option<String>,
}

impl Start {
    /// # Errors
    /// [`ErrorCode::InvalidData`] for something that is not one of our cursors.
    pub(super) fn read(cursor: Option<PageCursor>) -> Result<Self, Failure> {
        let cursor = cursor.map(|cursor| cursor.0).unwrap_or_default();
        let after = read_cursor(&cursor).ok_or_else(|| invalid("cursor is not correct"))?;
        Ok(Self { cursor, after })
    }

    /// The frame of a page that ends with `end`; `None`: the last page.
    pub(super) fn info(self, end: Option<&str>) -> PageInfo {
        PageInfo {
            start_cursor: PageCursor(self.cursor),
            has_next_page: end.is_some(),
            end_cursor: PageCursor(end.map(write_cursor).unwrap_or_default()),
        }
    }
}

/// How many rows a page has.
///
/// # Errors
/// [`ErrorCode::InvalidData`] for fewer than 1 or more than 200.
pub(super) fn size(first: Option<i32>) -> Result<usize, Failure> {
    let first = first.ok_or_else(|| invalid("missing required parameter 'first'"))?;
    let first = usize::try_from(first).ok().filter(|first| (1..=200).contains(first));
    first.ok_or_else(|| invalid("page size must be between 1 and 200"))
}

pub(super) fn invalid(reason: &str) -> Failure {
    Failure::new(ErrorCode::InvalidData, format!("Invalid data [reason={reason}]"))
}

/// Opaque to clients: the id or name after which the next page starts.
fn write_cursor(end: &str) -> String {
    STANDARD.encode(format!("after:{end}"))
}

/// `Some(None)` for the first page, `None` for something that is not one of our cursors.
fn read_cursor(cursor: &str) -> Option<Option<String>> {
    if cursor.is_empty() {
        return Some(None);
    }
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:").map(|end| Some(end.to_owned()))
}
