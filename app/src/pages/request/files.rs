//! `POST …/files`: files for everyone who follows the request.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::requests::commands;

use super::{Here, show};
use crate::{
    pages::files::upload::{FormContents, FormWithFiles, RefusedFile},
    web::{Problem, answer},
};

/// Files that can be taken are, whatever becomes of the others.
pub async fn create(here: Here, form: FormWithFiles) -> Result<Response, Problem> {
    let request = here.request().await?;
    let bare = &here.cx.bare;
    let received = form.receive_what_fits(bare, &here.scope, Some(request)).await;
    let FormContents { fields, files, refused } = received?;
    let text = fields.text("text");
    let not_taken = words(&refused);
    if files.is_empty() && text.is_empty() && !refused.is_empty() {
        return not_one(&here, not_taken).await;
    }
    let done = commands::comment(here.cx.db(), &here.scope, request, text, &files).await;
    let note = format!("Added {}. {not_taken}", domain::words::count(files.len() as i64, "file"));
    Ok(answer(bare, done, &format!("{}#now", here.base()), note.trim_end()))
}

/// The page again, with the reasons beside the field.
async fn not_one(here: &Here, why: String) -> Result<Response, Problem> {
    if here.cx.bare.wants_json {
        let body = serde_json::json!({ "ok": false, "refused": why });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response());
    }
    show::draw_with_files(here, why).await
}

fn words(refused: &[RefusedFile]) -> String {
    let each = refused.iter().map(|RefusedFile { name, why }| format!("We couldn’t add “{name}”. {why}"));
    each.collect::<Vec<_>>().join(" ")
}
