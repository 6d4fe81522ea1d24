//! People: who is here, who is asked to come, and what each may do. The same page for a client's owner, for the
//! operators among themselves, and for an operator looking at a client.

mod changes;
mod context;
mod view;

pub use changes::{invite, remove, resend, revoke, set_role};
pub use context::PeopleContext;
pub use view::section;

use axum::response::Response;
use domain::accounts::{People, queries};

use crate::web::{DeskTab, Form, Frame, Page, PortalTab, Problem};
use context::PeopleOf;

/// The page.
pub async fn show(at: PeopleContext) -> Result<Response, Problem> {
    let people = load(&at).await?;
    Ok(page(&at, &people, &Form::default()))
}

async fn load(at: &PeopleContext) -> Result<People, Problem> {
    queries::people(at.cx.db(), &at.scope).await.map_err(Problem::from)
}

fn page(at: &PeopleContext, people: &People, form: &Form) -> Response {
    let frame = match at.audience {
        PeopleOf::Portal => Frame::Portal(PortalTab::People),
        PeopleOf::Desk => Frame::Desk(DeskTab::None),
        PeopleOf::Client { .. } => Frame::Desk(DeskTab::Clients),
    };
    Page::new(&at.cx, "People", frame).status(form.status()).show(|| view::page(at, people, form))
}
