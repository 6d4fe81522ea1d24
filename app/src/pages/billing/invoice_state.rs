//! `POST /desk/billing/invoices/{invoice}/state`: issued, paid, unpaid again, void, credited, or a draft thrown away.

use axum::response::Response;
use domain::{
    Error,
    billing::commands::{self, IssueOutcome},
    ids::{CreditNoteId, InvoiceId},
};

use crate::web::{Operator, Path, PostedForm, Problem, answer};

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let db = cx.db();
    let wanted = fields.text("state");
    let mut credit: Option<CreditNoteId> = None;
    let (done, note) = match wanted {
        "issued" => match commands::issue(db, &scope, invoice).await {
            Ok(IssueOutcome::Invoice) => (Ok(()), "Issued. The client can see it now."),
            Ok(IssueOutcome::Credit(made)) => {
                credit = Some(made);
                (Ok(()), "Issued as a credit note. The client sees it now.")
            }
            Err(error) => (Err(error), ""),
        },
        "credited" => match commands::credit(db, &scope, invoice).await {
            Ok(made) => {
                credit = Some(made);
                (Ok(()), "Credited. The client sees the credit note now.")
            }
            Err(error) => (Err(error), ""),
        },
        "paid" => (
            commands::mark_paid(db, &scope, invoice).await,
            "Marked as paid. Made a mistake? Mark it as unpaid.",
        ),
        "unpaid" => {
            (commands::take_back_payment(db, &scope, invoice).await, "Marked as unpaid. It’s due again.")
        }
        "void" => (commands::void(db, &scope, invoice).await, "Invoice voided. Its number won’t be reused."),
        "discarded" => (commands::discard(db, &scope, invoice).await, "Draft discarded."),
        _ => (Err(Error::NotFound), ""),
    };
    let to_list = fields.text("back") == "list" || wanted == "discarded";
    let back = match credit {
        Some(credit) => format!("/desk/billing/credits/{credit}"),
        None if to_list => "/desk/billing".to_owned(),
        None => format!("/desk/billing/invoices/{invoice}"),
    };
    Ok(answer(&cx.bare, done, &fields.back(&back), note))
}
