//! What a file is called on a page and in a download.

use crate::readable;

/// The longest name, in characters.
const LONGEST: usize = 120;

/// The longest ending that counts as an extension and is kept when a name is cut.
const LONGEST_EXTENSION: usize = 16;

/// A name as whoever brought the file called it: no folders, no control characters, nothing that turns the reading
/// direction or cannot be seen, at most 120 characters with the extension kept. `file` where nothing is left. It is for
/// people: files are stored under ids, and what saves them under a name uses [`file_name`].
pub fn display_name(raw: &str) -> String {
    let mut name = tidy(raw);
    // What is taken away may have hidden a folder.
    loop {
        let again = tidy(&name);
        if again == name {
            return name;
        }
        name = again;
    }
}

fn tidy(raw: &str) -> String {
    let base = without_folders(raw);
    let shown: String = base
        .chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    // Cut, it may end in what joins nothing any more.
    let name = readable::line(&shorten(readable::line(&shown).trim_matches(['.', ' '])));
    if readable::is_blank(&name) { "file".to_owned() } else { name }
}

/// The last part of a path. A backslash parts folders only where it stands in a path of Windows: elsewhere it is a letter.
fn without_folders(raw: &str) -> &str {
    let drive = raw.as_bytes().get(1) == Some(&b':') && raw.starts_with(|c: char| c.is_ascii_alphabetic());
    let windows = raw.starts_with("\\\\") || raw.starts_with("..\\") || drive;
    let parts = |c: char| c == '/' || windows && c == '\\';
    raw.rsplit(parts).find(|part| !part.trim().is_empty()).unwrap_or_default()
}

/// A name that every file system takes, from one that is shown.
pub fn file_name(shown: &str) -> String {
    let taken = |c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\' | '/') { '_' } else { c };
    display_name(shown).chars().map(taken).collect()
}

/// A file's name as a form carries it, as it was: browsers write a quote and the ends of lines in it as `%22`, `%0D` and
/// `%0A`, and nothing else (WHATWG HTML, multipart form data).
pub fn from_form(escaped: &str) -> String {
    escaped.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
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
            ("a\"; filename=\"b.exe", "a\"; filename=\"b.exe"),
            ("<b>*?.txt", "<b>*?.txt"),
            ("the \"old\" list.csv", "the \"old\" list.csv"),
            ("half\\whole.txt", "half\\whole.txt"),
            ("\\\\server\\share\\list.csv", "list.csv"),
            ("דוח שנתי.pdf", "דוח שנתי.pdf"),
            ("تقرير 2026.docx", "تقرير 2026.docx"),
            (".bashrc", "bashrc"),
            ("report. . ", "report"),
            ("Übersicht für 田中 👩‍⚖️.md", "Übersicht für 田中 👩‍⚖️.md"),
            ("", "file"),
            ("...", "file"),
            (" / / ", "file"),
            ("\u{202e}\u{200f}", "file"),
        ];
        for (raw, name) in cases {
            assert_eq!(display_name(raw), name, "{raw:?}");
        }
    }

    #[test]
    fn a_name_from_a_form_is_what_it_was() {
        let cases = [
            ("the %22old%22 list.csv", "the \"old\" list.csv"),
            ("two%0D%0Alines.txt", "two\r\nlines.txt"),
            ("100%25 sure %2F %20.txt", "100%25 sure %2F %20.txt"),
        ];
        for (escaped, name) in cases {
            assert_eq!(from_form(escaped), name);
        }
        assert_eq!(display_name(&from_form("two%0D%0Alines.txt")), "two lines.txt");
        assert_eq!(file_name("a\"b/c\\d:e.txt"), "c_d_e.txt");
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
            proptest::prop_assert!(!name.chars().any(|c| c.is_control() || c == '/'));
            proptest::prop_assert!(!file_name(&raw).chars().any(|c| "/\\\"<>:|?*".contains(c)));
            proptest::prop_assert_eq!(display_name(&name), name);
        }
    }
}
