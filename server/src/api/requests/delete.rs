//! `DELETE /v1/requests/{request}/entries/{entry}`

use axum::{extract::State, http::StatusCode};
use domain::{ids::RequestId, requests::commands, requests::queries, tokens::Right};

use crate::api::{Api, Caller, Problem, path::Path};

/// Delete a comment or a file
///
/// Of a request's conversation or its backstage, written or added by the operator whose token it is, by hand or by a program. A
/// mark stays in its place. Deleting it again changes nothing.
#[utoipa::path(
    delete, path = "/v1/requests/{request}/entries/{entry}", tag = "Desk", operation_id = "delete_entry",
    params(
        ("request" = String, Path, description = "The request's id"),
        ("entry" = String, Path, description = "The id of the comment's or the file's event, as the session or the backstage has it"),
    ),
    responses((status = 204, description = "Nothing of it is left")),
)]
pub(in crate::api) async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Path((request, entry)): Path<(RequestId, String)>,
) -> Result<StatusCode, Problem> {
    let scope = caller.operator(Right::Write)?;
    let (db, files) = (&api.app.db, &api.app.site.files);
    let (client, _) = queries::number_of(db, scope, request).await?;
    commands::delete(db, files, &scope.within(client), request, &entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
