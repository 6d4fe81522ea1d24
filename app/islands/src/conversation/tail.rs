//! Where a text that is being written breaks into paragraphs.

/// The paragraphs of a text, parted by empty lines. The last one keeps the line breaks it ends with: more words may
/// make an empty line of them.
pub fn paragraphs(text: &str) -> Vec<&str> {
    let body = text.trim_end_matches('\n');
    let ending = text.len() - body.len();
    let mut parts: Vec<&str> =
        body.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty()).collect();
    if let (Some(last), 1..) = (parts.last_mut(), ending) {
        // The last part ends where the body does.
        *last = &text[body.len() - last.len()..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn empty_lines_part_and_an_open_end_stays_open() {
        assert_eq!(paragraphs("a\nb\n\n\n\nc"), ["a\nb", "c"]);
        assert_eq!(paragraphs("a\n\nb\n"), ["a", "b\n"]);
        assert_eq!(paragraphs("\n\n"), [""; 0]);
    }

    /// The page appends to what stands; whoever comes late gets the whole.
    #[test]
    fn it_breaks_the_same_word_by_word() {
        let text = "One\ntwo\n\nthree\n\n\nfour \u{e9}\n\n";
        let mut standing: Vec<String> = vec![String::new()];
        for c in text.chars() {
            let last = standing.pop().unwrap_or_default();
            let tail = format!("{last}{c}");
            let parts = paragraphs(&tail);
            standing.extend(if parts.is_empty() {
                vec![last]
            } else {
                parts.iter().map(ToString::to_string).collect()
            });
        }
        assert_eq!(standing, paragraphs(text));
    }
}
