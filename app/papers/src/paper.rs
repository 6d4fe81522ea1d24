use chrono::{DateTime, Utc};

/// What stands on a paper, in the words and with the amounts that are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// `Invoice`.
    pub kind: String,
    /// `0042`; empty where it has none.
    pub number: String,
    /// Its state in a few words, where it needs one: `Void since December 7, 2026`.
    pub state: Option<String>,
    /// The language of its words, as BCP 47 has it.
    pub language: String,
    pub size: PaperSize,
    /// Red, green and blue of the workspace's own color.
    pub accent: [u8; 3],
    /// When it was issued: the file's own date.
    pub date: DateTime<Utc>,
    /// Whose paper it is: stands at the foot of each page.
    pub sender: String,
    /// From whom and to whom.
    pub parties: Vec<Party>,
    /// `Issued`, `Due` and the like, each with what it is.
    pub facts: Vec<(String, String)>,
    pub columns: Vec<Column>,
    /// A row has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
    pub sums: Vec<Sum>,
    /// Paragraphs below: why no tax is charged, the note.
    pub notes: Vec<String>,
    /// How to pay.
    pub details: Option<Details>,
}

impl Paper {
    /// `Invoice 0042`.
    pub fn title(&self) -> String {
        format!("{} {}", self.kind, self.number).trim_end().to_owned()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperSize {
    /// 8.5 by 11 inches.
    Letter,
    /// 210 by 297 millimeters.
    A4,
}

impl PaperSize {
    /// Width and height in points of 1/72 inch.
    pub(crate) fn points(self) -> (f32, f32) {
        match self {
            Self::Letter => (612.0, 792.0),
            Self::A4 => (595.28, 841.89),
        }
    }
}

/// Name and address under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub heading: String,
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub heading: String,
    /// Its share of the width, beside the others' shares.
    pub share: u16,
    /// Numbers stand at the end of their column.
    pub is_number: bool,
}

/// A line of the sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub label: String,
    pub amount: String,
    /// What it comes to.
    pub is_total: bool,
}

/// How to pay, or whatever else stands in a box at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub heading: String,
    pub rows: Vec<(String, String)>,
    pub code: Option<Code>,
}

/// A code to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What it is, for who does not see it.
    pub description: String,
    /// Stands below it.
    pub caption: String,
    /// How many modules it is wide and high.
    pub width: usize,
    /// Row by row, whether a module is dark.
    pub modules: Vec<bool>,
}
