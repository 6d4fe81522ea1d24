//! Approvals: questions that suspend a run. One winner, an expiry, a name in the record.
//!
//! When one expires nothing is decided for the client: the run goes on with the event that says so, and the agent has
//! to do without the answer, in the way that commits the client to nothing. A question that kept its request waiting
//! for ever would hold one of the client's places with nobody able to answer it.

mod model;

mod answer;
mod ask;
mod expire;
mod queries;

pub use answer::answer;
pub use ask::{ask, ask_as};
pub use expire::expire;
pub(crate) use expire::{withdraw_of_run_in, withdraw_open_in};
pub use model::{Answered, Approval, ApprovalState, Audience, Question};
pub(crate) use queries::open_since_in;
pub use queries::{Answer, get, of_request_in, of_run, open_for, settled_by_operators};

/// Where a question and its answer are written: what operators are asked is internal.
fn stream_of(row: &crate::requests::lock::Row, audience: Audience) -> sessions::StreamId {
    match audience {
        Audience::Client => row.session,
        Audience::Operator => row.backstage,
    }
}
