//! What is held back of the texts that a program writes bit by bit over HTTP: the end of each, where it could be the
//! beginning of a secret. Between two of its calls it stands in a column of the run, sealed, so that any node goes on with it.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{
    Stage,
    model::{ClaimedRun, Sequence, SessionProducer, lost},
};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::RunId,
    sealed::{Keyring, SealContext, SealedSecret, Secret},
    session::{Event, Part},
};

/// How many texts of one stream are held back from at a time; what there is of more goes out at once.
const MOST: usize = 64;

/// What is held back of an attempt's texts.
#[derive(Debug, Default, Serialize, Deserialize)]
struct HeldBack {
    attempt: u32,
    session: Tails,
    backstage: Tails,
}

/// The ends of one stream's texts.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tails {
    /// The number of the last call that changed them.
    last: Option<u64>,
    /// By the texts' ids; none where nothing is held back.
    sealed: Option<Box64>,
}

/// Something sealed, as JSON has it.
#[derive(Debug, Serialize, Deserialize)]
struct Box64 {
    key: String,
    wrapped: String,
    sealed: String,
}

type Texts = BTreeMap<String, String>;

/// What a call writes, on its way into the log. Until it is [`AppendDraft::stored`], nobody else writes for the attempt; where
/// it is dropped before, it counts as never made.
#[must_use]
pub struct AppendDraft {
    /// As the log has them.
    pub events: Vec<String>,
    held: Option<Tx>,
}

