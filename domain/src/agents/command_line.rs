//! A program and its arguments in one line. No shell reads it: quotes keep blanks together, and that is all.

/// The words of a line; none where a quote is not closed.
pub fn split(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// The line that is split into these words.
pub fn join(words: &[String]) -> String {
    let quoted = |word: &String| {
        let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let quote = if word.contains('"') { '\'' } else { '"' };
        if plain { word.clone() } else { format!("{quote}{word}{quote}") }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_split_is_joined_again() {
        let words = split(r#" npx  -y "a b" 'c "d"' "" e=f "#).unwrap();
        assert_eq!(words, ["npx", "-y", "a b", "c \"d\"", "", "e=f"]);
        assert_eq!(split(&join(&words)).unwrap(), words);
        assert_eq!(split("a \"b"), None);
        assert!(split("  ").unwrap().is_empty());
    }
}
