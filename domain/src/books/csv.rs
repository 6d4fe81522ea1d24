//! Rows of the books' files (RFC 4180): words that a spreadsheet would compute are defused, amounts stay numbers.

use crate::{exports::table::quoted, money::Money};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Words(String),
    /// Digits, a point, a minus: written by us, so nothing is computed from it.
    Number(String),
}

/// Words of any kind.
pub(super) fn words(text: impl Into<String>) -> Cell {
    Cell::Words(text.into())
}

/// An amount in the currency's unit.
pub(super) fn amount(money: Money) -> Cell {
    Cell::Number(money.plain())
}

/// One row with its end.
pub(super) fn row(cells: &[Cell]) -> String {
    let values: Vec<String> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Words(text) => quoted(text),
            Cell::Number(number) => number.clone(),
        })
        .collect();
    values.join(",") + "\r\n"
}

/// The row of a file's columns.
pub(super) fn head(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(",") + "\r\n"
}
