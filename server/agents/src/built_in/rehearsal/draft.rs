//! The deliverable: what was asked, what bears on it, and what is open, all in the client's own words.

use std::fmt::Write;

use super::{
    asks::short,
    facts::Fact,
    material::{Contents, Material},
    table::FileTable,
};

/// How much of a table is shown.
const ROWS: usize = 8;
const COLUMNS: usize = 6;

/// A point of the work.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) words: String,
    pub(super) origin: Origin,
}

/// Where a point comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Brief,
    /// Said while the work went on, by whom.
    Said(String),
    /// Asked for after an earlier version.
    Change,
}

/// What goes into a draft.
pub(super) struct RehearsalDraft<'a> {
    pub(super) title: &'a str,
    pub(super) client: &'a str,
    pub(super) version: u32,
    pub(super) material: &'a Material,
    /// In the order in which they were worked on, with what bears on them.
    pub(super) points: Vec<(&'a Point, Vec<&'a Fact>)>,
    /// Questions that were settled: the question, the answer, who gave it.
    pub(super) settled: Vec<(&'a str, Option<&'a str>, &'a str)>,
    /// What is to be different from the last version, and who asked for it.
    pub(super) change: Option<(&'a str, &'a str)>,
}

impl RehearsalDraft<'_> {
    /// What is open: one sentence each.
    pub(super) fn open(&self) -> Vec<String> {
        let points = self.points.iter().filter(|(_, facts)| facts.is_empty());
        let points = points.map(|(point, _)| format!("What should we say about “{}”?", short(&point.words)));
        let left =
            self.material.unanswered.iter().map(|label| format!("You skipped “{label}” when you signed up."));
        let closed = self.material.files.iter().filter(|file| matches!(file.contents, Contents::Closed(_)));
        let closed =
            closed.map(|file| format!("What from {} belongs here? A rehearsal can’t open it.", file.name));
        let unsettled = self.settled.iter().filter(|(_, label, _)| label.is_none());
        let unsettled = unsettled.map(|(question, ..)| format!("{question} No one answered in time."));
        points.chain(left).chain(closed).chain(unsettled).collect()
    }

    /// The whole draft.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        self.head(&mut text);
        self.changes(&mut text);
        section(&mut text, "What you asked for");
        for (i, (point, _)) in self.points.iter().enumerate() {
            line(&mut text, &format!("{}. {}{}", i + 1, short(&point.words), point.origin.note()));
        }
        self.agreed(&mut text);
        self.bearing(&mut text);
        for file in &self.material.files {
            if let Contents::Table(table) = &file.contents {
                section(&mut text, &format!("From {}", file.name));
                show(&mut text, table);
            }
        }
        section(&mut text, "Open questions");
        match self.open() {
            open if open.is_empty() => line(&mut text, "None. Every item is covered."),
            open => open.iter().for_each(|question| line(&mut text, &format!("- {question}"))),
        }
        text.push('\n');
        text
    }

    fn head(&self, text: &mut String) {
        line(text, &format!("# {}", self.title));
        line(text, "");
        line(
            text,
            &format!(
                "*Rehearsal for {}. Everything here is quoted from your request, answers, and files. Nothing was \
                 looked up.*",
                self.client
            ),
        );
    }

    fn changes(&self, text: &mut String) {
        let Some((reason, by)) = self.change else { return };
        section(text, &format!("What changed since version {}", self.version.saturating_sub(1)));
        line(text, &format!("{by} asked:"));
        line(text, "");
        quote(text, reason);
        line(text, "");
        let new = self.points.iter().filter(|(point, _)| point.origin == Origin::Change);
        for (point, facts) in new {
            let found = match facts.len() {
                0 => "nothing on this yet, so it’s listed under open questions",
                _ => "see below",
            };
            line(text, &format!("- “{}” is now its own item: {found}.", short(&point.words)));
        }
    }

    fn agreed(&self, text: &mut String) {
        let answered: Vec<_> =
            self.settled.iter().filter_map(|(question, label, by)| Some((question, (*label)?, by))).collect();
        if answered.is_empty() {
            return;
        }
        section(text, "What you decided");
        for (question, label, by) in answered {
            line(text, &format!("- {question} **{label}** ({by})"));
        }
    }

    fn bearing(&self, text: &mut String) {
        section(text, "What we have on each item");
        for (point, facts) in &self.points {
            line(text, &format!("### {}", short(&point.words)));
            line(text, "");
            if facts.is_empty() {
                line(text, "Nothing yet.");
            }
            for fact in facts {
                line(text, &format!("- “{}” ({})", fact.words, fact.source));
            }
            line(text, "");
        }
    }
}

impl Origin {
    fn note(&self) -> String {
        match self {
            Self::Brief => String::new(),
            Self::Said(by) => format!(" (added by {by} along the way)"),
            Self::Change => " (the revision you asked for)".to_owned(),
        }
    }
}

fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

fn section(text: &mut String, title: &str) {
    // Writing into a String cannot fail.
    let _ = write!(text, "\n## {title}\n\n");
}

fn quote(text: &mut String, words: &str) {
    words.lines().for_each(|words| line(text, &format!("> {words}")));
}

fn show(text: &mut String, table: &FileTable) {
    let columns = table.head.len().min(COLUMNS);
    let row = |cells: &[String]| {
        let cells = (0..columns).map(|i| cells.get(i).map_or("", String::as_str).replace('|', "\\|"));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    line(text, &row(&table.head));
    line(text, &format!("|{}", " --- |".repeat(columns)));
    table.rows.iter().take(ROWS).for_each(|cells| line(text, &row(cells)));
    let (rows, more) = (table.rows.len().saturating_sub(ROWS), table.head.len().saturating_sub(COLUMNS));
    let left: Vec<String> = [(rows, "row"), (more, "column")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| domain::words::count(n as i64, noun))
        .collect();
    if !left.is_empty() {
        line(text, "");
        line(text, &format!("And {} more.", left.join(" and ")));
    }
}
