//! What a file is called on a page and in a download.

use crate::readable;

/// The longest name, in characters.
const LONGEST: usize = 120;

/// The longest ending that counts as an extension and is kept when a name is cut.
const LONGEST_EXTENSION: usize = 16;

/// A name that is safe to show and to save under, from one that came with an upload: no folders, no
/// control characters, nothing that turns the reading direction or cannot be seen, no characters
/// that a file system refuses, at most 120 characters with the extension kept. `file` where
/// nothing is left. It is for people: files are stored under ids.
pub fn display_name(raw: &str) -> String {
    let base = raw.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let shown: String = base.chars().filter(|c| !c.is_control() || c.is_whitespace()).map(tame).collect();
    // Cut, it may end in what joins nothing any more.
    let name = readable::line(&shorten(readable::line(&shown).trim_matches(['.', ' '])));
    if readable::is_blank(&name) { "file".to_owned() } else { name }
}

/// Characters that a file system or a header refuses become an underscore; every space is one.
fn tame(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

fn shorten(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |point| &name[point..]);
    let kept = ending.chars().count();
    let (ending, kept) = if kept <= LONGEST_EXTENSION { (ending, kept) } else { ("", 0) };
    let stem: String = name.chars().take(LONGEST - kept).collect();
    format!("{}{ending}", stem.trim_end_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe_to_show_and_to_save_under() {
        let cases = [
            ("Fee agreement.pdf", "Fee agreement.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\Rosa\\call notes.docx", "call notes.docx"),
            ("folder/", "folder"),
            ("gpj.\u{202e}exe.txt", "gpj.exe.txt"),
            ("a\u{200b}b\u{feff}\u{0}\u{7f}c.txt", "abc.txt"),
            ("two\r\nlines\t.txt", "two lines .txt"),
            ("a\"; filename=\"b.exe", "a_; filename=_b.exe"),
            ("<b>*?.txt", "_b___.txt"),
            (".bashrc", "bashrc"),
            ("report. . ", "report"),
            ("Übersicht für 田中 👩‍⚖️.md", "Übersicht für 田中 👩‍⚖️.md"),
            ("", "file"),
            ("...", "file"),
            (" / \\ ", "file"),
            ("\u{202e}\u{200f}", "file"),
        ];
        for (raw, name) in cases {
            assert_eq!(display_name(raw), name, "{raw:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let cut = display_name(&format!("{}.pdf", "é".repeat(500)));
        assert_eq!(cut, format!("{}.pdf", "é".repeat(116)));
        let no_extension = display_name(&format!("a.{}", "b".repeat(500)));
        assert_eq!(no_extension.chars().count(), LONGEST);
        let exact = "x".repeat(LONGEST);
        assert_eq!(display_name(&exact), exact);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn every_name_is_safe_and_stays_what_it_is(raw in "\\PC*|[\u{0}-\u{2100}]{0,200}") {
            let name = display_name(&raw);
            proptest::prop_assert!((1..=LONGEST).contains(&name.chars().count()));
            proptest::prop_assert!(!name.chars().any(|c| c.is_control() || "/\\\"".contains(c)));
            proptest::prop_assert_eq!(display_name(&name), name);
        }
    }
}
