//! Where a page ends and the next begins.

use crate::{
    layout::{Block, MARGIN, Piece, Role, Shape},
    paper::PaperSize,
};

/// Above the words of a page: the bar in the workspace's color stands there.
const TOP: f32 = 48.0;
/// Below them: the foot stands there.
const BOTTOM: f32 = 60.0;

/// A piece at its place on its page, in points from the page's top left corner.
pub(crate) type Page = Vec<Piece>;

/// Puts blocks on pages, each below the one before while there is room.
pub(crate) fn paginate(blocks: Vec<Block>, size: PaperSize) -> Vec<Page> {
    let end = size.points().1 - BOTTOM;
    let mut pages: Vec<Page> = vec![Vec::new()];
    let mut y = TOP;
    // What stands at the top of a page that goes on with a table.
    let mut head: Option<Block> = None;
    let mut waiting: Vec<Block> = Vec::new();
    for block in blocks {
        let keeps = block.keeps_with_next;
        waiting.push(block);
        if keeps {
            continue;
        }
        let needed: f32 = waiting.iter().map(|block| block.height).sum();
        if y + needed > end && y > TOP {
            pages.push(Vec::new());
            y = TOP;
            if waiting.first().is_some_and(|block| block.has_head)
                && let Some(head) = &head
                && let Some(page) = pages.last_mut()
            {
                page.extend(again(head, y));
                y += head.height;
            }
        }
        for block in waiting.drain(..) {
            if block.is_head {
                head = Some(copy(&block));
            }
            if let Some(page) = pages.last_mut() {
                page.extend(block.pieces.into_iter().map(|piece| place(piece, y)));
            }
            y += block.height;
        }
    }
    pages
}

fn place(piece: Piece, y: f32) -> Piece {
    Piece { x: piece.x + MARGIN, y: piece.y + y, ..piece }
}

/// The head once more, which was read already.
fn again(head: &Block, y: f32) -> Vec<Piece> {
    copy(head).pieces.into_iter().map(|piece| place(Piece { role: Role::Artifact, ..piece }, y)).collect()
}

fn copy(block: &Block) -> Block {
    let pieces = block.pieces.iter().map(|piece| Piece {
        x: piece.x,
        y: piece.y,
        shape: match &piece.shape {
            Shape::Words(words) => Shape::Words(Box::new(words.again())),
            Shape::Rectangle(width, height, ink) => Shape::Rectangle(*width, *height, *ink),
            Shape::Code(code, side) => Shape::Code(code.clone(), *side),
        },
        role: piece.role.clone(),
    });
    Block { height: block.height, pieces: pieces.collect(), ..Block::default() }
}
