//! Requests, for an operator's programs.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
mod model;
pub(super) mod show;

use domain::{
    Scope,
    ids::{ClientId, RequestId},
    requests::{Detail, queries},
};

use super::{Api, Problem};

/// A request by its id.
async fn find(api: &Api, scope: &Scope, id: RequestId) -> Result<Detail, Problem> {
    let (client, number) = queries::number_of(&api.app.db, scope, id).await?;
    by_number(api, scope, client, number).await
}

async fn by_number(api: &Api, scope: &Scope, client: ClientId, number: u64) -> Result<Detail, Problem> {
    Ok(queries::by_number(&api.app.db, &scope.within(client), client, number).await?)
}
