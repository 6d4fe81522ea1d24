//! Paths in a zip: each once, and a file on every system.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::files::file_name;

/// The most bytes of one name: with its folders it stays below what Windows opens.
const LONGEST: usize = 90;
/// What Windows keeps for itself, whatever the extension.
const TAKEN: [&str; 4] = ["con", "prn", "aux", "nul"];

/// What is in a zip already.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// A path for a file or a folder in a folder (`""`: the zip's own), by a name that a person gave it. Where there is
    /// one of that name, case aside, it is numbered.
    pub(super) fn place(&mut self, folder: &str, name: &str) -> String {
        let name = safe(name);
        let (stem, ending) = parted(&name);
        let numbered = (2..).map(|number| format!("{stem} ({number}){ending}"));
        let path = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let mut all = std::iter::once(name.clone()).chain(numbered).map(path);
        all.find(|path| self.0.insert(key(path))).unwrap_or(name)
    }

    /// The same for a path whose folders people named, too.
    pub(super) fn place_under(&mut self, folder: &str, path: &str) -> String {
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        let mut inside = folder.to_owned();
        for part in parts {
            let mut part = safe(part);
            // There may be a file of that name: a folder cannot be beside it.
            if part.to_lowercase().ends_with(".md") {
                part.push('_');
            }
            inside = format!("{inside}/{part}");
        }
        self.place(&inside, name)
    }
}

/// As file systems compare names that take no notice of case, or of how an accent is written.
fn key(path: &str) -> String {
    path.nfkc().collect::<String>().to_lowercase()
}

/// A name that every file system takes; a slash parts no folders in it.
fn safe(name: &str) -> String {
    let whole: String = name.replace(['/', '\\'], "-").nfc().collect();
    let name = shortened(&file_name(&whole));
    let stem = name.split('.').next().unwrap_or_default().trim().to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|port| {
        stem.strip_prefix(port).is_some_and(|rest| {
            rest.chars().count() == 1 && rest.chars().all(|c| c.is_ascii_digit() || "¹²³".contains(c))
        })
    });
    if TAKEN.contains(&stem.as_str()) || numbered { format!("_{name}") } else { name }
}

/// Cut to so many bytes, with its ending kept.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = parted(name);
    let mut end = LONGEST.saturating_sub(ending.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", stem[..end].trim_end_matches(['.', ' ', '\u{200d}']))
}

/// A name and its ending with the point, where it has one.
fn parted(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(point) if point > 0 && name.len() - point <= 17 => name.split_at(point),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_files_on_every_system() {
        let long = format!("{}.pdf", "é".repeat(200));
        let cases = [
            ("Fees.pdf", "Fees.pdf"),
            ("Either/or: a \"plan\"?", "Either-or_ a _plan__"),
            ("../../etc/passwd", "-..-etc-passwd"),
            ("..", "file"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("com1.log", "_com1.log"),
            ("COM10.log", "COM10.log"),
            ("ends. . ", "ends"),
            ("e\u{301}t\u{e9}.txt", "\u{e9}t\u{e9}.txt"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("a\0b\n.txt", "ab .txt"),
        ];
        for (raw, name) in cases {
            assert_eq!(safe(raw), name, "{raw:?}");
        }
        let cut = safe(&long);
        assert!(cut.len() <= LONGEST && cut.ends_with("é.pdf"), "{cut}");
        assert!(safe(&"👩‍⚖️".repeat(80)).len() <= LONGEST);
    }

    #[test]
    fn a_path_is_given_once() {
        let mut names = Names::default();
        let mut place = |name: &str| names.place("Files", name);
        assert_eq!(place("Fees.pdf"), "Files/Fees.pdf");
        assert_eq!(place("fees.PDF"), "Files/fees (2).PDF");
        assert_eq!(place("Fees.pdf"), "Files/Fees (3).pdf");
        assert_eq!(place("Fees (2).pdf"), "Files/Fees (2) (2).pdf");
        assert_eq!(place("\u{e9}"), "Files/\u{e9}");
        assert_eq!(place("e\u{301}"), "Files/\u{e9} (2)");
        assert_eq!(names.place("Other", "Fees.pdf"), "Other/Fees.pdf");
        assert_eq!(names.place_under("Notes", "Billing/Rates.md"), "Notes/Billing/Rates.md");
        assert_eq!(names.place_under("Notes", "Rates.md/x.md"), "Notes/Rates.md_/x.md");
    }
}
