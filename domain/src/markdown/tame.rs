//! Changes to a text's tree before it is written: what pages do not want, a bound on depth, and whatever the parser would
//! leave out.

use comrak::Arena;
use comrak::nodes::{Ast, LineColumn, Node, NodeLink, NodeList, NodeValue};

use super::source::{Source, clean, clean_literal};
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
        let children = node.children().map(|child| (child, depth + 1));
        waiting.extend(children);
        if is_link(node) && !is_outermost(node) {
            unwrap(node);
        }
    }
}

/// Puts back what the parser was kept from misreading, and what it leaves out by itself, so that all that was typed is
/// in the tree.
pub(super) fn complete<'a>(arena: &'a Arena<'a>, root: Node<'a>, source: &Source) {
    let lines: Vec<&str> = source.text.split('\n').collect();
    let nodes: Vec<Node<'a>> = root.descendants().collect();
    for node in nodes {
        put_back(node);
        single_tilde(arena, node);
        show_info(node);
        add_rest_of_row(arena, node, &lines);
        image_to_link(arena, node);
        if is_link(node) && !leads_somewhere(node) {
            link_to_text(arena, node);
        } else if is_link(node) && is_label(node, &lines) {
            node.prepend(make(arena, NodeValue::Text("[".into())));
            node.append(make(arena, NodeValue::Text("]".into())));
        }
    }
}

fn put_back(node: Node<'_>) {
    match &mut node.data_mut().value {
        NodeValue::Text(text) => {
            if let Some(cleaned) = clean(text) {
                *text = cleaned.into();
            }
        }
        NodeValue::Code(code) => replace(&mut code.literal, clean_literal),
        NodeValue::CodeBlock(code) => {
            replace(&mut code.literal, clean_literal);
            replace(&mut code.info, clean);
        }
        NodeValue::HtmlBlock(html) => replace(&mut html.literal, clean_literal),
        NodeValue::HtmlInline(html) => replace(html, clean_literal),
        NodeValue::Link(link) | NodeValue::Image(link) => {
            replace(&mut link.url, clean_literal);
            replace(&mut link.title, clean);
        }
        _ => {}
    }
}

fn replace(text: &mut String, cleaned: fn(&str) -> Option<String>) {
    if let Some(cleaned) = cleaned(text) {
        *text = cleaned;
    }
}

/// `9~12 and 13~17` are hours: only two tildes strike.
fn single_tilde<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    if matches!(node.data().value, NodeValue::Subscript) {
        let tilde = || make(arena, NodeValue::Text("~".into()));
        node.insert_before(tilde());
        node.insert_after(tilde());
        unwrap(node);
    }
}

/// Words behind a fence are the name of a language where they look like one, and otherwise words.
fn show_info(node: Node<'_>) {
    if let NodeValue::CodeBlock(code) = &mut node.data_mut().value {
        let info = code.info.trim();
        let language = info.len() <= 20
            && info
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+#-_.".contains(&byte));
        if !language {
            code.literal.insert_str(0, &format!("{info}\n"));
        }
        code.info.clear();
    }
}

/// The parser drops the cells of a row that stand beyond the last column; they go into the last one.
fn add_rest_of_row<'a>(arena: &'a Arena<'a>, node: Node<'a>, lines: &[&str]) {
    if !matches!(node.data().value, NodeValue::TableRow(false)) {
        return;
    }
    let Some(last) = node.last_child() else { return };
    let (line, end) = (node.data().sourcepos.start.line, last.data().sourcepos.end.column);
    let rest = lines.get(line.saturating_sub(1)).and_then(|line| line.get(end..)).unwrap_or_default();
    let rest = rest.trim();
    let rest = rest.strip_prefix('|').unwrap_or(rest);
    let rest = rest.strip_suffix('|').unwrap_or(rest).trim();
    if !rest.is_empty() {
        let rest = clean(rest).unwrap_or_else(|| rest.to_owned());
        last.append(make(arena, NodeValue::Text(format!(" | {rest}").into())));
    }
}

/// `h1` becomes `h3`, and so on; nothing is below `h6`.
fn lower_heading(node: Node<'_>) {
    if let NodeValue::Heading(heading) = &mut node.data_mut().value {
        heading.level = heading.level.saturating_add(PAGE_HEADINGS).min(6);
    }
}

/// A block of HTML becomes a paragraph that shows it, line by line; HTML within a line is escaped where it is.
fn html_to_text<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let html = match &mut node.data_mut().value {
        NodeValue::HtmlBlock(html) => std::mem::take(&mut html.literal),
        _ => return,
    };
    node.data_mut().value = NodeValue::Paragraph;
    for (place, line) in html.trim().lines().enumerate() {
        if place > 0 {
            node.append(make(arena, NodeValue::LineBreak));
        }
        node.append(make(arena, NodeValue::Text(line.to_owned().into())));
    }
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

/// An image becomes a link with its description, or with its address where it has none. One that leads nowhere is shown as
/// it was typed.
fn image_to_link<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let image = match &mut node.data_mut().value {
        NodeValue::Image(image) => std::mem::take(image),
        _ => return,
    };
    let described = plain(node, &Default::default());
    let words = match described.trim() {
        "" if may_link(&image.url) => image.url.clone(),
        "" => "image".to_owned(),
        words => words.to_owned(),
    };
    if may_link(&image.url) {
        node.data_mut().value = NodeValue::Link(image);
        replace_children(node, make(arena, NodeValue::Text(words.into())));
    } else {
        let inline = image.url.is_empty() || image.url.starts_with("data:");
        let typed = if inline { words } else { format!("![{words}]({})", target(&image)) };
        while let Some(child) = node.first_child() {
            child.detach();
        }
        node.data_mut().value = NodeValue::Text(typed.into());
    }
}

/// A link that leads nowhere is shown as it was typed: `[call](today)` were words.
fn link_to_text<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let link = match &node.data().value {
        NodeValue::Link(link) => link.clone(),
        _ => return,
    };
    let automatic = plain(node, &Default::default()).trim() == link.url;
    let (open, close) = if automatic {
        ("<".to_owned(), ">".to_owned())
    } else {
        ("[".to_owned(), format!("]({})", target(&link)))
    };
    node.insert_before(make(arena, NodeValue::Text(open.into())));
    node.insert_after(make(arena, NodeValue::Text(close.into())));
    unwrap(node);
}

/// Whether a link was typed as the label of a definition alone, `[1]` or `[^1]`: its brackets tell it from the words.
fn is_label(link: Node<'_>, lines: &[&str]) -> bool {
    let place = link.data().sourcepos;
    let line = lines.get(place.start.line.saturating_sub(1)).copied().unwrap_or_default();
    let typed = line.get(place.start.column.saturating_sub(1)..place.end.column).unwrap_or_default();
    place.start.line == place.end.line
        && typed.starts_with('[')
        && typed.ends_with(']')
        && !typed.contains("][")
}

/// What stood between a link's brackets.
fn target(link: &NodeLink) -> String {
    if link.title.is_empty() { link.url.clone() } else { format!("{} \"{}\"", link.url, link.title) }
}

/// Puts the text of all that is below a node in the place of it.
fn flatten<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    if node.first_child().is_none() {
        return;
    }
    let words = plain(node, &Default::default()).trim().to_owned();
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

pub(super) fn may_link(url: &str) -> bool {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    SCHEMES.iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed))
}

fn make<'a>(arena: &'a Arena<'a>, value: NodeValue) -> Node<'a> {
    arena.alloc(Ast::new(value, LineColumn { line: 0, column: 0 }).into())
}
