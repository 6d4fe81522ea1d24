//! What is billed, as papers to keep: which words stand on each. The crate `papers` draws them.
//!
//! A paper is drawn by the server, for whoever was found to be allowed to read it: the callers look at that.

mod credit_note;
mod invoice;
mod receipt;
mod statement;

use domain::{
    Db, Error, Scope,
    format::Locale,
    ids::{ClientId, WorkspaceId},
    mail::MailPaper,
    money::{Currency, Money},
    tax::{Assessment, TaxMode},
    workspaces::{Letterhead, queries::letterhead},
};
use papers::{Column, Paper, PaperSize, Sum};

/// The color of papers where the workspace has none of its own: the pages'.
const COLOR: [u8; 3] = [0x0f, 0x6b, 0x5c];

/// Which paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperOf {
    Billed(MailPaper),
    Statement(ClientId, i32),
}

/// A paper as a file.
pub struct PaperFile {
    /// `Invoice 0042.pdf`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Draws a paper of the workspace.
///
/// # Errors
/// [`Error::NotFound`] where there is no such paper: a draft has none, nor has a receipt for which nothing came in.
pub async fn draw(db: &Db, workspace: WorkspaceId, of: PaperOf) -> Result<PaperFile, Error> {
    let scope = Scope::system(workspace);
    let head = letterhead(db, workspace).await?;
    let paper = match of {
        PaperOf::Billed(MailPaper::Invoice(invoice)) => invoice::paper(db, &scope, &head, invoice).await?,
        PaperOf::Billed(MailPaper::CreditNote(credit)) => {
            credit_note::paper(db, &scope, &head, credit).await?
        }
        PaperOf::Billed(MailPaper::Receipt(invoice)) => receipt::paper(db, &scope, &head, invoice).await?,
        PaperOf::Statement(client, year) => statement::paper(db, &scope, &head, client, year).await?,
    };
    let name = format!("{}.pdf", paper.title());
    // It takes a processor for longer than other tasks should wait for one.
    let drawn = tokio::task::spawn_blocking(move || papers::render(&paper)).await;
    let bytes =
        drawn.map_err(|error| error.to_string()).and_then(|drawn| drawn.map_err(|error| error.to_string()));
    Ok(PaperFile { name, bytes: bytes.map_err(Error::Broken)? })
}

/// What all of a workspace's papers have in common.
fn blank(head: &Letterhead, kind: &str, date: chrono::DateTime<chrono::Utc>) -> Paper {
    Paper {
        kind: kind.to_owned(),
        number: String::new(),
        state: None,
        language: head.format.locale.code().to_owned(),
        size: match head.format.locale {
            Locale::UnitedStates => PaperSize::Letter,
            Locale::International => PaperSize::A4,
        },
        accent: head.color.as_deref().and_then(rgb).unwrap_or(COLOR),
        date,
        sender: head.name.clone(),
        parties: Vec::new(),
        facts: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        sums: Vec::new(),
        notes: Vec::new(),
        details: None,
    }
}

/// The parts of `#rrggbb`.
fn rgb(color: &str) -> Option<[u8; 3]> {
    let hex = color.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

fn column(heading: &str, share: u16, is_number: bool) -> Column {
    Column { heading: heading.to_owned(), share, is_number }
}

fn party(heading: &str, address: &str) -> Option<papers::Party> {
    let address = address.trim();
    (!address.is_empty()).then(|| papers::Party { heading: heading.to_owned(), address: address.to_owned() })
}

fn fact(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

fn sum(label: impl Into<String>, amount: Money, is_total: bool) -> Sum {
    Sum { label: label.into(), amount: amount.in_full(), is_total }
}

/// What is paid without tax, and the tax by rate.
fn tax_sums(tax: &Assessment, currency: Currency) -> Vec<Sum> {
    if tax.sums.is_empty() {
        return Vec::new();
    }
    let holds = if tax.mode == TaxMode::With { "Without tax" } else { "Subtotal" };
    let mut sums = vec![sum(holds, Money::new(tax.net, currency), false)];
    sums.extend(tax.sums.iter().map(|rate| {
        let base = Money::new(rate.base, currency).in_full();
        sum(format!("{} on {base}", rate.word), Money::new(rate.amount, currency), false)
    }));
    sums
}

/// Paragraphs that say something.
fn notes<'a>(notes: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    notes.into_iter().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_read_or_is_none() {
        assert_eq!(rgb("#0f6b5c"), Some(COLOR));
        for other in ["", "0f6b5c", "#0f6b5", "#0f6b5g", "#ä6b5c"] {
            assert_eq!(rgb(other), None, "{other}");
        }
    }
}
