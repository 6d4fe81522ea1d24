//! What a brief asks for, in its own words.

use domain::markdown;

/// The most points that are taken from one brief.
const MOST: usize = 6;
/// How long a point is where it stands in a line, in characters.
const LINE: usize = 72;

/// A brief, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Brief {
    /// What is asked for: the list's items, or the sentences that ask.
    pub(super) asks: Vec<String>,
    /// The other sentences: what the client tells.
    pub(super) told: Vec<String>,
    pub(super) words: usize,
}

/// Reads a brief; one that asks for nothing in particular asks for its title.
pub(super) fn read(title: &str, brief: &str) -> Brief {
    let plain = markdown::to_text(brief, 50_000);
    let (mut items, mut sentences) = (Vec::new(), Vec::new());
    for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match item(line, items.len() + 1) {
            Some(item) => items.push(item.to_owned()),
            None => sentences.extend(split(line)),
        }
    }
    let (mut asks, mut told) = match items.len() {
        0 | 1 => {
            sentences.extend(items);
            let (asks, told): (Vec<_>, Vec<_>) = sentences.into_iter().partition(|sentence| is_ask(sentence));
            // Where none of the sentences asks outright, all of them do.
            if asks.is_empty() { (told, asks) } else { (asks, told) }
        }
        _ => (items, sentences),
    };
    asks.retain(|ask| ask.chars().any(char::is_alphanumeric));
    if asks.is_empty() {
        asks.push(title.to_owned());
    }
    told.extend(asks.split_off(asks.len().min(MOST)));
    // An introduction of the list says nothing by itself.
    told.retain(|sentence| !sentence.ends_with(':'));
    Brief { asks, told, words: count(&plain) }
}

/// An item of a list without its mark. A number that does not count is a date or the like, and a part of it.
fn item(line: &str, next: usize) -> Option<&str> {
    if let Some(item) = ["- ", "☐ ", "☑ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some(item);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let rest = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))?;
    let number: usize = number.parse().ok()?;
    Some(if number == next { item(rest, 0).unwrap_or(rest) } else { line })
}

/// How many words a text has.
pub(super) fn count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The sentences of a line.
fn split(line: &str) -> Vec<String> {
    let (mut sentences, mut begin) = (Vec::new(), 0);
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = matches!(c, '.' | '!' | '?') && chars.peek().is_some_and(|(_, next)| next.is_whitespace());
        // “e.g.”, “St.”, “No.” end no sentence.
        let word = line[begin..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let short = c == '.'
            && (word.contains('.') || matches!(word, "St" | "Mr" | "Mrs" | "Ms" | "Dr" | "No" | "approx"));
        if ends && !short {
            sentences.push(line[begin..=at].trim().to_owned());
            begin = at + c.len_utf8();
        }
    }
    sentences.push(line[begin..].trim().to_owned());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

const ASKING: [&str; 14] = [
    "please",
    "we need",
    "i need",
    "we want",
    "we would like",
    "we'd like",
    "i'd like",
    "i would like",
    "can you",
    "could you",
    "it should",
    "it must",
    "make sure",
    "should be",
];

const VERBS: [&str; 46] = [
    "add",
    "answer",
    "arrange",
    "build",
    "call",
    "change",
    "check",
    "clean",
    "collect",
    "compare",
    "compile",
    "convert",
    "create",
    "describe",
    "design",
    "draft",
    "edit",
    "explain",
    "find",
    "fix",
    "give",
    "go",
    "improve",
    "include",
    "keep",
    "list",
    "look",
    "make",
    "match",
    "move",
    "plan",
    "prepare",
    "put",
    "remove",
    "reply",
    "review",
    "rewrite",
    "send",
    "shorten",
    "sort",
    "summarise",
    "summarize",
    "translate",
    "turn",
    "update",
    "write",
];

fn is_ask(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let first = lower.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    VERBS.contains(&first) || ASKING.iter().any(|words| lower.contains(words))
}

/// A point as it stands within a line or on a button: without politeness and full stop, and not long.
pub(super) fn short(ask: &str) -> String {
    let mut words = ask.trim().trim_end_matches(['.', '!', ';', ',']).trim();
    for polite in ["Please ", "please ", "Could you please ", "Could you ", "Can you please ", "Can you "] {
        words = words.strip_prefix(polite).unwrap_or(words);
    }
    let mut chars = words.chars();
    let capital: String = chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default();
    cut(&capital, LINE)
}

/// A text of at most `most` characters, cut where a word ends.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most).collect();
    let kept = kept.rsplit_once(' ').map_or(kept.as_str(), |(head, _)| head);
    format!("{}…", kept.trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_what_is_asked() {
        let brief = "We are moving in March. We need:\n\n- A letter to all tenants\n- A page for the *website*\n\nThanks!";
        let read = read("Moving", brief);
        assert_eq!(read.asks, ["A letter to all tenants", "A page for the website"]);
        assert_eq!(read.told, ["We are moving in March.", "Thanks!"]);
    }

    #[test]
    fn sentences_that_ask_are_told_from_those_that_tell() {
        let brief = "Our fees changed on 1 March. Please write a letter to Mr. Hale about it. Keep it short, e.g. one page.";
        let read = read("Fees", brief);
        assert_eq!(
            read.asks,
            ["Please write a letter to Mr. Hale about it.", "Keep it short, e.g. one page."]
        );
        assert_eq!(read.told, ["Our fees changed on 1 March."]);
        assert_eq!(short(&read.asks[0]), "Write a letter to Mr. Hale about it");
    }

    #[test]
    fn a_brief_that_asks_nothing_asks_for_its_title() {
        assert_eq!(read("A flyer", "").asks, ["A flyer"]);
        assert_eq!(read("A flyer", "***\n\n!!!").asks, ["A flyer"]);
        assert_eq!(read("A flyer", "Viewings start on Monday.").asks, ["Viewings start on Monday."]);
    }

    #[test]
    fn a_long_point_is_cut_at_a_word() {
        let long = short(&"a letter about the new opening hours ".repeat(5));
        assert!(long.chars().count() <= LINE + 1 && long.ends_with('…') && !long.contains(" …"), "{long}");
    }
}
