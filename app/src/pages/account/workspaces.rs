//! The choice between several workspaces: a person may work for two clients, or run the desk of one and own another.

use axum::response::{Redirect, Response};
use domain::{
    Error, SystemRole,
    accounts::{Membership, queries::memberships_in},
    ids::MembershipId,
};
use leptos::prelude::*;

use super::enter::{local, onward};
use crate::{
    components::{field, person::initials},
    web::{Cx, Frame, MEMBERSHIP_KEY, Page, PostedForm, Problem, redirect},
};

/// The list of places.
pub async fn show(cx: Cx) -> Result<Response, Problem> {
    let places = places(&cx).await?;
    Ok(page(&cx, places))
}

/// The address that this page had before.
pub async fn moved() -> Redirect {
    Redirect::permanent("/account/workspaces")
}

/// Goes to one of them.
pub async fn submit(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let wanted: Option<MembershipId> = fields.text("place").parse().ok();
    let place = places(&cx).await?.into_iter().find(|place| Some(place.membership) == wanted);
    let place = place.ok_or_else(Problem::not_found)?;
    cx.bare.session.insert(MEMBERSHIP_KEY, place.membership).await.map_err(Problem::store)?;
    Ok(redirect(onward(&place, local(fields.text("next")))))
}

async fn places(cx: &Cx) -> Result<Vec<Membership>, Problem> {
    let find = async {
        let person = cx.membership().ok_or(Error::NotFound)?.person;
        let mut tx = cx.db().begin_as(SystemRole::Auth).await?;
        let places = memberships_in(tx.conn(), cx.workspace.id, person).await?;
        tx.commit().await?;
        Ok::<_, Error>(places)
    };
    find.await.map_err(Problem::from)
}

fn page(cx: &Cx, places: Vec<Membership>) -> Response {
    let next = cx.bare.query("next");
    let desk = cx.workspace.name.clone();
    let buttons: Vec<_> = places
        .into_iter()
        .map(|place| {
            let (name, what) = match place.client {
                Some((_, name)) => (name, "Client"),
                None => (desk.clone(), "Your desk"),
            };
            view! {
                <li>
                    <button class="card place" name="place" value=place.membership.to_string()>
                        <span class="avatar person" aria-hidden="true">{initials(&name)}</span>
                        <span><b dir="auto">{name.clone()}</b><small class="soft" dir="auto">{what}</small></span>
                    </button>
                </li>
            }
        })
        .collect();
    Page::new(cx, "Choose a workspace", Frame::Narrow).show(|| {
        view! {
            <h1>"Choose a workspace"</h1>
            <form class="form" method="post" action="/account/workspaces">
                {field::token(cx)}
                <input type="hidden" name="next" value=next />
                <ul class="places">{buttons}</ul>
            </form>
        }
    })
}
