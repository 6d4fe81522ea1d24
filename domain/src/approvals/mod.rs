//! Approvals: questions that suspend a run. One winner, an expiry, a name in the record.
//!
//! When one expires nothing is decided for the client: the run goes on with the event that says so, and the agent has
//! to do without the answer, in the way that commits the client to nothing. A question that kept its request waiting
//! for ever would hold one of the client's places with nobody able to answer it.

pub mod commands;
mod model;
pub mod queries;

pub use model::{AnswerOutcome, Approval, ApprovalState, Audience, Decision, Question, SettledQuestion};

/// Where a question and its answer are written: what operators are asked is internal.
fn stream_of(row: &crate::requests::lock::LockedRequest, audience: Audience) -> sessions::StreamId {
    match audience {
        Audience::Client => row.session,
        Audience::Operator => row.backstage,
    }
}
