//! Programs at the portal's streams, by their tokens: an operator's reads what the operator may see, an agent's reads the
//! sessions and backstages that it has runs of, and writes in the name of the one that it has in hand.

use axum::http::{HeaderMap, StatusCode};
use domain::{
    Actor, Db, Error, Scope,
    runs::{self, ClaimedRun, Stage},
    session,
    tokens::Right,
};
use futures::FutureExt;
use sessions::{Data, Producer, StreamId};
use sessions_http::{AccessError, AppendError, AppendPlan, AppendRequest};

use super::people::access_error;
use crate::api::{Caller, TokenGate, WrittenPart, of_log};

/// Whoever comes with a token that counts.
pub(super) async fn caller(gate: &TokenGate, headers: &HeaderMap) -> Result<Caller, AccessError> {
    let caller = gate.admit(headers).await.map_err(|problem| {
        let unknown = problem.status == StatusCode::UNAUTHORIZED.as_u16();
        if unknown { AccessError::InvalidToken } else { AccessError::Unavailable }
    })?;
    // A program that the server started has the tools of its run, and nothing else.
    if caller.bearer.run.is_some() { Err(AccessError::InvalidToken) } else { Ok(caller) }
}

/// In what scope a program reads a stream.
pub(super) async fn scope(db: &Db, caller: &Caller, stream: StreamId) -> Result<Scope, AccessError> {
    let scope = &caller.bearer.scope;
    match scope.actor {
        Actor::Agent { .. } => runs::queries::get_readable_stream(db, scope, stream)
            .await
            .map(|heard| heard.run.scope)
            .map_err(|error| access_error(&error)),
        _ if caller.bearer.may(Right::Read) => Ok(scope.clone()),
        _ => Err(AccessError::NotFound),
    }
}

/// An agent that writes in the name of a run that it has in hand.
pub(super) struct RunWriter {
    claimed: ClaimedRun,
    stage: Stage,
}

/// Lets an agent write to a stream, where the newest of its runs there is in its hands.
pub(super) async fn writer(db: &Db, caller: &Caller, stream: StreamId) -> Result<RunWriter, AccessError> {
    let heard =
        runs::queries::get_readable_stream(db, &caller.bearer.scope, stream).await.map_err(|error| {
            match error {
                Error::NotFound => AccessError::ReadOnly,
                error => access_error(&error),
            }
        })?;
    let stage = if heard.is_backstage { Stage::Backstage } else { Stage::Session };
    let claimed = heard.run.claimed(heard.run.attempt).map_err(|_| AccessError::ReadOnly)?;
    Ok(RunWriter { claimed, stage })
}

impl RunWriter {
    /// The events as they are stored: who wrote them, of which run and when is for the server to say.
    pub(super) async fn plan_append(
        &self,
        db: &Db,
        request: AppendRequest<'_>,
    ) -> Result<AppendPlan, AppendError> {
        let (producer, parts) = self.parts(request).map_err(AppendError::Invalid)?;
        // An earlier attempt is told so where it is stored.
        let mut draft = match producer.epoch == u64::from(self.claimed.attempt) {
            true => runs::draft(db, &self.claimed, self.stage, producer.sequence, parts).await.map_err(
                |error| match error {
                    Error::Refused(words) => AppendError::Invalid(words),
                    error => {
                        tracing::warn!(error.message = %error, "an agent's words could not be taken");
                        AppendError::Unavailable
                    }
                },
            )?,
            false => runs::stamp(db, &self.claimed, parts).into(),
        };
        let events = std::mem::take(&mut draft.events).into_iter().map(Data::json);
        let events =
            events.collect::<Result<_, _>>().map_err(|error| AppendError::Invalid(error.to_string()))?;
        let after_commit = async { draft.stored().await.is_ok() }.boxed();
        Ok(AppendPlan { events, after_commit: Some(after_commit) })
    }

    /// What it writes, where it may, and as which producer.
    fn parts<'a>(&self, request: AppendRequest<'a>) -> Result<(&'a Producer, Vec<session::Part>), String> {
        let AppendRequest { producer, closes_or_orders, events } = request;
        if closes_or_orders {
            return Err("A session is neither closed nor marked by an agent.".to_owned());
        }
        let attempt = u64::from(self.claimed.attempt);
        let producer = producer.filter(|producer| producer.id == self.claimed.run.to_string());
        // A lower epoch is an earlier attempt's, which is told so where it is stored.
        let Some(producer) = producer.filter(|producer| producer.epoch <= attempt) else {
            return Err(format!(
                "Append as the producer that the run is: Producer-Id: {}, Producer-Epoch: {attempt}, and \
                 Producer-Seq, counted from 0.",
                self.claimed.run
            ));
        };
        let parts = events.iter().map(part).collect::<Result<Vec<WrittenPart>, String>>()?;
        let name = format!("s-{}", producer.sequence);
        let parts = of_log(parts, self.stage, &name).map_err(|problem| problem.detail)?;
        Ok((producer, parts))
    }
}

fn part(data: &Data) -> Result<WrittenPart, String> {
    serde_json::from_slice(data.as_bytes())
        .map_err(|error| format!("This is nothing that an agent writes: {error}."))
}
