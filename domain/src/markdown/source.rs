//! A text as it was typed, made ready for the parser so that nothing that a person wrote can vanish in it.
//!
//! CommonMark takes lines away that look like definitions (`[Rosa]: today`), and with tables it makes one of a sentence
//! above a row of dashes. Neither can be switched off in the parser. So a sign that no text has is set before what would be
//! misread; the parser takes the line for words, and [`clean`] takes the sign out of the tree again.

use std::collections::HashMap;

use super::tame::may_link;

/// A noncharacter: no text has it, and any that comes is left out.
const HOLD: char = '\u{fdd0}';

/// How many quotes and lists a line may open within each other; what follows is words.
const MOST_CONTAINERS: usize = 20;

/// The longest label of a definition, in bytes, as CommonMark has it.
const LONGEST_LABEL: usize = 999;

/// Where a definition leads: address and title.
pub(super) type Definitions = HashMap<String, (String, String)>;

/// A text for the parser.
pub(super) struct Source {
    /// With line breaks of one kind and the sign where it is needed.
    pub text: String,
    /// What `[label]` leads to. The lines that say so stay in the text.
    pub definitions: Definitions,
}

impl Source {
    pub fn of(md: &str) -> Self {
        let mut source = Self { text: String::with_capacity(md.len() + 64), definitions: HashMap::new() };
        let plain = md.replace("\r\n", "\n").replace('\r', "\n").replace(HOLD, "");
        for line in plain.split_inclusive('\n') {
            source.push(line);
        }
        source
    }

    fn push(&mut self, line: &str) {
        let inner = line.trim_start_matches([' ', '\t', '>']);
        if let Some(guarded) = guard_dashes(inner.trim_end()) {
            self.text.push_str(&line[..line.len() - inner.len()]);
            self.text.push_str(&guarded);
            self.text.push_str(&inner[inner.trim_end().len()..]);
            return;
        }
        let (prefix, deep) = if is_rule(line) { (0, false) } else { containers(line) };
        let (before, rest) = line.split_at(prefix);
        self.text.push_str(before);
        if deep || (rest.starts_with('[') && !is_task(rest)) {
            self.text.push(HOLD);
        }
        if let Some((label, after)) = label(rest).filter(|_| !deep) {
            // The bracket is words as well, or the label would become a link to what it defines.
            self.text.push('\\');
            if let Some(target) = target(after) {
                self.definitions.entry(fold(label)).or_insert(target);
            }
        }
        self.text.push_str(rest);
    }
}

/// A label as it is compared: without case, every space as one.
pub(super) fn fold(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Takes the sign out of words.
pub(super) fn clean(words: &str) -> Option<String> {
    words.contains(HOLD).then(|| words.replace(HOLD, ""))
}

/// Takes out of code and HTML what was put there, which stands in them as it was put.
pub(super) fn clean_literal(code: &str) -> Option<String> {
    let signed = code.contains(HOLD);
    if !signed && !code.contains("\t-") {
        return None;
    }
    let code = code.replace("\u{fdd0}\\[", "[").replace(HOLD, "");
    Some(code.split_inclusive('\n').map(without_tab).collect())
}

/// `--\t-` as [`guard_dashes`] makes it is `---` again.
fn without_tab(line: &str) -> String {
    let dashes = line.trim_start_matches([' ', '\t', '>']).trim_end();
    let made = dashes.len() > 3
        && dashes.ends_with("-\t-")
        && dashes[..dashes.len() - 2].bytes().all(|byte| byte == b'-');
    if made { line.replacen("\t-", "-", 1) } else { line.to_owned() }
}

/// A row of dashes under a sentence is a rule, or the `-- ` of a signature. As it stands the parser would take it for the
/// second line of a table: one with a single column needs a pipe to be one here.
fn guard_dashes(line: &str) -> Option<String> {
    let dashes = line.strip_prefix(':').unwrap_or(line);
    let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
    if dashes.is_empty() || dashes.bytes().any(|byte| byte != b'-') {
        return None;
    }
    Some(if line.len() >= 3 && dashes.len() == line.len() {
        format!("{}\t-", &line[..line.len() - 1])
    } else {
        format!("{HOLD}{line}")
    })
}

/// A line of nothing but the signs of a rule.
fn is_rule(line: &str) -> bool {
    let mut signs = line.chars().filter(|c| !c.is_whitespace());
    signs.next().is_some_and(|first| matches!(first, '-' | '*' | '_') && signs.all(|c| c == first))
}

/// How long the marks of quotes and lists are that a line begins with, and whether they are as many as there may be.
fn containers(line: &str) -> (usize, bool) {
    let (mut at, mut opened) = (0, 0);
    loop {
        let rest = &line[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = &rest[blank..];
        let mark = mark(rest);
        if mark == 0 {
            return (at + blank, false);
        }
        if opened == MOST_CONTAINERS {
            return (at + blank, true);
        }
        at += blank + mark;
        opened += 1;
    }
}

/// The length of the mark that a quote or an item of a list begins with; 0 where there is none.
fn mark(rest: &str) -> usize {
    let spaced = |length: usize| rest[length..].starts_with([' ', '\t']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match rest.as_bytes().first() {
        Some(b'>') => 1,
        Some(b'-' | b'+' | b'*') if spaced(1) => 1,
        Some(b'0'..=b'9') if digits <= 9 && rest[digits..].starts_with(['.', ')']) && spaced(digits + 1) => {
            digits + 1
        }
        _ => 0,
    }
}

/// `[ ] open`, `[x] done`.
fn is_task(rest: &str) -> bool {
    let box_of = |mark: &str| rest.strip_prefix(mark).is_some_and(|after| !after.starts_with(':'));
    ["[ ]", "[x]", "[X]"].into_iter().any(box_of)
}

/// The label of a line that begins like a definition, and what comes after the colon.
fn label(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix('[')?;
    let mut escaped = false;
    let end = inner.char_indices().find_map(|(at, c)| {
        let special = !escaped && matches!(c, '[' | ']');
        escaped = c == '\\' && !escaped;
        special.then_some(at)
    })?;
    let (label, after) = inner.split_at(end);
    let after = after.strip_prefix("]:")?;
    (!label.trim().is_empty() && end <= LONGEST_LABEL).then_some((label, after))
}

/// Where a definition leads, where it is one that may be followed: an address, and a title or nothing behind it.
fn target(after: &str) -> Option<(String, String)> {
    let after = after.trim();
    let (url, title) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
    let url = url.strip_prefix('<').and_then(|url| url.strip_suffix('>')).unwrap_or(url);
    let title = title.trim();
    let quoted = |open: char, close: char| {
        title.strip_prefix(open).and_then(|title| title.strip_suffix(close)).map(str::to_owned)
    };
    let title = match title {
        "" => String::new(),
        _ => quoted('"', '"').or_else(|| quoted('\'', '\'')).or_else(|| quoted('(', ')'))?,
    };
    may_link(url).then(|| (url.to_owned(), title))
}
