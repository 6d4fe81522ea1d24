//! `POST /desk/webhooks/{webhook}`: where it leads, and what it is told.

use axum::response::Response;
use domain::{ids::WebhookId, webhooks};

use super::{LIST, find, form::read_form, show};
use crate::web::{Form, Operator, Path, PostedForm, Problem, redirect_with};

pub async fn save(
    operator: Operator,
    Path(webhook): Path<WebhookId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let found = find(&operator, webhook).await?;
    let Operator { cx, scope, .. } = &operator;
    let saved = match read_form(&operator, &fields).await {
        Ok(new) => webhooks::commands::edit(cx.db(), scope, found.id, &new).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(redirect_with(&format!("{LIST}/{}", found.id), "Saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            show::draw(&operator, found, form).await
        }
    }
}
