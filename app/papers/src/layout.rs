//! What stands on a paper as blocks, one below the other, none of which is broken by the end of a page.

use crate::{
    fonts::{Ink, Style, Typesetter, Words},
    paper::{Code, Details, Paper},
};

/// The margin of a page on each side, in points.
pub(crate) const MARGIN: f32 = 54.0;

const BODY: Style = Style::text(9.5);
const LABEL: Style = Style::text(8.0).ink(Ink::Soft);
const STRONG: Style = Style::text(11.0).bold();
/// Between a column and the next.
const GAP: f32 = 16.0;
/// Above and below the words of a row.
const PAD: f32 = 6.0;
/// Of a column of sums or details, from the right edge.
const SUMS: f32 = 260.0;
/// The side of a code.
const CODE: f32 = 96.0;
/// Longer words are several blocks, so that each fits on a page.
const MOST_LINES: usize = 24;

/// What a piece is, for who does not see the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Belongs to the page and not to what is said: lines, heads that are repeated.
    Artifact,
    Title,
    Heading(String),
    Paragraph,
    /// A cell of a table: which table, which row.
    Cell {
        table: usize,
        row: usize,
        head: Head,
    },
    Figure(String),
}

/// Whether a cell is the head of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    No,
    OfColumn,
    OfRow,
}

pub(crate) enum Shape {
    Words(Box<Words>),
    /// Filled, of that width and height.
    Rectangle(f32, f32, Ink),
    Code(Code, f32),
}

/// A shape at its place in its block, in points from the block's top left corner.
pub(crate) struct Piece {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) shape: Shape,
    pub(crate) role: Role,
}

/// What stays together.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) height: f32,
    pub(crate) pieces: Vec<Piece>,
    /// It must not be the last on its page.
    pub(crate) keeps_with_next: bool,
    /// It is the head of the blocks that follow it, up to one that has none: said again where they go on.
    pub(crate) is_head: bool,
    pub(crate) has_head: bool,
}

impl Block {
    fn words(&mut self, (x, y): (f32, f32), words: Words, role: Role) -> f32 {
        let bottom = y + words.height();
        self.height = self.height.max(bottom);
        self.pieces.push(Piece { x, y, shape: Shape::Words(Box::new(words)), role });
        bottom
    }

    fn rule(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), ink: Ink) {
        self.height = self.height.max(y + height);
        self.pieces.push(Piece { x, y, shape: Shape::Rectangle(width, height, ink), role: Role::Artifact });
    }
}

/// The blocks of a paper, in reading order.
pub(crate) fn blocks(set: &mut Typesetter, paper: &Paper) -> Vec<Block> {
    let width = paper.size.points().0 - 2.0 * MARGIN;
    let mut blocks = vec![title(set, paper, width), parties(set, paper, width)];
    blocks.extend(table(set, paper, width));
    blocks.extend(sums(set, paper, width));
    blocks.extend(notes(set, &paper.notes, width));
    if let Some(details) = &paper.details {
        blocks.push(box_of(set, details, width));
    }
    blocks
}

fn title(set: &mut Typesetter, paper: &Paper, width: f32) -> Block {
    let mut block = Block::default();
    let half = width * 0.6;
    block.words((0.0, 0.0), set.set(&paper.title(), Style::text(26.0).display(), half), Role::Title);
    if let Some(state) = &paper.state {
        let style = Style::text(10.0).bold().right().ink(Ink::Accent);
        block.words((half, 12.0), set.set(state, style, width - half), Role::Paragraph);
    }
    block.height += 22.0;
    block
}

/// From whom, to whom, and the facts, side by side.
fn parties(set: &mut Typesetter, paper: &Paper, width: f32) -> Block {
    let mut block = Block::default();
    let count = paper.parties.len() + usize::from(!paper.facts.is_empty());
    let column = (width - GAP * (count.max(1) - 1) as f32) / count.max(1) as f32;
    let mut x = 0.0;
    for party in &paper.parties {
        let y = block.words(
            (x, 0.0),
            set.set(&party.heading, LABEL, column),
            Role::Heading(party.heading.clone()),
        );
        block.words((x, y + 3.0), set.set(&party.address, BODY, column), Role::Paragraph);
        x += column + GAP;
    }
    let mut y = 0.0;
    for (label, fact) in &paper.facts {
        let below = block.words((x, y), set.set(label, LABEL, column), Role::Heading(label.clone()));
        y = block.words((x, below + 3.0), set.set(fact, BODY, column), Role::Paragraph) + 8.0;
    }
    block.height += 26.0;
    block
}

