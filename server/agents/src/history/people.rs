//! What people said.

use domain::{
    ids::ControlId,
    session::{Author, AuthorKind, Body, Part},
};

use super::History;

impl History {
    /// The reason of the newest change that was asked for, and who asked; none when none was, or it was approved since.
    pub fn change_asked(&self) -> Option<(&str, &str)> {
        let (approved, reason, author) = self
            .ever(
                |entry| match &entry.body {
                    Body::Review { approved, reason } => Some((*approved, reason.as_str(), &entry.author)),
                    _ => None,
                },
                |event| match &event.part {
                    Part::DataReview { approved, reason } => {
                        Some((*approved, reason.as_str(), &event.author))
                    }
                    _ => None,
                },
            )
            .last()?;
        (!approved).then_some((reason, author.name.as_str()))
    }

    /// What people wrote as comments before this run began, oldest first: who, and what. Every attempt at the run reads
    /// the same.
    pub fn comments(&self) -> Vec<(&str, &str)> {
        let folded = self.before.entries.iter().filter_map(|entry| match &entry.body {
            Body::Comment { text } => Some((&entry.author, text.as_str())),
            _ => None,
        });
        let before = self.events.iter().take_while(|event| event.run.is_none() || event.run != self.run);
        let lately = before.filter_map(|event| match &event.part {
            Part::DataComment { text } => Some((&event.author, text.as_str())),
            _ => None,
        });
        let people = |author: &Author| matches!(author.kind, AuthorKind::Person | AuthorKind::Operator);
        let said = folded.chain(lately).filter(|(author, _)| people(author));
        said.map(|(author, text)| (author.name.as_str(), text)).collect()
    }

    /// What was said to the agent at work and is not among `open`, oldest first: who, and what.
    pub fn steers(&self, open: &[ControlId]) -> Vec<(&str, &str)> {
        let said = self
            .ever(
                |entry| match &entry.body {
                    Body::Steer { control, text, .. } => Some((control, &entry.author, text.as_str())),
                    _ => None,
                },
                |event| match &event.part {
                    Part::DataSteer { control, text } => Some((control, &event.author, text.as_str())),
                    _ => None,
                },
            )
            .filter(|(control, ..)| !open.contains(control));
        said.map(|(_, author, text)| (author.name.as_str(), text)).collect()
    }

    /// The name of who asked for the work.
    pub fn requester(&self) -> Option<&str> {
        self.ever(
            |entry| matches!(entry.body, Body::Asked { .. }).then_some(&entry.author),
            |event| matches!(event.part, Part::DataAsked { .. }).then_some(&event.author),
        )
        .next()
        .map(|author| author.name.as_str())
    }
}
