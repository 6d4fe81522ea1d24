use axum::response::Response;
use domain::{
    Error, Role,
    accounts::commands::{invitations, people},
    ids::{InvitationId, MembershipId},
};
use serde::Deserialize;

use super::{PeopleContext, load, page};
use crate::web::{Form, Path, PostedForm, Problem, answer};

/// Which invitation.
#[derive(Deserialize)]
pub struct InvitationPath {
    id: InvitationId,
}

/// Whose place.
#[derive(Deserialize)]
pub struct MembershipPath {
    id: MembershipId,
}

/// Invites somebody.
pub async fn invite(at: PeopleContext, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let email = fields.text("email").to_owned();
    let asked = match Role::parse(fields.text("role")) {
        Some(role) => invitations::invite(at.cx.db(), &at.scope, &email, role).await,
        None => Err(Error::Fields(domain::FieldErrors::one("role", "Choose a role."))),
    };
    match asked {
        // Whoever may not invite has no form to be shown it beside.
        Err(error) if !at.cx.bare.wants_json && at.may_manage() => {
            let form = Form::failed(fields, error)?;
            Ok(page(&at, &load(&at).await?, &form))
        }
        done => Ok(answer(&at.cx.bare, done, &at.base(), &format!("Invitation sent to {email}."))),
    }
}

/// Sends an invitation again.
pub async fn resend(
    at: PeopleContext,
    Path(path): Path<InvitationPath>,
    PostedForm(_): PostedForm,
) -> Response {
    let done = invitations::resend(at.cx.db(), &at.scope, path.id).await;
    answer(&at.cx.bare, done, &at.base(), "Invitation resent with a new link.")
}

/// Takes an invitation back.
pub async fn revoke(
    at: PeopleContext,
    Path(path): Path<InvitationPath>,
    PostedForm(_): PostedForm,
) -> Response {
    let done = invitations::revoke(at.cx.db(), &at.scope, path.id).await;
    answer(&at.cx.bare, done, &at.base(), "Invitation canceled.")
}

/// Changes what somebody may do.
pub async fn set_role(
    at: PeopleContext,
    Path(path): Path<MembershipPath>,
    PostedForm(fields): PostedForm,
) -> Response {
    let done = match Role::parse(fields.text("role")) {
        Some(role) => people::set_role(at.cx.db(), &at.scope, path.id, role).await,
        None => Err(Error::NotFound),
    };
    answer(&at.cx.bare, done, &at.base(), "Saved.")
}

/// Takes somebody's place away.
pub async fn remove(
    at: PeopleContext,
    Path(path): Path<MembershipPath>,
    PostedForm(_): PostedForm,
) -> Response {
    let done = people::remove(at.cx.db(), &at.scope, path.id).await;
    answer(&at.cx.bare, done, &at.base(), "Removed. They no longer have access.")
}
