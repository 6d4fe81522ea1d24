use std::time::Duration;

use sessions::Append;

use super::lock_claim;
use crate::{
    Db, Error, Result,
    runs::{ClaimedRun, model::SessionProducer},
    session::{Event, Part},
};

/// How often an append whose fate is unknown is sent again before the caller is told.
const TRIES: u32 = 5;

/// Appends the agent's words, plan and steps to the session, in the order of the calls. It is stored once, whatever
/// happens to the connection: what a call could not make sure of, because it failed or was dropped, goes first with
/// the next one.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells; [`Error::Broken`] for parts that only the product itself writes.
pub async fn append_events(db: &Db, claimed: &ClaimedRun, parts: Vec<Part>) -> Result<()> {
    if let Some(part) = parts.iter().find(|part| !is_agents(part)) {
        return Err(Error::Broken(format!("an agent does not write {part:?} itself")));
    }
    claimed.check_parts(&parts)?;
    append_as(db, claimed, &claimed.session, parts).await
}

/// Appends to the backstage of the request: raw tool calls, internal remarks, in any part.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells.
pub async fn append_backstage(db: &Db, claimed: &ClaimedRun, parts: Vec<Part>) -> Result<()> {
    append_as(db, claimed, &claimed.backstage, parts).await
}

/// What an agent says of its own accord. The rest are facts, and are written in the transaction that makes them so.
pub(super) fn is_agents(part: &Part) -> bool {
    use crate::session::RunState::Working;
    matches!(
        part,
        Part::TextStart { .. }
            | Part::TextDelta { .. }
            | Part::TextEnd { .. }
            | Part::DataPlan { .. }
            | Part::DataStep { .. }
            // It says of itself that it rehearses.
            | Part::DataRun { state: Working, failure: None, .. }
    )
}

impl ClaimedRun {
    /// How the work on the request stands is not for a sub-run to say.
    pub(in crate::runs) fn check_parts(&self, parts: &[Part]) -> Result<()> {
        let of_the_whole = |part: &Part| matches!(part, Part::DataRun { .. } | Part::DataPlan { .. });
        if self.parent.is_some() && parts.iter().any(of_the_whole) {
            return Err(Error::refused(
                "The plan is that of whoever has the request. You help with a part: show your steps.",
            ));
        }
        Ok(())
    }
}

async fn append_as(
    db: &Db,
    claimed: &ClaimedRun,
    producer: &SessionProducer,
    parts: Vec<Part>,
) -> Result<()> {
    let mut state = producer.state.lock().await;
    let events = claimed.events(db.now(), producer.redacted(&mut state, parts));
    if events.is_empty() {
        return Ok(());
    }
    if let Some(before) = state.unsure.clone() {
        send(db, producer, state.next, before).await?;
        state.unsure = None;
        state.next += 1;
    }
    let texts: Vec<String> = events.iter().map(Event::to_json).collect();
    // Noted before it is sent: a call that is dropped on the way may have been stored.
    state.unsure = Some(texts.clone());
    let sent = send(db, producer, state.next, texts).await;
    match &sent {
        Err(Error::Sessions(sessions::Error::Unsure(_))) => {}
        Ok(()) => {
            state.unsure = None;
            state.next += 1;
        }
        Err(_) => state.unsure = None,
    }
    sent
}

async fn send(db: &Db, producer: &SessionProducer, sequence: u64, texts: Vec<String>) -> Result<()> {
    let mut tries = 1;
    loop {
        let append = Append::by(producer.producer(sequence), texts.clone());
        match db.engine().append(producer.stream, append).await {
            Ok(_) => return Ok(()),
            Err(sessions::Error::Unsure(_) | sessions::Error::Busy) if tries < TRIES => {
                tokio::time::sleep(Duration::from_millis(50 << tries)).await;
                tries += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes an agent's plan and steps into the session from beside its worker, whose sequence they are not part of.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells; [`Error::Broken`] for any other part.
pub async fn report(db: &Db, claimed: &ClaimedRun, parts: Vec<Part>) -> Result<()> {
    if let Some(part) =
        parts.iter().find(|part| !matches!(part, Part::DataPlan { .. } | Part::DataStep { .. }))
    {
        return Err(Error::Broken(format!("a report is a plan or a step, not {part:?}")));
    }
    claimed.check_parts(&parts)?;
    let mut tx = db.begin(&claimed.scope).await?;
    let (_, row) = lock_claim(&mut tx, claimed).await?;
    let events = claimed.events(tx.now(), parts);
    tx.append(row.session, &events).await?;
    tx.commit().await
}