impl AppendDraft {
    /// The log has them, by this call or by an earlier one of the same number: what is held back by now is kept.
    ///
    /// # Errors
    /// When the database is away. The call has to be made again then, which the log takes for the same.
    pub async fn stored(self) -> Result<()> {
        match self.held {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}

impl From<Vec<String>> for AppendDraft {
    fn from(events: Vec<String>) -> Self {
        Self { events, held: None }
    }
}

/// Parts of an attempt's call as the log keeps them: without secrets, also where one is cut over several calls; who wrote
/// them, of which run, and when is for the server to say.
///
/// # Errors
/// As [`super::is_lost`] tells; [`Error::Refused`] for a sub-run that writes a plan.
pub async fn draft(
    db: &Db,
    claimed: &ClaimedRun,
    stage: Stage,
    sequence: u64,
    parts: Vec<Part>,
) -> Result<AppendDraft> {
    claimed.check_parts(&parts)?;
    let producer = claimed.producer(stage);
    let texts = |part: &Part| matches!(part, Part::TextDelta { .. } | Part::TextEnd { .. });
    let Some(Part::TextDelta { id, .. } | Part::TextEnd { id }) = parts.iter().find(|part| texts(part))
    else {
        return Ok(stamp(db, claimed, parts).into());
    };
    let id = id.clone();
    let mut tx = db.begin(&claimed.scope).await?;
    let mut held_back = load(&mut tx, claimed).await?;
    let tails = held_back.of(stage);
    if tails.last.is_some_and(|last| sequence <= last) {
        // The log has it, and tells so by its number.
        return Ok(stamp(db, claimed, parts).into());
    }
    let before = open(db, claimed, tails)?;
    let was_empty = before.is_empty();
    let (mut written, after) = hold_back(producer, before, parts);
    if written.is_empty() {
        // The log counts the calls.
        written.push(Part::TextDelta { id, delta: String::new() });
    }
    let events: Vec<String> = claimed.events(db.now(), written).iter().map(Event::to_json).collect();
    if was_empty && after.is_empty() {
        return Ok(events.into());
    }
    *held_back.of(stage) = Tails { last: Some(sequence), sealed: close(db, claimed, &after)? };
    save(&mut tx, claimed, &held_back).await?;
    Ok(AppendDraft { events, held: Some(tx) })
}

/// The attempt says nothing more: what was held back of texts that were not ended is written.
///
/// # Errors
/// As [`super::is_lost`] tells.
pub async fn append_held_back(db: &Db, claimed: &ClaimedRun) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let mut held_back = load(&mut tx, claimed).await?;
    let mut is_empty = true;
    for stage in [Stage::Session, Stage::Backstage] {
        let rest = open(db, claimed, held_back.of(stage))?.into_iter();
        let parts: Vec<Part> = rest.map(|(id, delta)| Part::TextDelta { id, delta }).collect();
        if !parts.is_empty() {
            is_empty = false;
            held_back.of(stage).sealed = None;
            tx.append(claimed.producer(stage).stream, &claimed.events(db.now(), parts)).await?;
        }
    }
    if !is_empty {
        save(&mut tx, claimed, &held_back).await?;
    }
    tx.commit().await
}

/// The same for what is not gone on with: nothing of it is held back.
pub fn stamp(db: &Db, claimed: &ClaimedRun, parts: Vec<Part>) -> Vec<String> {
    let parts = claimed.session.redacted_at_once(parts);
    claimed.events(db.now(), parts).iter().map(Event::to_json).collect()
}

/// What can be written, and what is held back after it.
fn hold_back(producer: &SessionProducer, before: Texts, parts: Vec<Part>) -> (Vec<Part>, Texts) {
    let mut state = Sequence::of_texts(before);
    let mut written = producer.redacted(&mut state, parts);
    let mut held = state.into_texts();
    while held.len() > MOST
        && let Some((id, delta)) = held.pop_last()
    {
        // Redacted once more as an event.
        written.push(Part::TextDelta { id, delta });
    }
    (written, held)
}

impl HeldBack {
    fn of(&mut self, stage: Stage) -> &mut Tails {
        match stage {
            Stage::Session => &mut self.session,
            Stage::Backstage => &mut self.backstage,
        }
    }
}

fn whose(claimed: &ClaimedRun) -> SealContext {
    whose_of(&claimed.scope, claimed.run, claimed.attempt)
}

fn whose_of(scope: &Scope, run: RunId, attempt: u32) -> SealContext {
    SealContext::new(scope.workspace, &format!("run/{run}/{attempt}"))
}

/// Seals what the workspace's living runs hold back under the current master key: for how many runs. What does not open
/// would be left out of its text anyway.
pub(crate) async fn reseal_in(tx: &mut Tx, scope: &Scope, ring: &Keyring) -> Result<u64> {
    let rows = sqlx::query!(
        r#"SELECT id, coalesce(held_back, kept) AS "held_back!" FROM run
           WHERE workspace_id = $1 AND state IN ('working', 'suspended') AND coalesce(held_back, kept) IS NOT NULL
           ORDER BY id FOR UPDATE"#,
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut done = 0;
    for row in rows {
        // In the old place there may be what a backend keeps.
        let Ok(mut held_back) = serde_json::from_value::<HeldBack>(row.held_back) else { continue };
        let whose = whose_of(scope, RunId(row.id), held_back.attempt);
        let mut changed = false;
        for stage in [Stage::Session, Stage::Backstage] {
            changed |= held_back.of(stage).reseal(ring, &whose);
        }
        if changed {
            let held_back =
                serde_json::to_value(&held_back).map_err(|error| Error::Broken(error.to_string()))?;
            let updated = sqlx::query!(
                "UPDATE run SET held_back = $3 WHERE workspace_id = $1 AND id = $2",
                scope.workspace.0,
                row.id,
                held_back,
            );
            done += updated.execute(tx.conn()).await?.rows_affected();
        }
    }
    Ok(done)
}

impl Tails {
    fn reseal(&mut self, ring: &Keyring, whose: &SealContext) -> bool {
        let Some(renewed) = self.sealed.as_ref().and_then(|sealed| sealed.renewed(ring, whose)) else {
            return false;
        };
        self.sealed = Some(renewed);
        true
    }
}

impl Box64 {
    fn sealed(&self) -> Option<SealedSecret> {
        let (wrapped, sealed) = (STANDARD.decode(&self.wrapped).ok()?, STANDARD.decode(&self.sealed).ok()?);
        Some(SealedSecret { key_id: self.key.clone(), wrapped, sealed })
    }

    fn renewed(&self, ring: &Keyring, whose: &SealContext) -> Option<Self> {
        ring.renewed(whose, &self.sealed()?).ok().flatten().map(Self::from)
    }
}

impl From<SealedSecret> for Box64 {
    fn from(SealedSecret { key_id, wrapped, sealed }: SealedSecret) -> Self {
        Self { key: key_id, wrapped: STANDARD.encode(wrapped), sealed: STANDARD.encode(sealed) }
    }
}

fn close(db: &Db, claimed: &ClaimedRun, texts: &Texts) -> Result<Option<Box64>> {
    if texts.is_empty() {
        return Ok(None);
    }
    let texts = serde_json::to_string(texts).map_err(|error| Error::Broken(error.to_string()))?;
    let sealed = db.keyring()?.seal(&whose(claimed), &Secret::new(texts))?;
    Ok(Some(sealed.into()))
}

/// Nothing where it does not open any more: the text goes on without those few words.
fn open(db: &Db, claimed: &ClaimedRun, tails: &Tails) -> Result<Texts> {
    let Some(sealed) = &tails.sealed else { return Ok(Texts::new()) };
    let texts = reveal(&db.keyring()?, &whose(claimed), sealed);
    if texts.is_none() {
        tracing::warn!(run.id = %claimed.run, "what was held back of a text does not open, and is left out");
    }
    Ok(texts.unwrap_or_default())
}

fn reveal(ring: &Keyring, whose: &SealContext, sealed: &Box64) -> Option<Texts> {
    let opened = ring.open(whose, &sealed.sealed()?).ok()?;
    serde_json::from_str(opened.reveal()).ok()
}

/// Whoever writes for the attempt waits for whoever does so already.
async fn load(tx: &mut Tx, claimed: &ClaimedRun) -> Result<HeldBack> {
    // What was written before the column was there is in the old place.
    let held_back = sqlx::query_scalar!(
        "SELECT coalesce(held_back, kept) FROM run
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state IN ('working', 'suspended')
         FOR UPDATE",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| lost(claimed.attempt))?;
    let held_back = held_back.and_then(|held_back| serde_json::from_value(held_back).ok());
    let ours = held_back.filter(|held_back: &HeldBack| held_back.attempt == claimed.attempt);
    Ok(ours.unwrap_or_else(|| HeldBack { attempt: claimed.attempt, ..HeldBack::default() }))
}

async fn save(tx: &mut Tx, claimed: &ClaimedRun, held_back: &HeldBack) -> Result<()> {
    let held_back = serde_json::to_value(held_back).map_err(|error| Error::Broken(error.to_string()))?;
    sqlx::query!(
        "UPDATE run SET held_back = $4 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        held_back,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
