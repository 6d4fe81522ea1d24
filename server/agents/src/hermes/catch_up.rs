//! What of Hermes' messages is not said yet. Blanks do not count: it trims what it keeps, and puts empty lines between.

/// What is left to say of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remainder<'a> {
    pub(super) words: &'a str,
    /// Its beginning was said.
    pub(super) begun: bool,
}

/// What is left to say of each message in turn, after what was said; none where that is something else.
pub(super) fn remainders<'a>(messages: &'a [String], said: &str) -> Option<Vec<Remainder<'a>>> {
    let mut said = said.chars().filter(|c| !c.is_whitespace()).peekable();
    let mut found = Vec::new();
    for message in messages {
        let mut begun = false;
        let mut rest = message.char_indices().filter(|(_, c)| !c.is_whitespace());
        let from = loop {
            let Some((at, wanted)) = rest.next() else { break None };
            match said.next() {
                None => break Some(at),
                Some(c) if c == wanted => begun = true,
                Some(_) => return None,
            }
        };
        if let Some(from) = from {
            // The blanks before it belong to it where it goes on.
            let from = if begun { message[..from].trim_end().len() } else { from };
            found.push(Remainder { words: &message[from..], begun });
        }
    }
    Some(found)
}

/// What was said beyond all messages.
pub(super) fn beyond<'a>(messages: &[String], said: &'a str) -> &'a str {
    let count = messages.iter().flat_map(|text| text.chars()).filter(|c| !c.is_whitespace()).count();
    let mut seen = said.char_indices().filter(|(_, c)| !c.is_whitespace());
    seen.nth(count).map_or("", |(at, _)| &said[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn wherever_the_line_was_cut_all_is_said_once() {
        let messages = of(&["Step 0 now.", "Été: two  words", "Done."]);
        let whole = "Step 0 now. \n\nÉté: two  words\n\nDone.";
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        for (cut, _) in whole.char_indices().chain([(whole.len(), ' ')]) {
            let left = remainders(&messages, &whole[..cut]).unwrap();
            let rest: String = left.iter().map(|left| left.words).collect();
            assert_eq!(bare(&(whole[..cut].to_owned() + &rest)), bare(whole), "{cut}");
        }
        let left = remainders(&messages, "Step 0 now. Été: two").unwrap();
        assert_eq!(left[0], Remainder { words: "  words", begun: true });
        assert_eq!(left[1], Remainder { words: "Done.", begun: false });
    }

    #[test]
    fn what_differs_is_not_guessed_at() {
        assert_eq!(remainders(&of(&["Step 0"]), "Step 1"), None);
        assert_eq!(remainders(&of(&["Step 0"]), "Step 0 and more"), Some(vec![]));
        assert_eq!(beyond(&of(&["Step 0"]), "Step 0 \n\nI wr"), "I wr");
        assert_eq!(beyond(&of(&["Step 0"]), "Step"), "");
    }
}
