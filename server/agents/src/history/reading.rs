//! Reading the logs.

use domain::{
    Db, Result,
    runs::ClaimedRun,
    session::{self, Event, Part},
};
use sessions::{Error, Offset};

use super::{History, ReadOffsets, Settlement};

/// How many events are read at once.
const PAGE: u32 = 1_000;

impl History {
    /// Reads the session, and where it ended.
    pub(crate) async fn read(db: &Db, claimed: &ClaimedRun) -> Result<(Self, ReadOffsets)> {
        let mut history = Self { run: Some(claimed.run), ..Self::default() };
        let backstage = history.read_backstage(db, claimed).await?;
        let session = history.read_session(db, claimed).await?;
        Ok((history, ReadOffsets { session, backstage }))
    }

    async fn read_session(&mut self, db: &Db, claimed: &ClaimedRun) -> Result<Offset> {
        let mut from = Offset::ZERO;
        loop {
            let page = match db.engine().read(claimed.session_stream(), from, PAGE).await {
                Err(Error::Gone { earliest }) => {
                    let stream = claimed.session_stream().0;
                    let beginning = session::queries::beginning(db, &claimed.scope, stream, earliest).await?;
                    from = Offset::from_value(beginning.next);
                    self.before = beginning.conversation;
                    self.events.clear();
                    continue;
                }
                page => page?,
            };
            self.events.extend(page.records.iter().filter_map(|record| Event::from_json(record.json()).ok()));
            from = page.next;
            if page.up_to_date {
                return Ok(from);
            }
        }
    }

    async fn read_backstage(&mut self, db: &Db, claimed: &ClaimedRun) -> Result<Offset> {
        let mut from = Offset::ZERO;
        loop {
            let page = match db.engine().read(claimed.backstage_stream(), from, PAGE).await {
                Err(Error::Gone { earliest }) => {
                    from = earliest;
                    continue;
                }
                page => page?,
            };
            let events = page.records.iter().filter_map(|record| Event::from_json(record.json()).ok());
            events.for_each(|event| self.note(event));
            from = page.next;
            if page.up_to_date {
                return Ok(from);
            }
        }
    }

    fn note(&mut self, event: Event) {
        let ours = event.run.is_some() && event.run == self.run;
        match event.part {
            Part::DataAnswer { approval, label, .. } => {
                let settled = Settlement { label, by: event.author.name };
                self.backstage.answers.insert(approval, settled);
            }
            Part::ToolInputAvailable { tool_call_id, .. } if ours => {
                self.backstage.called.insert(tool_call_id);
            }
            Part::ToolOutputAvailable { tool_call_id, .. } | Part::ToolOutputError { tool_call_id, .. }
                if ours =>
            {
                self.backstage.returned.insert(tool_call_id);
            }
            _ => {}
        }
    }
}
