//! Markdown that people and agents wrote, made safe to show.
//!
//! All of it is untrusted. Three walls stand one behind the other: raw HTML is shown as the text
//! it is, the tree is tamed before it is written ([`tame`]), and what comes out is cleaned against
//! a short list of tags. A text that would take too much work is shown as it was typed.

mod desk;
mod lists;
mod pace;
mod source;
mod tame;
mod text;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

use ammonia::{Builder, UrlRelative};
use comrak::nodes::Node;
use comrak::options::BrokenLinkReference;
use comrak::{Arena, Options, ResolvedReference};

pub use desk::{aside, html, preview};
use lists::Numbers;
use source::{Definitions, Source};
pub use text::to_text;

/// The longest text that is shown, in bytes: a book of 150 pages. Refuse longer ones where they
/// come in; what is beyond is cut off on the page, with a sentence that says so.
pub const LIMIT: usize = 256 * 1024;

/// The work that one text may take, in the parser's steps. The densest real texts of the longest
/// length take a third of it; those beyond are made to be expensive, such as a table of a thousand
/// columns whose rows hold one cell each.
const MOST_STEPS: u32 = 500_000;

/// The parser asks whether to go on once in this many steps.
const STEPS_A_CALL: u32 = 256;

/// How many characters that HTML escapes the cleaner is given: it takes quadratic time over them.
const MOST_ESCAPES: usize = 10_000;

/// How many brackets are looked at: each may be the end of a link, which is looked for up to a thousand characters on.
const MOST_BRACKETS: usize = 20_000;

/// The HTML of a text: GitHub's Markdown (tables, strike-through, task lists, bare links), where a
/// line break that was typed is a line break.
///
/// Headings begin at `h3`, below the page's own. Images are links, because loading them would tell
/// their host who reads the page. Links go to `http`, `https` and `mailto` alone.
pub fn to_html(md: &str) -> String {
    let (md, whole) = within(md, LIMIT);
    let mut html = render(md).unwrap_or_else(|| as_typed(md));
    if !whole {
        html.push_str("<p dir=\"auto\"><em>This text is too long to show in full here.</em></p>\n");
    }
    html
}

/// The cleaned HTML of a text, or `None` where it takes too much work.
fn render(md: &str) -> Option<String> {
    let arena = Arena::new();
    let (root, numbers) = parse(&arena, md)?;
    tame::tame(&arena, root);
    let html = lists::format(root, &OPTIONS, numbers)?;
    let escapes = html.bytes().filter(|byte| *byte == b'&').count();
    (escapes <= MOST_ESCAPES).then(|| CLEANER.clean(&html).to_string())
}

/// The text's tree with all that was typed in it, and the numbers of its lists; `None` where it takes too many steps or is
/// full of brackets.
fn parse<'a>(arena: &'a Arena<'a>, md: &str) -> Option<(Node<'a>, Numbers)> {
    if md.bytes().filter(|byte| matches!(byte, b'[' | b']')).count() > MOST_BRACKETS {
        return None;
    }
    let source = Source::of(md);
    let calls = Cell::new(0);
    let too_much = || {
        calls.set(calls.get() + 1);
        calls.get() > MOST_STEPS / STEPS_A_CALL
    };
    let options = with_definitions(source.definitions.clone());
    let root = comrak::try_parse_document(arena, &source.text, &options, &too_much).ok()?;
    let numbers = lists::read(root, &source);
    tame::complete(arena, root, &source);
    Some((root, numbers))
}

/// The options for a text that defines where some of its labels lead. A short text may name a long address often: together
/// they are as long as a text may be.
fn with_definitions(definitions: Definitions) -> Options<'static> {
    let mut options = OPTIONS.clone();
    if !definitions.is_empty() {
        let written = AtomicUsize::new(0);
        options.parse.broken_link_callback = Some(Arc::new(move |link: BrokenLinkReference<'_>| {
            let (url, title) = definitions.get(&source::fold(link.original))?;
            let bytes = url.len() + title.len();
            (written.fetch_add(bytes, Relaxed) + bytes <= LIMIT)
                .then(|| ResolvedReference { url: url.clone(), title: title.clone() })
        }));
    }
    options
}

/// As much of a text as has a number of bytes, to a whole line where there is one, and whether
/// that is all of it.
fn within(text: &str, bytes: usize) -> (&str, bool) {
    if text.len() <= bytes {
        return (text, true);
    }
    let head = &text[..text.floor_char_boundary(bytes)];
    let line = head.rfind('\n').unwrap_or(head.len());
    (&head[..line], false)
}

/// A text that is only escaped: as safe as the cleaned ones, for nothing in it is markup.
fn as_typed(md: &str) -> String {
    let mut escaped = String::with_capacity(md.len());
    // Writing to a String cannot fail.
    let _ = comrak::html::escape(&mut escaped, md);
    format!("<pre dir=\"auto\">{escaped}</pre>\n")
}

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    // What a single tilde is around is told apart from what two are, and becomes tildes again.
    options.extension.subscript = true;
    options.extension.cjk_friendly_emphasis = true;
    // A sentence above a row of signs is a sentence: people sign that way, and mail programs quote that way.
    options.parse.ignore_setext = true;
    options.render.escape = true;
    options.render.hardbreaks = true;
    options
});

static CLEANER: LazyLock<Builder> = LazyLock::new(|| {
    let tags = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    let attributes = [
        ("a", HashSet::from(["href", "title"])),
        ("li", HashSet::from(["value", "data-typed"])),
        ("ol", HashSet::from(["start"])),
        ("td", HashSet::from(["align"])),
        ("th", HashSet::from(["align"])),
    ];
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from(tags))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from(attributes))
        .set_tag_attribute_values(by_their_words())
        .url_schemes(HashSet::from(tame::SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener nofollow ugc"));
    cleaner
});

/// Blocks that read from the side that their own words do.
fn by_their_words() -> HashMap<&'static str, HashMap<&'static str, &'static str>> {
    let blocks = ["blockquote", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"];
    HashMap::from(blocks.map(|block| (block, HashMap::from([("dir", "auto")]))))
}

#[cfg(test)]
mod tests;
