//! For an operator's own program, so that it can run the desk.

mod approvals;
mod bills;
mod clients;
mod dangerous;
mod notes;
mod offers;
mod requests;
mod runs;

use std::sync::Arc;

use domain::{
    Db, Error, Result, Scope,
    audit::ActedThrough,
    idempotency::{Call, once},
    ids::ClientId,
    tokens::Right,
};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::tool::{Tool, ToolEffect, ToolText, WithKey, WriteResult};

/// An operator's program that calls, in the operator's place under the token's name.
#[derive(Clone)]
pub(super) struct DeskCaller {
    pub(super) db: Db,
    pub(super) scope: Scope,
    pub(super) by: ActedThrough,
    pub(super) rights: Arc<Vec<Right>>,
}

/// Every tool of the desk.
pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    [
        clients::tools(),
        notes::tools(),
        requests::tools(),
        runs::tools(),
        approvals::tools(),
        offers::tools(),
        bills::tools(),
        dangerous::tools(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A tool that reads.
fn reads<A, F, W>(words: ToolText, work: F) -> Tool<DeskCaller>
where
    A: DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(DeskCaller, A) -> W + Send + Sync + 'static,
    W: Future<Output = Result<Value>> + Send + 'static,
{
    Tool::new(ToolEffect::Reads, words, work)
}

/// A tool that writes, once under its key and audited in the same transaction.
fn writes<A, F, W>(words: ToolText, work: F) -> Tool<DeskCaller>
where
    A: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(DeskCaller, A) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = Result<WriteResult>> + Send + 'static,
{
    keyed(ToolEffect::Writes, words, work)
}

fn keyed<A, F, W>(kind: ToolEffect, words: ToolText, work: F) -> Tool<DeskCaller>
where
    A: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(DeskCaller, A) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = Result<WriteResult>> + Send + 'static,
{
    Tool::new(kind, words, move |desk: DeskCaller, asked: WithKey<A>| {
        let work = work.clone();
        async move {
            let arguments =
                serde_json::to_value(&asked.rest).map_err(|error| Error::Broken(error.to_string()))?;
            let (db, scope, by) = (desk.db.clone(), desk.scope.clone(), desk.by.clone());
            let key = Some(asked.idempotency_key.as_str());
            let call = Call { by: &by, what: words.0, key, arguments: &arguments };
            once(&db, &scope, call, move |db| work(DeskCaller { db, ..desk }, asked.rest)).await
        }
    })
}

impl DeskCaller {
    /// The desk narrowed to a client; nobody leaves the one that they are narrowed to.
    fn within(&self, client: ClientId) -> Result<Scope> {
        match self.scope.client {
            Some(own) if own != client => Err(Error::NotFound),
            _ => Ok(self.scope.within(client)),
        }
    }
}

/// An id as a program gives it.
fn id<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::NotFound)
}
