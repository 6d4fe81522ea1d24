//! Everything that the client gave, read once.

use domain::{files::File, format::Locale};

use super::{asks, facts::Fact, table::FileTable};
use crate::{AttemptContext, AttemptFailure};

/// How many lines of one file are looked at for facts.
const LINES: usize = 400;

/// What the work stands on.
#[derive(Clone, Debug, Default)]
pub(super) struct Material {
    pub(super) brief: asks::Brief,
    pub(super) files: Vec<ReadFile>,
    /// What the client told, answered and sent, as far as it can be quoted.
    pub(super) facts: Vec<Fact>,
    /// Questions that were left open at sign-up.
    pub(super) unanswered: Vec<String>,
    /// Answers at sign-up: the question and the answer.
    pub(super) answers: Vec<(String, String)>,
    /// How lists are written.
    pub(super) locale: Locale,
}

/// A file that was looked at.
#[derive(Clone, Debug)]
pub(super) struct ReadFile {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) contents: Contents,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub(super) enum Contents {
    Table(FileTable),
    Text(String),
    /// A photo, a PDF and the like: `PDF, 1.4 MB`.
    Closed(String),
}

impl Material {
    /// Reads brief, answers and files.
    pub(super) async fn gather(context: &AttemptContext) -> Result<Self, AttemptFailure> {
        let work = context.assignment();
        let mut material =
            Self { brief: asks::read(&work.title, &work.brief), locale: work.locale, ..Self::default() };
        for question in &work.intake {
            match question.answer.trim() {
                "" => material.unanswered.push(question.label.clone()),
                answer => material.answers.push((question.label.clone(), answer.replace('\n', ", "))),
            }
        }
        for file in &work.files {
            let contents = contents(file, context.read_text(file).await?);
            material.files.push(ReadFile { id: file.id.to_string(), name: file.name.clone(), contents });
        }
        material.facts = material.quotable();
        material.facts.extend(context.history().comments().into_iter().map(|(by, words)| Fact {
            words: asks::cut(words, 240),
            source: format!("a comment by {by}"),
            about: String::new(),
        }));
        if let Some((reason, by)) = context.history().change_asked() {
            // What is told beside what is asked bears on all of it.
            material.facts.extend(asks::read(reason, reason).told.into_iter().map(|words| Fact {
                words,
                source: format!("what {by} wrote"),
                about: reason.to_owned(),
            }));
        }
        Ok(material)
    }

    fn quotable(&self) -> Vec<Fact> {
        let told = self.brief.told.iter().map(|words| Fact {
            words: words.clone(),
            source: "your request".to_owned(),
            about: String::new(),
        });
        let answers = self.answers.iter().map(|(label, answer)| Fact {
            words: answer.clone(),
            source: format!("your answer to “{label}”"),
            about: label.clone(),
        });
        told.chain(answers).chain(self.files.iter().flat_map(ReadFile::facts)).collect()
    }
}

impl ReadFile {
    fn facts(&self) -> Vec<Fact> {
        let fact = |words: String| Fact { words, source: self.name.clone(), about: self.name.clone() };
        match &self.contents {
            Contents::Table(table) => {
                table.rows.iter().take(LINES).map(|row| fact(table.row_as_text(row))).collect()
            }
            Contents::Text(text) => text
                .lines()
                .map(|line| line.trim().trim_start_matches(['#', '-', '*', '>', ' ']))
                .filter(|line| line.split_whitespace().count() > 2)
                .take(LINES)
                .map(|line| fact(asks::cut(line, 240)))
                .collect(),
            Contents::Closed(_) => Vec::new(),
        }
    }
}

fn contents(file: &File, text: Option<String>) -> Contents {
    let Some(text) = text else {
        return Contents::Closed(format!("{}, {}", file.label, domain::words::size(file.bytes)));
    };
    let tabular = file.media_type == "text/csv"
        || [".csv", ".tsv"].iter().any(|end| file.name.to_lowercase().ends_with(end));
    match tabular.then(|| FileTable::read(&text)).flatten() {
        Some(table) => Contents::Table(table),
        None => Contents::Text(text),
    }
}
