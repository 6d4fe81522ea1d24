//! The words of a text without its marks: for excerpts on cards and for mails.

use comrak::Arena;
use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Node, NodeValue};

use super::lists::{self, Numbers};
use super::{LIMIT, parse, within};

/// The words of a text, its blocks on lines of their own, cut to `max_chars` characters at a word
/// where one is near, with an ellipsis that counts. Control characters are left out.
///
/// It is plain text: it still has to be escaped where it goes into HTML.
pub fn to_text(md: &str, max_chars: usize) -> String {
    let (md, _) = within(md, LIMIT);
    let arena = Arena::new();
    let words = parse(&arena, md).map_or_else(|| md.to_owned(), |(root, numbers)| plain(root, &numbers));
    cut(words.trim(), max_chars)
}

/// What a node and all below it say, without recursion. A block ends its line, a list item begins
/// with its number or a dash.
pub(super) fn plain(node: Node<'_>, numbers: &Numbers) -> String {
    let mut words = String::new();
    for edge in node.traverse() {
        match edge {
            NodeEdge::Start(node) if is_item(node) => begin_item(node, numbers, &mut words),
            NodeEdge::Start(node) => begin(&node.data().value, &mut words),
            NodeEdge::End(node) => end(&node.data().value, &mut words),
        }
    }
    words
}

fn begin(value: &NodeValue, words: &mut String) {
    match value {
        NodeValue::Text(text) => push(words, text),
        NodeValue::Code(code) => push(words, &code.literal),
        NodeValue::CodeBlock(code) => push(words, &code.literal),
        NodeValue::HtmlBlock(html) => push(words, &html.literal),
        NodeValue::HtmlInline(html) => push(words, html),
        NodeValue::SoftBreak | NodeValue::LineBreak => end_line(words),
        _ => {}
    }
}

fn is_item(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Item(_) | NodeValue::TaskItem(_))
}

/// `7. `, `- `, `☑ `.
fn begin_item(item: Node<'_>, numbers: &Numbers, words: &mut String) {
    let number = numbers.get(&lists::key(item));
    if let Some(number) = number {
        words.push_str(&number.typed);
        words.push(' ');
    }
    match &item.data().value {
        NodeValue::TaskItem(task) if task.symbol.is_some() => words.push_str("☑ "),
        NodeValue::TaskItem(_) => words.push_str("☐ "),
        _ if number.is_none() => words.push_str("- "),
        _ => {}
    }
}

fn end(value: &NodeValue, words: &mut String) {
    match value {
        NodeValue::TableCell => words.push(' '),
        value if value.block() => end_line(words),
        _ => {}
    }
}

fn push(words: &mut String, text: &str) {
    words.extend(text.chars().filter(|c| !c.is_control() || *c == '\n'));
}

/// Ends a line once, however many blocks end with it.
fn end_line(words: &mut String) {
    let end = words.trim_end_matches(' ').len();
    words.truncate(end);
    if !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
}

/// The first `max_chars` characters, the last of them an ellipsis where something is missing.
fn cut(words: &str, max_chars: usize) -> String {
    let Some((end, _)) = words.char_indices().nth(max_chars) else {
        return words.to_owned();
    };
    let Some((last, _)) = words[..end].char_indices().next_back() else {
        return String::new();
    };
    let head = &words[..last];
    // A word that is cut in two is dropped whole, unless that would cost half of the text.
    let word = head.rfind(char::is_whitespace).filter(|at| *at >= last / 2);
    let kept =
        if words[last..].starts_with(char::is_whitespace) { head } else { &head[..word.unwrap_or(last)] };
    format!("{}…", kept.trim_end())
}