/// The head and the rows.
fn table(set: &mut Typesetter, paper: &Paper, width: f32) -> Vec<Block> {
    let shares: f32 = paper.columns.iter().map(|column| f32::from(column.share)).sum();
    let room = width - GAP * paper.columns.len().saturating_sub(1) as f32;
    let widths: Vec<f32> =
        paper.columns.iter().map(|column| room * f32::from(column.share) / shares).collect();
    let row = |set: &mut Typesetter, cells: Vec<&str>, style: Style, number: usize, head: Head| {
        let mut block = Block::default();
        let mut x = 0.0;
        for ((column, cell), width) in paper.columns.iter().zip(cells).zip(&widths) {
            let style = if column.is_number { style.right() } else { style };
            let role = Role::Cell { table: 0, row: number, head };
            block.words((x, PAD), set.set(cell, style, *width), role);
            x += width + GAP;
        }
        block.height += PAD;
        block
    };
    let heads = paper.columns.iter().map(|column| column.heading.as_str()).collect();
    let mut head = row(set, heads, LABEL.bold(), 0, Head::OfColumn);
    let bottom = head.height;
    head.rule((0.0, bottom), (width, 0.9), Ink::Dark);
    (head.keeps_with_next, head.is_head) = (true, true);
    let mut blocks = vec![head];
    for (number, cells) in paper.rows.iter().enumerate() {
        // What is longer than a page goes on in rows of its own; the amounts stand in the first.
        let parts: Vec<Vec<String>> =
            cells.iter().zip(&widths).map(|(cell, width)| chunks(set, cell, *width)).collect();
        let most = parts.iter().map(Vec::len).max().unwrap_or_default();
        for part in 0..most {
            let cells = parts.iter().map(|parts| parts.get(part).map_or("", String::as_str)).collect();
            let mut block = row(set, cells, BODY, number + 1, Head::No);
            if part + 1 == most {
                let bottom = block.height;
                block.rule((0.0, bottom), (width, 0.5), Ink::Hairline);
            }
            block.has_head = true;
            blocks.push(block);
        }
    }
    blocks
}

fn sums(set: &mut Typesetter, paper: &Paper, width: f32) -> Vec<Block> {
    let left = width - SUMS;
    let mut blocks = Vec::new();
    let last = paper.sums.len().saturating_sub(1);
    for (row, sum) in paper.sums.iter().enumerate() {
        let mut block = Block::default();
        let top = match row {
            0 => 8.0,
            _ if sum.is_total => 6.0,
            _ => 0.0,
        };
        let style = if sum.is_total { STRONG } else { BODY };
        if sum.is_total {
            block.rule((left, top), (SUMS, 0.9), Ink::Dark);
        }
        let cell = |head| Role::Cell { table: 1, row, head };
        let label = set.set(&sum.label, style, SUMS * 0.56);
        block.words((left, top + PAD), label, cell(Head::OfRow));
        let amount = set.set(&sum.amount, style.right(), SUMS * 0.44);
        block.words((left + SUMS * 0.56, top + PAD), amount, cell(Head::No));
        block.keeps_with_next = row < last;
        block.height += if row == last { 18.0 } else { 0.0 };
        blocks.push(block);
    }
    blocks
}

fn notes(set: &mut Typesetter, notes: &[String], width: f32) -> Vec<Block> {
    let mut blocks = Vec::new();
    for note in notes {
        for part in chunks(set, note, width) {
            let mut block = Block::default();
            block.words((0.0, 0.0), set.set(&part, BODY, width), Role::Paragraph);
            blocks.push(block);
        }
        if let Some(last) = blocks.last_mut() {
            last.height += 10.0;
        }
    }
    blocks
}

/// The box at the end, with its code.
fn box_of(set: &mut Typesetter, details: &Details, width: f32) -> Block {
    let mut block = Block::default();
    block.rule((0.0, 8.0), (width, 0.5), Ink::Hairline);
    let mut y = block.words(
        (0.0, 18.0),
        set.set(&details.heading, STRONG, width),
        Role::Heading(details.heading.clone()),
    ) + 4.0;
    let (label_width, top) = (110.0, y);
    let value_width = width - label_width - details.code.as_ref().map_or(0.0, |_| CODE + 2.0 * GAP);
    for (row, (label, value)) in details.rows.iter().enumerate() {
        let cell = |head| Role::Cell { table: 2, row, head };
        let style = BODY.ink(Ink::Soft);
        let below = block.words((0.0, y), set.set(label, style, label_width - 8.0), cell(Head::OfRow));
        y = block.words((label_width, y), set.set(value, BODY, value_width), cell(Head::No)).max(below) + 2.0;
    }
    if let Some(code) = &details.code {
        let x = width - CODE;
        let role = Role::Figure(code.description.clone());
        block.pieces.push(Piece { x, y: top, shape: Shape::Code(code.clone(), CODE), role });
        let caption = set.set(&code.caption, LABEL, CODE);
        block.words((x, top + CODE + 4.0), caption, Role::Paragraph);
    }
    block
}

/// The words in pieces of so many lines at most.
fn chunks(set: &mut Typesetter, text: &str, width: f32) -> Vec<String> {
    let words = set.set(text, BODY, width);
    let lines: Vec<_> = words.layout.lines().map(|line| line.text_range()).collect();
    if lines.len() <= MOST_LINES {
        return vec![words.text];
    }
    let parts = lines.chunks(MOST_LINES).filter_map(|part| {
        let (first, last) = (part.first()?, part.last()?);
        Some(words.text.get(first.start..last.end)?.trim_end().to_owned())
    });
    parts.collect()
}
