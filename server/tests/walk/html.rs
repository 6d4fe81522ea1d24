//! The tags of a page, cut as a browser cuts them: what stands in quotes belongs to the tag.

/// An opening tag: its name, and its attributes as they stand, names in lower case.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    /// Whether it would run something that no script of ours says: an inline script, a handler, an address that is one.
    pub fn runs(&self) -> bool {
        let handler = self.attributes.iter().any(|(name, value)| {
            name.starts_with("on") || value.trim_start().to_lowercase().starts_with("javascript:")
        });
        handler || (self.name == "script" && self.attributes.is_empty())
    }
}

/// Every opening tag.
pub fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = take(&mut rest, |c| c.is_whitespace() || matches!(c, '/' | '>')).to_lowercase();
            tags.push(Tag { name, attributes: attributes(&mut rest) });
        }
    }
    tags
}

fn attributes(rest: &mut &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return found;
        }
        let mut name = take(rest, |c| c.is_whitespace() || matches!(c, '=' | '/' | '>')).to_lowercase();
        if let (true, Some(after)) = (name.is_empty(), rest.strip_prefix('=')) {
            // A browser takes it as the beginning of a name.
            *rest = after;
            name = "=".to_owned();
        }
        let value = match rest.trim_start().strip_prefix('=') {
            Some(after) => {
                *rest = after.trim_start();
                value(rest)
            }
            None => String::new(),
        };
        found.push((name, value));
    }
}

fn value(rest: &mut &str) -> String {
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return take(rest, |c| c.is_whitespace() || c == '>');
    };
    *rest = &rest[1..];
    let value = take(rest, |c| c == quote);
    *rest = rest.strip_prefix(quote).unwrap_or_default();
    value
}

/// What comes before the first such character.
fn take(rest: &mut &str, ends: impl Fn(char) -> bool) -> String {
    let end = rest.find(ends).unwrap_or(rest.len());
    let (taken, after) = rest.split_at(end);
    *rest = after;
    taken.to_owned()
}

#[test]
fn a_script_is_known_by_its_tag() {
    let runs = |page: &str| tags(page).iter().filter(|tag| tag.runs()).count();
    assert_eq!(runs("<p>&lt;script>alert(7)<a href=\"/x\" title=\"<script> onload=x\" data-one>x</a>"), 0);
    assert_eq!(runs("<script type=module src='/x.js' nonce=a></script><a href=/on=x>on</a>"), 0);
    assert_eq!(runs("<p><script>alert(7)</script>"), 1);
    assert_eq!(runs("<img\nSRC=x\nOnError=alert(7)><svg/onload=alert(7)><a href=' JavaScript:alert(7)'>"), 3);
}
