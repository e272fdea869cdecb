//! Which text a workbook can carry.

use super::error::Rule;

/// UTF-16 units that a cell holds.
const CELL: usize = 32_767;
/// UTF-16 units that a header, a title or a property holds.
const LABEL: usize = 255;

/// Text of a cell: something to read, and nothing that XML forbids. Tabs and line breaks are carried.
pub(super) fn check(text: &str) -> Result<(), Rule> {
    if text.trim().is_empty() {
        return Err(Rule::Empty);
    }
    if text.chars().any(|c| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')) {
        return Err(Rule::ControlCharacter);
    }
    at_most(text, CELL)
}

/// A line above a table, on the cover or among the notes.
pub(super) fn check_line(text: &str) -> Result<(), Rule> {
    check(text)?;
    if text.trim() != text || text.contains(['\t', '\n', '\r']) { Err(Rule::OneLine) } else { Ok(()) }
}

/// A title, a header or a property of the document.
pub(super) fn check_label(text: &str) -> Result<(), Rule> {
    check_line(text)?;
    at_most(text, LABEL)
}

fn at_most(text: &str, units: usize) -> Result<(), Rule> {
    if text.encode_utf16().count() > units { Err(Rule::TooLong(units)) } else { Ok(()) }
}

/// Whether a spreadsheet would take the text for a formula if it were typed.
pub(super) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The numbers of the notes that a text refers to as `[note 1]`, in their order in it.
pub(super) fn notes_in(text: &str) -> impl Iterator<Item = usize> {
    text.split("[note ").skip(1).filter_map(|rest| rest.split_once(']')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_must_say_something_that_xml_can_carry() {
        assert_eq!(check("a\tb\r\nc"), Ok(()));
        assert_eq!(check(" \t\n"), Err(Rule::Empty));
        for forbidden in ["\0", "\u{b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            assert_eq!(check(&format!("a{forbidden}")), Err(Rule::ControlCharacter));
        }
        assert_eq!(check(&"a".repeat(32_767)), Ok(()));
        assert_eq!(check(&"a".repeat(32_768)), Err(Rule::TooLong(32_767)));
        assert_eq!(check(&"😀".repeat(16_384)), Err(Rule::TooLong(32_767)), "two units each");
    }

    #[test]
    fn a_label_is_one_short_line() {
        assert_eq!(check_label("Rate per 1,000"), Ok(()));
        for broken in [" a", "a ", "a\nb", "a\tb", "a\rb"] {
            assert_eq!(check_line(broken), Err(Rule::OneLine), "{broken:?}");
        }
        assert_eq!(check_label(&"a".repeat(256)), Err(Rule::TooLong(255)));
    }

    #[test]
    fn notes_are_found_by_their_number() {
        assert_eq!(notes_in("Rate [note 2][note 10], [note x], [note 3").collect::<Vec<_>>(), [2, 10]);
    }
}
