//! `POST /desk/offers/{offer}/state`: on the storefront, or no longer sold.

use axum::response::Response;
use domain::{Error, ids::OfferId, offers::commands};

use crate::web::{Operator, Path, PostedForm, Problem, answer};

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<OfferId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (done, note) = match fields.text("state") {
        "published" => (commands::publish(cx.db(), &scope, offer).await, "Published to your storefront."),
        "archived" => {
            (commands::archive(cx.db(), &scope, offer).await, "Archived. Existing subscribers keep it.")
        }
        _ => (Err(Error::NotFound), ""),
    };
    Ok(answer(&cx.bare, done, &format!("/desk/offers/{offer}"), note))
}
