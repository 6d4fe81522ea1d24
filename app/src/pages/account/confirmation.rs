//! Showing that an address is one's own.

use axum::{extract::Path, response::Response};
use domain::{
    Error,
    accounts::{
        commands::{
            claims::Answers,
            confirmations::{self, Confirmation},
        },
        display_email,
    },
};
use leptos::prelude::*;

use super::{
    claims,
    enter::{enter, home},
};
use crate::{
    components::field::{self, Field},
    components::post_form::PostForm,
    web::{Cx, Form, Frame, Page, PostedForm, Problem, answer, redirect, redirect_with},
};

/// The page behind the mail's link. Opening it changes nothing: mail scanners open every link.
pub async fn show(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let asked = open(&cx, &token).await?;
    Ok(page(&cx, &token, &asked, &Form::default()))
}

/// Confirms.
pub async fn submit(
    cx: Cx,
    Path(token): Path<String>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let asked = open(&cx, &token).await?;
    if fields.text("mine") == "no" {
        let done = confirmations::disown(cx.db(), &token, cx.bare.origin()).await;
        return done
            .map_err(gone)
            .map(|()| redirect_with("/", "Done. Nobody uses your address here by that sign-up any more."));
    }
    let me = cx.membership().map(|place| place.person);
    let answer = |name: &str| claims::answer(&fields, name);
    let done = confirmations::confirm(
        cx.db(),
        cx.workspace.id,
        &token,
        me,
        fields.raw("password"),
        Answers(&answer),
        cx.bare.origin(),
    )
    .await;
    match done {
        Ok(places) => match places.last() {
            Some(place) => {
                enter(&cx.bare, place).await?;
                Ok(redirect_with(home(place), "Email confirmed."))
            }
            None => Ok(redirect("/")),
        },
        Err(Error::NotFound) => Err(gone(Error::NotFound)),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            Ok(page(&cx, &token, &asked, &form))
        }
    }
}

/// Sends the mail again, to whoever is signed in.
pub async fn resend(cx: Cx, PostedForm(_): PostedForm) -> Result<Response, Problem> {
    let Some(me) = cx.membership() else { return Ok(redirect("/sign-in?next=/account")) };
    let sent = confirmations::resend(cx.db(), &cx.workspace, me.person, cx.bare.origin()).await;
    Ok(answer(&cx.bare, sent, "/account", "We sent it again. Check your email."))
}

async fn open(cx: &Cx, token: &str) -> Result<Confirmation, Problem> {
    confirmations::open(cx.db(), token, cx.bare.origin()).await.map_err(gone)
}

fn gone(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::words(
            http::StatusCode::NOT_FOUND,
            "This link has expired or was already used",
            "If your email isn’t confirmed yet, send yourself a new link from My account.",
        ),
        other => other.into(),
    }
}

fn page(cx: &Cx, token: &str, asked: &Confirmation, form: &Form) -> Response {
    let action = format!("/confirm/{token}");
    let knows_me = !asked.joins && cx.membership().is_some_and(|me| me.person == asked.person);
    let (email, company) = (display_email(&asked.email), asked.company.clone().unwrap_or_default());
    let (title, button, text, label) = if asked.joins {
        (
            "Combine your accounts",
            "Combine accounts",
            format!(
                "{email} already has an account here. Enter its password and we’ll add {company}, which just signed up, to it."
            ),
            "Password for that account",
        )
    } else {
        (
            "Confirm your email",
            "Confirm",
            format!(
                "{company} was signed up with {email}. Confirm that it’s yours, so no one else can use it."
            ),
            "The password you chose when you signed up",
        )
    };
    Page::new(cx, title, Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1 dir="auto">{title}</h1>
            <p class="soft" dir="auto">{text}</p>
            {PostForm::new(cx, action.clone(), form).checked_by_browser()
                .fields(view! {
                    {claims::questions(cx, form, &asked.claims)}
                    {(!knows_me).then(|| Field::password(form, "password", label).autocomplete("current-password").required().show())}
                })
                .wide_submit(button)
                .show()}
            <form class="form" method="post" action=action>
                {field::token(cx)}
                <button class="button quiet wide" name="mine" value="no">"I did not sign up"</button>
            </form>
            {(!knows_me).then(|| view! {
                <p class="after"><a href=format!("/reset?email={}", asked.email)>"Forgot your password?"</a></p>
            })}
        }
    })
}
