//! Changes to a text's tree before it is written: what pages do not want, and a bound on depth.

use comrak::Arena;
use comrak::nodes::{Ast, LineColumn, Node, NodeList, NodeValue};

use super::text::plain;

/// Where links may lead.
pub(super) const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// How deep a text may nest. What lies deeper stands there as plain text: browsers and the cleaner
/// take quadratic time over deep trees, and nobody can read them.
pub(super) const DEEPEST: usize = 24;

/// What an `h1` of a text becomes is 1 more than this; the page's own headings are above it.
const PAGE_HEADINGS: u8 = 2;

/// Walks the tree once, without recursion, and changes what needs changing.
pub(super) fn tame<'a>(arena: &'a Arena<'a>, root: Node<'a>) {
    let mut waiting = vec![(root, 0)];
    while let Some((node, depth)) = waiting.pop() {
        if depth >= DEEPEST {
            flatten(arena, node);
        }
        lower_heading(node);
        html_to_text(arena, node);
        task_to_text(arena, node);
        image_to_link(arena, node);
        let children = node.children().map(|child| (child, depth + 1));
        waiting.extend(children);
        if is_link(node) && !(leads_somewhere(node) && is_outermost(node)) {
            unwrap(node);
        }
    }
}

/// `h1` becomes `h3`, and so on; nothing is below `h6`.
fn lower_heading(node: Node<'_>) {
    if let NodeValue::Heading(heading) = &mut node.data_mut().value {
        heading.level = heading.level.saturating_add(PAGE_HEADINGS).min(6);
    }
}

/// A block of HTML becomes a paragraph that shows it; HTML within a line is escaped where it is.
fn html_to_text<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let html = match &mut node.data_mut().value {
        NodeValue::HtmlBlock(html) => std::mem::take(&mut html.literal),
        _ => return,
    };
    node.data_mut().value = NodeValue::Paragraph;
    node.append(make(arena, NodeValue::Text(html.trim().to_owned().into())));
}

/// A task's box becomes a character: a checkbox that cannot be pressed and has no label says
/// nothing to a screen reader.
fn task_to_text<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let NodeValue::TaskItem(task) = node.data().value else {
        return;
    };
    node.data_mut().value = NodeValue::Item(NodeList::default());
    let first = node.first_child().filter(|child| matches!(child.data().value, NodeValue::Paragraph));
    let paragraph = first.unwrap_or_else(|| {
        let paragraph = make(arena, NodeValue::Paragraph);
        node.prepend(paragraph);
        paragraph
    });
    let mark = if task.symbol.is_some() { "☑ " } else { "☐ " };
    paragraph.prepend(make(arena, NodeValue::Text(mark.into())));
}

/// An image becomes a link with its description, or with its address where it has none.
fn image_to_link<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let image = match &mut node.data_mut().value {
        NodeValue::Image(image) => std::mem::take(image),
        _ => return,
    };
    let described = plain(node);
    let words = match described.trim() {
        "" if may_link(&image.url) => image.url.clone(),
        "" => "image".to_owned(),
        words => words.to_owned(),
    };
    node.data_mut().value = NodeValue::Link(image);
    replace_children(node, make(arena, NodeValue::Text(words.into())));
}

/// Puts the text of all that is below a node in the place of it.
fn flatten<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    if node.first_child().is_none() {
        return;
    }
    let words = plain(node).trim().to_owned();
    let text = make(arena, NodeValue::Text(words.into()));
    let is = |kind: fn(&NodeValue) -> bool| kind(&node.data().value);
    if is(|value| matches!(value, NodeValue::TableRow(_))) {
        // A row can hold cells alone; they are flattened when their turn comes.
    } else if is(|value| matches!(value, NodeValue::Item(_) | NodeValue::TaskItem(_))) {
        let paragraph = make(arena, NodeValue::Paragraph);
        paragraph.append(text);
        replace_children(node, paragraph);
    } else {
        if is(|value| matches!(value, NodeValue::List(_) | NodeValue::BlockQuote | NodeValue::Table(_))) {
            node.data_mut().value = NodeValue::Paragraph;
        }
        replace_children(node, text);
    }
}

/// Takes a link away and leaves what it says.
fn unwrap(link: Node<'_>) {
    while let Some(child) = link.first_child() {
        link.insert_before(child);
    }
    link.detach();
}

fn replace_children<'a>(node: Node<'a>, child: Node<'a>) {
    while let Some(old) = node.first_child() {
        old.detach();
    }
    node.append(child);
}

fn is_link(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Link(_))
}

/// Not inside another link, as a linked image is.
fn is_outermost<'a>(link: Node<'a>) -> bool {
    link.ancestors().skip(1).all(|around| !is_link(around))
}

fn leads_somewhere(node: Node<'_>) -> bool {
    matches!(&node.data().value, NodeValue::Link(link) if may_link(&link.url))
}

fn may_link(url: &str) -> bool {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    SCHEMES.iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed))
}

fn make<'a>(arena: &'a Arena<'a>, value: NodeValue) -> Node<'a> {
    arena.alloc(Ast::new(value, LineColumn { line: 0, column: 0 }).into())
}
