//! `POST /desk/proposals/{proposal}`: what a program proposed is approved and done, or declined. The first decision
//! counts; who comes later is told whose it was.

use axum::response::Response;
use domain::{
    Error,
    audit::ActedThrough,
    ids::ProposalId,
    proposals::{self, Decision, ProposalState},
};

use crate::web::{Operator, Path, PostedForm, answer};

pub async fn decide(
    Operator { cx, scope, .. }: Operator,
    Path(proposal): Path<ProposalId>,
    PostedForm(fields): PostedForm,
) -> Response {
    let by = ActedThrough { token: None, ip: cx.bare.address.parse().ok() };
    let decided = match fields.text("decision") {
        "approve" => proposals::commands::approve(cx.db(), &scope, &by, proposal).await,
        "decline" => proposals::commands::decline(cx.db(), &scope, &by, proposal).await,
        _ => Err(Error::refused("Approve it or decline it.")),
    };
    let note = if fields.text("decision") == "approve" { "Done." } else { "Declined. Nothing was done." };
    answer(&cx.bare, decided.and_then(in_words), "/desk", note)
}

fn in_words(decided: Decision) -> Result<(), Error> {
    match decided {
        Decision::Won => Ok(()),
        Decision::Failed(why) => Err(Error::refused(format!("That couldn’t be done. {why}"))),
        Decision::Expired => Err(Error::refused("This proposal expired. Nothing was done.")),
        Decision::Lost { by, state } => {
            let how = match state {
                ProposalState::Done => "approved it, and it’s done",
                ProposalState::Failed => "approved it, but it couldn’t be done",
                _ => "declined it",
            };
            Err(Error::refused(format!("{by} already {how}. You’re all set.")))
        }
    }
}
