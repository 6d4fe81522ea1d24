//! A forgotten password: asking for a link, and setting the new one behind it.

use axum::{extract::Path, response::Response};
use domain::accounts::{
    commands::{
        claims::Answers,
        resets::{self, PasswordReset, ResetOutcome},
    },
    display_email,
};
use leptos::prelude::*;

use super::{
    claims,
    enter::{enter_and_go, note},
    trial_hint,
};
use crate::{
    components::field::Field,
    components::post_form::PostForm,
    web::{Cx, Fields, Form, Frame, Page, PostedForm, Problem, redirect_with},
};

/// The form that asks for a link.
pub async fn show(cx: Cx) -> Response {
    ask_page(&cx, &Form::of(Fields::default().with("email", cx.bare.query("email"))))
}

/// Sends a link, if there is anybody to send it to; the answer is the same.
pub async fn submit(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    match resets::ask(cx.db(), &cx.workspace, fields.text("email"), cx.bare.origin()).await {
        Ok(()) => Ok(sent_page(&cx, fields.text("email"))),
        Err(error) => Ok(ask_page(&cx, &Form::failed(fields, error)?)),
    }
}

/// The form behind a link. Opening it uses nothing up.
pub async fn link(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let reset = resets::open(cx.db(), &token, cx.bare.origin()).await.map_err(gone)?;
    Ok(set_page(&cx, &token, &reset, &Form::default()))
}

/// Sets the new password and signs in with it.
pub async fn set(
    cx: Cx,
    Path(token): Path<String>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let answer = |name: &str| claims::answer(&fields, name);
    let (password, answers) = (fields.raw("password"), Answers(&answer));
    match resets::set(cx.db(), cx.workspace.id, &token, password, answers, cx.bare.origin()).await {
        Ok(ResetOutcome::TakenBack) => Ok(redirect_with("/", "Nobody uses your address here any more.")),
        Ok(ResetOutcome::Set(places)) => {
            if let Some(place) = places.first() {
                note(&cx.bare, place, "reset_password").await?;
            }
            enter_and_go(&cx.bare, &places, "").await
        }
        Err(domain::Error::NotFound) => Err(gone(domain::Error::NotFound)),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            let reset = resets::open(cx.db(), &token, cx.bare.origin()).await.map_err(gone)?;
            Ok(set_page(&cx, &token, &reset, &form))
        }
    }
}

fn gone(error: domain::Error) -> Problem {
    match error {
        domain::Error::NotFound => Problem::words(
            http::StatusCode::NOT_FOUND,
            "This link has expired or was already used",
            "Reset links work once, for an hour. Request a new one from “Forgot your password?”",
        ),
        other => other.into(),
    }
}

fn ask_page(cx: &Cx, form: &Form) -> Response {
    Page::new(cx, "Reset your password", Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1>"Reset your password"</h1>
            <p class="soft">"Enter your email and we’ll send you a link to set a new password."</p>
            {PostForm::new(cx, "/reset", form).checked_by_browser()
                .fields(view! {
                    {Field::email(form, "email", "Email").autocomplete("username").required().show()}
                })
                .wide_submit("Send reset link")
                .show()}
            <p class="after"><a href="/sign-in">"Back to sign in"</a></p>
        }
    })
}

fn sent_page(cx: &Cx, email: &str) -> Response {
    let email = email.to_owned();
    Page::new(cx, "Check your email", Frame::Narrow).show(|| {
        view! {
            <h1>"Check your email"</h1>
            <p>
                "If " <b>{email}</b> " has an account here, a reset link is on its way. It works once and expires in an hour."
            </p>
            <p class="after">"Nothing after a few minutes? Check your spam folder, or try another address."</p>
            {trial_hint(&cx.bare)}
            <p class="after"><a href="/sign-in">"Back to sign in"</a></p>
        }
    })
}

fn set_page(cx: &Cx, token: &str, reset: &PasswordReset, form: &Form) -> Response {
    let action = format!("/reset/{token}");
    let password = Field::password(form, "password", "New password");
    // Whoever has signed up nothing needs none.
    let password = if reset.claims.is_empty() { password.required() } else { password };
    Page::new(cx, "Set your password", Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1>"Set your password"</h1>
            <p class="soft">{format!("For {}. You’ll be signed out on all your other devices.", display_email(&reset.email))}</p>
            {PostForm::new(cx, action, form).checked_by_browser()
                .fields(view! {
                    // For the browser's keeper of passwords, which wants to know whose it is.
                    <input class="visually-hidden" type="email" name="email" autocomplete="username" value=reset.email.clone()
                        tabindex="-1" aria-hidden="true" readonly />
                    {claims::questions(cx, form, &reset.claims)}
                    {password
                        .hint("At least 10 characters. A short sentence works great.")
                        .autocomplete("new-password")
                        .show()}
                })
                .wide_submit("Save and sign in")
                .show()}
        }
    })
}
