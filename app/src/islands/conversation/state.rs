//! What the page holds while it is looked at: a signal an entry, so that only what changed is drawn again.

use std::sync::Arc;

use domain::session::{Entry, RunNow, wire::Looking};
use leptos::prelude::*;

use super::model::{Beside, Place, Said, Start};

/// Everything on the page that changes. Copies share it.
#[derive(Clone, Copy)]
pub struct Page {
    place: StoredValue<Arc<Place>>,
    pub rows: RwSignal<Vec<Row>>,
    pub run: RwSignal<Option<RunNow>>,
    pub beside: RwSignal<Beside>,
    pub people: RwSignal<Vec<Looking>>,
    pub line: RwSignal<LineState>,
    /// How far the log has been read.
    pub offset: RwSignal<u64>,
    /// Something new stands below what is seen.
    pub news: RwSignal<bool>,
    /// The last thing that happened, for who hears the page.
    pub told: RwSignal<String>,
}

/// How the page's line to the server is, as the page says it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "a page that is only drawn has no line yet"))]
pub enum LineState {
    Whole,
    /// Since when, `14:02`.
    Lost(String),
    SignedOut,
    /// The conversation is not this reader's to follow any more.
    Closed,
}

/// One entry on the page.
pub type Row = Arc<RowState>;

pub struct RowState {
    pub key: String,
    pub when: String,
    pub then: RwSignal<String>,
    /// The HTML that the entry begins with; empty where the browser has it already.
    pub html: String,
    pub entry: RwSignal<Entry>,
    /// Classes of the second line beside the first.
    pub strand: RwSignal<&'static str>,
}

impl Page {
    pub fn new(start: &Start) -> Self {
        let rows: Vec<Row> = start.said.iter().cloned().map(row).collect();
        lay_strands(&rows);
        Self {
            place: StoredValue::new(Arc::new(start.place.clone())),
            rows: RwSignal::new(rows),
            run: RwSignal::new(start.run.clone()),
            beside: RwSignal::new(start.beside.clone()),
            people: RwSignal::new(Vec::new()),
            line: RwSignal::new(LineState::Whole),
            offset: RwSignal::new(start.offset),
            news: RwSignal::new(false),
            told: RwSignal::new(String::new()),
        }
    }

    pub fn place(self) -> Arc<Place> {
        self.place.get_value()
    }

    /// An address under the request's own.
    pub fn under(self, rest: &str) -> String {
        format!("{}/{rest}", self.place().base)
    }

    /// The agent's name while a run lives.
    pub fn at_work(self) -> Option<String> {
        self.run.with(|run| run.as_ref().filter(|run| !run.state.has_ended()).map(|run| run.agent.clone()))
    }
}

/// An entry as a row of the page.
pub fn row(said: Said) -> Row {
    let key = said.entry.key.clone();
    Arc::new(RowState {
        key,
        when: said.when,
        then: RwSignal::new(said.then),
        html: said.html,
        entry: RwSignal::new(said.entry),
        strand: RwSignal::new(""),
    })
}

/// Where a second agent comes in, goes along and joins again.
pub fn lay_strands(rows: &[Row]) {
    let second = |place: usize| rows.get(place).is_some_and(|row| row.entry.with_untracked(|entry| entry.second));
    for (place, row) in rows.iter().enumerate() {
        let begins = place == 0 || !second(place - 1);
        let joins = place + 1 < rows.len() && !second(place + 1);
        let strand = match (second(place), begins, joins) {
            (false, _, _) => "",
            (true, true, true) => " second starts joins",
            (true, true, false) => " second starts",
            (true, false, true) => " second joins",
            (true, false, false) => " second",
        };
        if row.strand.get_untracked() != strand {
            row.strand.set(strand);
        }
    }
}
