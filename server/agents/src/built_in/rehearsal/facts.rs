//! Which of the client's own words bear on a point: those that share a word of substance with it.

use std::collections::BTreeSet;

/// Something that the client gave, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// As it was given.
    pub(super) words: String,
    /// `your answer on “SystemRole hours”`, `fees.csv`, `your brief`.
    pub(super) source: String,
    /// Words that count for finding it but are not shown, such as a question's label.
    pub(super) about: String,
}

/// The most facts that are quoted on one point.
const MOST: usize = 3;

/// The facts that bear on a point, those that share most with it first.
pub(super) fn bearing<'a>(facts: &'a [Fact], point: &str) -> Vec<&'a Fact> {
    let wanted = substance(point);
    let mut found: Vec<(usize, &Fact)> = facts
        .iter()
        .map(|fact| {
            (
                substance(&fact.words)
                    .union(&substance(&fact.about))
                    .filter(|word| wanted.contains(*word))
                    .count(),
                fact,
            )
        })
        .filter(|(shared, _)| *shared > 0)
        .collect();
    // A stable sort: what came first stays first among equals.
    found.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    found.into_iter().take(MOST).map(|(_, fact)| fact).collect()
}

/// Words that stand in every second sentence.
const EMPTY: [&str; 88] = [
    "all", "and", "any", "are", "but", "can", "did", "for", "had", "has", "her", "him", "his", "how", "its",
    "may", "nor", "not", "off", "one", "our", "out", "own", "she", "the", "two", "was", "who", "why", "you",
    "about", "after", "again", "also", "always", "another", "because", "been", "before", "being", "between",
    "both", "could", "each", "every", "first", "from", "have", "here", "into", "just", "keep", "like",
    "list", "make", "more", "most", "need", "only", "other", "over", "please", "same", "send", "should",
    "some", "such", "sure", "than", "that", "their", "them", "then", "there", "these", "they", "this",
    "those", "want", "what", "when", "where", "which", "will", "with", "would", "write", "your",
];

/// The words that say what a text is about, without their plural.
fn substance(text: &str) -> BTreeSet<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2 && !EMPTY.contains(word))
        .map(|word| word.strip_suffix("ies").or_else(|| word.strip_suffix('s')).unwrap_or(word).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(words: &str, about: &str) -> Fact {
        Fact { words: words.into(), source: "your brief".into(), about: about.into() }
    }

    #[test]
    fn what_shares_words_bears_on_a_point() {
        let facts = [
            fact("Monday to Friday, 9 to 5", "Office hours"),
            fact("Conveyancing: fee 950", ""),
            fact("We have two offices with their own hours and fees.", ""),
        ];
        let found: Vec<&str> =
            bearing(&facts, "Update the fees and hours").into_iter().map(|f| f.words.as_str()).collect();
        assert_eq!(found, [&facts[2].words, &facts[0].words, &facts[1].words]);
        assert!(bearing(&facts, "A page that you should send").is_empty());
    }
}
