//! My account: name, password, where I am signed in.

mod browser;
mod view;

use axum::response::Response;
use domain::{
    accounts::{Membership, SignedInBrowser, commands::profile, sign_ins},
    ids::PersonId,
};

use super::{enter::note, here};
use crate::web::{Cx, Fields, Form, PostedForm, Problem, answer, redirect, redirect_with};

/// What the page shows.
struct AccountView {
    me: Membership,
    confirmed: bool,
    browsers: Vec<SignedInBrowser>,
    forms: AccountForms,
}

/// The page's forms, each with what was typed into it.
struct AccountForms {
    name: Form,
    zone: Form,
    password: Form,
}

impl AccountForms {
    /// As they stand before anything is typed.
    fn of(me: &Membership) -> Self {
        let zone = me.zone.as_deref().filter(|_| me.zone_chosen).unwrap_or_default();
        Self {
            name: Form::of(Fields::default().with("name", me.name.as_str())),
            zone: Form::of(Fields::default().with("zone", zone)),
            password: Form::default(),
        }
    }
}

/// The page.
pub async fn show(cx: Cx) -> Result<Response, Problem> {
    let Some(me) = cx.membership().cloned() else { return Ok(to_sign_in()) };
    page(&cx, AccountForms::of(&me), me).await
}

/// Changes my name.
pub async fn rename(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Some(me) = cx.membership().cloned() else { return Ok(to_sign_in()) };
    match profile::rename(cx.db(), me.person, fields.text("name")).await {
        Ok(()) => {
            note(&cx.bare, &me, "change_name").await?;
            Ok(redirect_with("/account", "Name saved."))
        }
        Err(error) => {
            let form = Form::failed(fields, error)?;
            page(&cx, AccountForms { name: form, ..AccountForms::of(&me) }, me).await
        }
    }
}

/// Changes the zone in which I read times.
pub async fn set_zone(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Some(me) = cx.membership().cloned() else { return Ok(to_sign_in()) };
    match profile::choose_zone(cx.db(), me.person, fields.text("zone")).await {
        Ok(()) => Ok(redirect_with("/account", "Time zone saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            page(&cx, AccountForms { zone: form, ..AccountForms::of(&me) }, me).await
        }
    }
}

/// Changes my password.
pub async fn change_password(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Some(me) = cx.membership().cloned() else { return Ok(to_sign_in()) };
    let keep = here(&cx.bare).unwrap_or_default();
    let (old, new) = (fields.raw("old"), fields.raw("password"));
    match profile::change_password(cx.db(), me.person, old, new, &keep).await {
        Ok(()) => {
            note(&cx.bare, &me, "change_password").await?;
            Ok(redirect_with("/account", "Password changed. You’ve been signed out on your other devices."))
        }
        Err(error) => {
            let form = Form::failed(fields, error)?;
            page(&cx, AccountForms { password: form, ..AccountForms::of(&me) }, me).await
        }
    }
}

/// Signs one browser out, or all others.
pub async fn revoke(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Some(me) = cx.membership().cloned() else { return Ok(to_sign_in()) };
    let done = revoked(&cx, me.person, fields.text("sign_in")).await;
    if done.is_ok() {
        note(&cx.bare, &me, "end_sign_ins").await?;
    }
    Ok(answer(&cx.bare, done, "/account", "That device is signed out."))
}

async fn revoked(cx: &Cx, me: PersonId, which: &str) -> domain::Result<()> {
    match which {
        "others" => sign_ins::revoke_others(cx.db(), me, here(&cx.bare).as_deref()).await,
        one => sign_ins::revoke(cx.db(), me, one).await,
    }
}

fn to_sign_in() -> Response {
    redirect("/sign-in?next=/account")
}

async fn page(cx: &Cx, forms: AccountForms, me: Membership) -> Result<Response, Problem> {
    let confirmed = profile::is_confirmed(cx.db(), me.person).await?;
    let browsers = sign_ins::list(cx.db(), me.person, here(&cx.bare).as_deref()).await?;
    Ok(view::page(cx, &AccountView { me, confirmed, browsers, forms }))
}
