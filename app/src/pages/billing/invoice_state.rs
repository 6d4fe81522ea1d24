//! `POST /desk/billing/invoices/{invoice}/state`: issued, paid, not paid after all, void, or a draft thrown away.

use axum::{extract::Path, response::Response};
use domain::{Error, billing::commands};

use super::id;
use crate::web::{Operator, Posted, Problem, answer};

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<String>,
    Posted(fields): Posted,
) -> Result<Response, Problem> {
    let (db, invoice) = (cx.db(), id(&invoice)?);
    let wanted = fields.text("state");
    let (done, note) = match wanted {
        "issued" => (commands::issue(db, &scope, invoice).await, "Issued. The client sees it now."),
        "paid" => {
            (commands::mark_paid(db, &scope, invoice).await, "Marked as paid. “Not paid” takes it back.")
        }
        "unpaid" => {
            (commands::take_back_payment(db, &scope, invoice).await, "Not paid after all: it is due again.")
        }
        "void" => (commands::void(db, &scope, invoice).await, "Void. Its number stays used."),
        "discarded" => (commands::discard(db, &scope, invoice).await, "The draft is gone."),
        _ => (Err(Error::NotFound), ""),
    };
    let to_list = fields.text("back") == "list" || wanted == "discarded";
    let back = if to_list { "/desk/billing".to_owned() } else { format!("/desk/billing/invoices/{invoice}") };
    Ok(answer(&cx.bare, done, &fields.back(&back), note))
}
