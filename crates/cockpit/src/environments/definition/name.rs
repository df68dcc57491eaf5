//! Names as a person sees them: two that look alike are confused, whatever their characters are.

use super::LONGEST_NAME;

/// At most as long as a name, without what turns text around or is not seen.
pub(in crate::environments) fn visible(name: &str) -> String {
    plain(name).chars().take(LONGEST_NAME).collect()
}

/// Without what turns text around or is not seen.
pub(in crate::environments) fn plain(name: &str) -> String {
    name.trim().chars().filter(|char| !char.is_control() && !is_invisible(*char)).collect()
}

/// Whether a person who reads fast takes the one for the other.
pub(in crate::environments) fn looks_alike(one: &str, other: &str) -> bool {
    as_seen(one) == as_seen(other)
}

/// The same for all that look alike.
pub(in crate::environments) fn as_seen(text: &str) -> String {
    let is_seen = |char: &char| !char.is_whitespace() && !is_invisible(*char) && !matches!(char, '\u{300}'..='\u{36f}');
    text.chars().filter(is_seen).map(narrow).flat_map(char::to_lowercase).map(as_latin).collect()
}

/// Full-width letters are the same letters (Unicode block U+FF00).
fn narrow(char: char) -> char {
    match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0).unwrap_or(char),
        _ => char,
    }
}

/// The letters of other scripts, and the digits, that look like small Latin letters; a capital I looks like a small L.
fn as_latin(char: char) -> char {
    match char {
        'а' | 'α' => 'a',
        'с' => 'c',
        'е' => 'e',
        'і' | 'ι' | 'ı' | 'ӏ' | 'i' | '1' | '|' => 'l',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'о' | 'ο' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'х' | 'χ' => 'x',
        'у' => 'y',
        _ => char,
    }
}

/// What makes one name look like another: zero-width characters and those that turn the direction.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}
