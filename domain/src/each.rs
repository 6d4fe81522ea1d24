use uuid::Uuid;

use crate::{Result, Scope};

/// A row of some client that a job has found across workspaces, for `query_as!`.
pub(crate) struct DueRow {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub client_id: Uuid,
}

impl DueRow {
    /// What it is, with the scope of the server's own work on it.
    pub fn scoped<T>(self, id: fn(Uuid) -> T) -> (Scope, T) {
        (Scope::of_row(self.workspace_id, self.client_id), id(self.id))
    }
}

/// Does one thing after another, each in a transaction of its own: one that fails keeps nobody waiting. Answers how many
/// it was done to.
///
/// # Errors
/// The last failure, once all were tried.
pub(crate) async fn each<T, Done: Future<Output = Result<bool>>>(
    all: Vec<T>,
    one: impl Fn(T) -> Done,
) -> Result<u64> {
    let (mut done, mut failed) = (0, None);
    for thing in all {
        match one(thing).await {
            Ok(was_done) => done += u64::from(was_done),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(done), Err)
}
