//! What a rehearsal says, in sentences.

use domain::words;

use super::{
    asks::{count, cut, short},
    facts::Fact,
    material::{Contents, Material, Read},
};

pub(super) fn opening(asked_by: Option<&str>) -> String {
    let first = asked_by.and_then(|name| name.split_whitespace().next());
    let hello = first.map(|name| format!("Hello {name}. ")).unwrap_or_default();
    format!(
        "{hello}This is a rehearsal. I read what you gave me, plan along your own words and put a draft together from \
         them. I look nothing up and make nothing up, so what is missing stays open."
    )
}

/// What was found before the work on the points begins.
pub(super) fn found(material: &Material) -> String {
    let asks: Vec<String> = material.brief.asks.iter().map(|ask| format!("“{}”", short(ask))).collect();
    let points = match asks.as_slice() {
        [only] => format!("I take one point from your brief: {only}."),
        asks => format!("I take {} points from your brief: {}.", number(asks.len()), words::list(asks)),
    };
    let answers = words::count(material.answers.len() as i64, "answer");
    let files = words::count(material.files.len() as i64, "file");
    match (material.answers.len(), material.files.len()) {
        (0, 0) => {
            format!("{points} Beyond it I have nothing to go by: no answers from your sign-up, no files.")
        }
        (_, 0) => format!("{points} I also have {answers} from your sign-up."),
        (0, _) => format!("{points} I also have {files} from you."),
        _ => format!("{points} I also have {answers} from your sign-up and {files} from you."),
    }
}

/// What came of the question.
pub(super) fn settled(label: Option<&str>, by: &str) -> String {
    match label {
        Some(label) => {
            format!("Thank you, {}. I go by “{label}”.", by.split_whitespace().next().unwrap_or("everyone"))
        }
        None => "No answer came in time, so I keep to what I suggested.".to_owned(),
    }
}

/// Somebody said something while the work went on.
pub(super) fn heard(text: &str) -> String {
    format!("Understood: “{}”. I add it to the plan and to the draft.", cut(text, 160))
}

/// What bears on a point.
pub(super) fn on_point(point: &str, facts: &[&Fact]) -> String {
    let point = short(point);
    let quotes: Vec<String> =
        facts.iter().map(|fact| format!("“{}” ({})", cut(&fact.words, 120), fact.source)).collect();
    match quotes.as_slice() {
        [] => {
            format!("On “{point}”: nothing that you gave me bears on it. I put it among the open questions.")
        }
        [only] => format!("On “{point}” I found one thing: {only}."),
        quotes => format!("On “{point}” I found {} things: {}.", number(quotes.len()), words::list(quotes)),
    }
}

pub(super) fn closing(version: u32, open: usize) -> String {
    let draft = if version > 1 { format!("Version {version} of the draft") } else { "The draft".to_owned() };
    match open {
        0 => format!("{draft} is ready for you. Every point has something to stand on."),
        1 => format!("{draft} is ready for you. One question in it is open: look at that first."),
        n => format!(
            "{draft} is ready for you. {} questions in it are open: look at those first.",
            capital(&number(n))
        ),
    }
}

/// The line of a file that was read.
pub(super) fn file_read(file: &Read) -> (String, String) {
    match &file.contents {
        Contents::Table(table) => {
            let rows = words::count(table.rows.len() as i64, "row");
            (format!("Read {} · {rows}", file.name), format!("Columns: {}", table.head.join(", ")))
        }
        Contents::Text(text) => {
            let count = words::count(count(text) as i64, "word");
            let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("It is empty.");
            (format!("Read {} · {count}", file.name), cut(first, 200))
        }
        Contents::Closed(kind) => {
            let detail = "A rehearsal reads text and tables only, so nothing of this is in the draft.";
            (format!("Kept {} aside · {kind}", file.name), detail.to_owned())
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
