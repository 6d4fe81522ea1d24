//! Signing in.

use axum::response::Response;
use domain::{
    Result,
    accounts::{Standing, commands},
    demo,
};
use leptos::prelude::*;

use super::enter::{enter_and_go, local, onward};
use crate::{
    components::field::{self, Field},
    web::{Cx, Fields, Form, Frame, Page, Posted, Problem, redirect},
};

/// The form; whoever is signed in goes on.
pub async fn show(cx: Cx) -> Response {
    let next = cx.bare.query("next");
    match cx.standing() {
        Some(place) => redirect(onward(place, local(&next))),
        None => {
            page(&cx, &Form::of(Fields::default().with("next", next).with("email", cx.bare.query("email"))))
        }
    }
}

/// Signs in.
pub async fn submit(cx: Cx, Posted(fields): Posted) -> Result<Response, Problem> {
    let tried = try_it(&cx, fields.text("email"), fields.raw("password")).await;
    match tried {
        Ok(places) => enter_and_go(&cx.bare, &places, fields.text("next")).await.map_err(|p| p.of(&cx.bare)),
        Err(error) => Ok(page(&cx, &Form::failed(fields, error).map_err(|p| p.of(&cx.bare))?)),
    }
}

async fn try_it(cx: &Cx, email: &str, password: &str) -> Result<Vec<Standing>> {
    demo::check_sign_in(cx.db(), email, cx.bare.is_local).await?;
    commands::sign_in(cx.db(), cx.workspace.id, email, password, &cx.bare.address).await
}

fn page(cx: &Cx, form: &Form) -> Response {
    let next = form.values.text("next").to_owned();
    Page::new(cx, "Sign in", Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1>"Sign in"</h1>
            <form class="form" method="post" action="/sign-in">
                {field::token(cx)}
                <input type="hidden" name="next" value=next />
                {field::summary(form)}
                {Field::email(form, "email", "E-mail").autocomplete("username").required().show()}
                {Field::password(form, "password", "Password").autocomplete("current-password").required().show()}
                <button class="button primary wide">"Sign in"</button>
            </form>
            <p class="after"><a href="/reset">"Forgotten your password?"</a></p>
            <p class="after">"New here? " <a href="/#offers">"See the offers"</a></p>
        }
    })
}
