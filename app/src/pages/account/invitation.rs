//! An invitation's page: who asks, into what, and the way in.

use axum::{extract::Path, response::Response};
use domain::{
    Error, Role,
    accounts::{
        commands::{
            claims::Answers,
            invitations::{self, Acceptance, Invitation},
        },
        display_email,
    },
};
use leptos::prelude::*;

use super::{
    claims,
    enter::{enter, home, note},
};
use crate::{
    components::field::Field,
    components::post_form::PostForm,
    web::{Cx, Form, Frame, Page, PostedForm, Problem, redirect_with},
};

/// Opening it changes nothing.
pub async fn show(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let invitation = open(&cx, &token).await?;
    Ok(page(&cx, &token, &invitation, &Form::default()))
}

/// Accepts it, once, and signs in at the new place.
pub async fn submit(
    cx: Cx,
    Path(token): Path<String>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let invitation = open(&cx, &token).await?;
    let password = fields.raw("password");
    let by = match cx.membership() {
        Some(me) if me.email == invitation.email => Acceptance::By(me.person),
        _ if invitation.known => Acceptance::With { password },
        _ => Acceptance::As { name: fields.text("name"), password },
    };
    let answer = |name: &str| claims::answer(&fields, name);
    let answers = Answers(&answer);
    match invitations::accept(cx.db(), cx.workspace.id, &token, by, answers, cx.bare.origin()).await {
        Ok(place) => {
            note(&cx.bare, &place, "accept_invitation").await?;
            enter(&cx.bare, &place).await?;
            Ok(redirect_with(home(&place), "Welcome."))
        }
        Err(Error::NotFound) => Err(gone(Error::NotFound)),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            Ok(page(&cx, &token, &invitation, &form))
        }
    }
}

async fn open(cx: &Cx, token: &str) -> Result<Invitation, Problem> {
    invitations::open(cx.db(), cx.workspace.id, token, cx.bare.origin()).await.map_err(gone)
}

fn gone(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::words(
            http::StatusCode::NOT_FOUND,
            "This invitation has expired",
            "It was already accepted, canceled, or is more than seven days old. Ask the person who invited you for a new one.",
        ),
        other => other.into(),
    }
}

/// What a role may do, as the one who gets it reads it.
pub(in crate::pages) fn role_words(role: Role) -> &'static str {
    match role {
        Role::Operator => "Manages the desk",
        Role::Owner => "Can do everything, including people and billing",
        Role::Member => "Can send, follow, and approve requests",
        Role::Billing => "Can see requests and handle invoices",
        Role::Reader => "Reads and downloads",
    }
}

fn page(cx: &Cx, token: &str, invitation: &Invitation, form: &Form) -> Response {
    let action = format!("/invitations/{token}");
    let place = invitation.client.clone().unwrap_or_else(|| invitation.workspace.clone());
    let signed_in = cx.membership().is_some_and(|me| me.email == invitation.email);
    let title = format!("Join {place}");
    // What one signed up oneself, and is signed in to, is no question.
    let mut asked = invitation.claims.clone();
    asked.retain(|claim| cx.membership().is_none_or(|me| me.person != claim.person));
    Page::new(cx, &title, Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1 dir="auto">{title.clone()}</h1>
            <p>
                {invitation.workspace.clone()} " does the work, and you can watch it happen. "
                <span class="soft">{role_words(invitation.role)} "."</span>
            </p>
            {PostForm::new(cx, action, form).checked_by_browser()
                .fields(view! {
                    {claims::questions(cx, form, &asked)}
                    {way_in(invitation, form, signed_in)}
                })
                .wide_submit(format!("Join {place}"))
                .show()}
        }
    })
}

fn way_in(invitation: &Invitation, form: &Form, signed_in: bool) -> AnyView {
    if signed_in {
        return view! { <p class="soft">{format!("You’re signed in as {}.", display_email(&invitation.email))}</p> }
            .into_any();
    }
    let email = view! {
        <div class="field">
            <label for="email">"Email"</label>
            <input class="input" id="email" type="email" value=display_email(&invitation.email) autocomplete="username" readonly />
        </div>
    };
    if invitation.known {
        return view! {
            {email}
            {Field::password(form, "password", "Your password")
                .hint("You already have an account with this email")
                .autocomplete("current-password")
                .required()
                .show()}
            <p><a href=format!("/reset?email={}", invitation.email)>"Forgot your password?"</a></p>
        }
        .into_any();
    }
    view! {
        {Field::text(form, "name", "Your name").autocomplete("name").required().max(80).show()}
        {email}
        {Field::password(form, "password", "Password")
            .hint("At least 10 characters. A short sentence works great.")
            .autocomplete("new-password")
            .required()
            .show()}
    }
    .into_any()
}
