//! Papers as PDF: an invoice, a credit note, a receipt, a statement. What stands on one comes in as words; where it stands
//! is decided here. The same words give the same bytes, on every machine.
//!
//! Lines are broken, shaped and set in the right direction by `parley`, the file is written by `krilla`, which also checks
//! that a screen reader can read it (PDF/UA-1). What is ours is the table and where a page ends.

mod fonts;
mod layout;
mod pages;
mod paper;
mod write;

pub use paper::{Code, Column, Details, Paper, PaperSize, Party, Sum};

/// A paper could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the PDF could not be written: {0}")]
pub struct Error(String);

/// The paper as the bytes of a PDF. It takes some milliseconds of a processor.
///
/// # Errors
/// Where the library refuses the document, which would be a fault here: no words lead to it.
pub fn render(paper: &Paper) -> Result<Vec<u8>, Error> {
    let mut typesetter = fonts::Typesetter::new()?;
    let blocks = layout::blocks(&mut typesetter, paper);
    write::write(&mut typesetter, paper, &pages::paginate(blocks, paper.size))
}

#[cfg(test)]
mod tests;
