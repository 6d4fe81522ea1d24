//! What a rehearsal says, in sentences.

use domain::{format::Locale, names::first_name, words};

use super::{
    asks::{count, cut, short},
    facts::Fact,
    material::{Contents, Material, ReadFile},
};
use crate::StepTitle;

pub(super) fn opening(asked_by: Option<&str>) -> String {
    let first = asked_by.map(first_name).filter(|name| !name.is_empty());
    let hello = first.map(|name| format!("Hi {name}! ")).unwrap_or_default();
    format!(
        "{hello}This is a rehearsal. I’ll read what you sent and put together a draft using only your own words. I \
         won’t look anything up or make anything up, so anything missing stays an open question."
    )
}

/// What was found before the work on the points begins.
pub(super) fn found(material: &Material) -> String {
    let asks: Vec<String> = material.brief.asks.iter().map(|ask| format!("“{}”", short(ask))).collect();
    let points = match asks.as_slice() {
        [only] => format!("I found one item in your request: {only}."),
        asks => {
            format!("I found {} items in your request: {}.", number(asks.len()), material.locale.list(asks))
        }
    };
    let answers = words::count(material.answers.len() as i64, "answer");
    let files = words::count(material.files.len() as i64, "file");
    match (material.answers.len(), material.files.len()) {
        (0, 0) => {
            format!("{points} That’s all I have to go on. There are no sign-up answers or files.")
        }
        (_, 0) => format!("{points} I also have {answers} from when you signed up."),
        (0, _) => format!("{points} I also have {files} from you."),
        _ => format!("{points} I also have {answers} from your sign-up and {files} from you."),
    }
}

/// What came of the question.
pub(super) fn settled(label: Option<&str>, by: &str) -> String {
    match label {
        Some(label) => {
            format!("Thanks, {}. I’ll go with “{label}”.", by.split_whitespace().next().unwrap_or("everyone"))
        }
        None => "I didn’t hear back in time, so I’ll go with what I suggested.".to_owned(),
    }
}

/// Somebody said something while the work went on.
pub(super) fn steer_taken_up(text: &str) -> String {
    format!("Got it: “{}”. I’ll add that to the draft.", cut(text, 160))
}

/// What bears on a point.
pub(super) fn on_point(locale: Locale, point: &str, facts: &[&Fact]) -> String {
    let point = short(point);
    let quotes: Vec<String> =
        facts.iter().map(|fact| format!("“{}” ({})", cut(&fact.words, 120), fact.source)).collect();
    match quotes.as_slice() {
        [] => {
            format!(
                "“{point}”: I didn’t find anything about this in what you sent, so I’ll list it as an open question."
            )
        }
        [only] => format!("“{point}”: I found one thing: {only}."),
        quotes => format!("“{point}”: I found {} things: {}.", number(quotes.len()), locale.list(quotes)),
    }
}

pub(super) fn closing(version: u32, open: usize) -> String {
    let draft = if version > 1 { format!("Version {version} of the draft") } else { "The draft".to_owned() };
    match open {
        0 => format!("{draft} is ready for your review. Every item is covered."),
        1 => format!("{draft} is ready for your review. There’s one open question, so start there."),
        n => format!(
            "{draft} is ready for your review. There are {} open questions, so start there.",
            capital(&number(n))
        ),
    }
}

/// The line of a file that was read.
pub(super) fn file_read(file: &ReadFile) -> (StepTitle, String) {
    match &file.contents {
        Contents::Table(table) => {
            let rows = words::count(table.rows.len() as i64, "row");
            (
                StepTitle::with_result(format!("Read {}", file.name), rows),
                format!("Columns: {}", table.head.join(", ")),
            )
        }
        Contents::Text(text) => {
            let count = words::count(count(text) as i64, "word");
            let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("It is empty.");
            (StepTitle::with_result(format!("Read {}", file.name), count), cut(first, 200))
        }
        Contents::Closed(kind) => {
            let detail = "A rehearsal can only read text and tables, so this file isn’t in the draft.";
            (StepTitle::with_result(format!("Set {} aside", file.name), kind), detail.to_owned())
        }
    }
}

fn number(n: usize) -> String {
    let words = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    words.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
