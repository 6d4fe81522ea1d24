//! Lists whose numbers are those that were typed: `7.`, `9.` and `3.` are days of a month, and `2)` is no `2.`

use std::{collections::HashMap, fmt::Write, sync::Arc};

use comrak::{
    Options, create_formatter,
    nodes::{ListType, Node, NodeValue},
};

use super::source::Source;

/// The number of an item, and how it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    value: u32,
    pub typed: String,
}

/// The numbers of a text's items, by the line and the column that each begins at.
pub(super) type Numbers = HashMap<(usize, usize), Number>;

/// Reads the number of every item of an ordered list.
pub(super) fn read<'a>(root: Node<'a>, source: &Source) -> Numbers {
    let lines: Vec<&str> = source.text.split('\n').collect();
    let items = root.descendants().filter(|node| is_ordered(node));
    items
        .flat_map(|list| list.children())
        .filter_map(|item| Some((key(item), number(item, &lines)?)))
        .collect()
}

fn is_ordered(node: Node<'_>) -> bool {
    matches!(&node.data().value, NodeValue::List(list) if list.list_type == ListType::Ordered)
}

/// Where an item begins.
pub(super) fn key(item: Node<'_>) -> (usize, usize) {
    let start = item.data().sourcepos.start;
    (start.line, start.column)
}

fn number(item: Node<'_>, lines: &[&str]) -> Option<Number> {
    let (line, column) = key(item);
    let mark = lines.get(line.checked_sub(1)?)?.get(column.checked_sub(1)?..)?;
    let digits = mark.bytes().take_while(u8::is_ascii_digit).count();
    let sign = mark[digits..].chars().next().filter(|sign| matches!(sign, '.' | ')'))?;
    Some(Number { value: mark[..digits].parse().ok()?, typed: format!("{}{sign}", &mark[..digits]) })
}

/// Writes the tree as HTML, each number that a browser would not count to as it was typed.
pub(super) fn format(root: Node<'_>, options: &Options, numbers: Numbers) -> Option<String> {
    let mut html = String::new();
    Numbered::format_document(root, options, &mut html, Arc::new(numbers)).ok()?;
    Some(html)
}

create_formatter!(Numbered<Arc<Numbers>>, {
    NodeValue::Item(_) => |context, node, entering| {
        if entering {
            context.cr()?;
            let attributes = attributes(node, &context.user);
            write!(context, "<li{attributes}>")?;
        } else {
            context.write_str("</li>")?;
            context.lf()?;
        }
    },
});

fn attributes(item: Node<'_>, numbers: &Numbers) -> String {
    let Some(Number { value, typed }) = numbers.get(&key(item)) else { return String::new() };
    let before = item.previous_sibling().and_then(|before| numbers.get(&key(before)));
    let mut attributes = String::new();
    // The list itself begins at the first one's.
    if before.is_some_and(|before| before.value + 1 != *value) {
        attributes = format!(" value=\"{value}\"");
    }
    if *typed != format!("{value}.") {
        attributes += &format!(" data-typed=\"{typed}\"");
    }
    attributes
}
