//! Signing in.

use axum::{Extension, response::Response};
use domain::{
    Result,
    accounts::{Membership, commands},
    demo,
};
use leptos::prelude::*;

use super::enter::{enter_and_go, local, onward};
use crate::{
    components::field::Field,
    components::post_form::PostForm,
    web::{CarriedForm, Cx, Fields, Form, Frame, Page, PostedForm, Problem, TYPED_FIELD, carry, redirect},
};

/// The form; whoever is signed in goes on.
pub async fn show(cx: Cx, typed: Option<Extension<CarriedForm>>) -> Response {
    let next = cx.bare.query("next");
    let typed = typed.map(|Extension(typed)| typed.to_field()).unwrap_or_default();
    match cx.membership() {
        Some(place) => redirect(onward(place, local(&next))),
        None => {
            let values = Fields::default().with("next", next).with("email", cx.bare.query("email"));
            page(&cx, &Form::of(values.with(TYPED_FIELD, typed)))
        }
    }
}

/// Signs in.
pub async fn submit(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let tried = try_it(&cx, fields.text("email"), fields.raw("password")).await;
    match tried {
        Ok(places) => go(&cx, &places, &fields).await,
        Err(error) => Ok(page(&cx, &Form::failed(fields, error)?)),
    }
}

/// Goes on to where somebody was, with what they had typed there.
async fn go(cx: &Cx, places: &[Membership], fields: &Fields) -> Result<Response, Problem> {
    let response = enter_and_go(&cx.bare, places, fields.text("next")).await?;
    if let Some(typed) = CarriedForm::from_field(fields.raw(TYPED_FIELD)) {
        carry(&cx.bare.session, &typed).await.map_err(Problem::store)?;
    }
    Ok(response)
}

async fn try_it(cx: &Cx, email: &str, password: &str) -> Result<Vec<Membership>> {
    demo::check_sign_in(cx.db(), email, cx.bare.is_local).await?;
    commands::sign_in(cx.db(), cx.workspace.id, email, password, cx.bare.origin()).await
}

fn page(cx: &Cx, form: &Form) -> Response {
    let next = form.values.text("next").to_owned();
    let typed = form.values.raw(TYPED_FIELD).to_owned();
    let waits = (!typed.is_empty()).then(|| {
        view! { <p>"You were signed out. What you typed is waiting: sign in, and it comes back."</p> }
    });
    Page::new(cx, "Sign in", Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1>"Sign in"</h1>
            {waits}
            {PostForm::new(cx, "/sign-in", form).checked_by_browser()
                .fields(view! {
                    <input type="hidden" name="next" value=next />
                    {(!typed.is_empty()).then(|| view! { <input type="hidden" name=TYPED_FIELD value=typed /> })}
                    {Field::email(form, "email", "Email").autocomplete("username").required().show()}
                    {Field::password(form, "password", "Password").autocomplete("current-password").required().show()}
                })
                .wide_submit("Sign in")
                .show()}
            <p class="after"><a href="/reset">"Forgot your password?"</a></p>
            <p class="after">"New here? " <a href="/#offers">"See plans"</a></p>
        }
    })
}
