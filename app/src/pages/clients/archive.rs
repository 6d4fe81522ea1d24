//! `POST /desk/clients/{client}/archive`: a client has left, or is back (`archived=no`).

use axum::response::Response;
use domain::{clients::commands, ids::ClientId};

use super::find;
use crate::{
    components::desk::client_path,
    web::{Operator, Path, PostedForm, Problem, answer},
};

pub async fn create(
    operator: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let Operator { cx, scope, .. } = operator;
    let back = client_path(client.id);
    Ok(if fields.text("archived") == "no" {
        answer(
            &cx.bare,
            commands::restore(cx.db(), &scope, client.id).await,
            &back,
            &format!("Restored {}.", client.name),
        )
    } else {
        let note = format!("Archived {}. Nothing was deleted.", client.name);
        answer(&cx.bare, commands::archive(cx.db(), &scope, client.id).await, &back, &note)
    })
}
