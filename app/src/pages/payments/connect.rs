//! `POST /desk/payments`: connects a Stripe account, or connects it again with another key.

use axum::response::Response;
use domain::{
    Error, FieldErrors,
    payments::{ConnectInput, commands},
};
use leptos::prelude::*;

use super::{
    PAGE,
    show::{Forms, draw},
};
use crate::{
    components::field::{Field, summary, token},
    web::{Cx, Fields, Form, Operator, PostedForm, Problem, redirect_with},
};

pub async fn create(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let providers = &*cx.bare.app.site.providers;
    let connected = match read_form(&fields) {
        Ok(input) => commands::connect(cx.db(), scope, providers, input).await,
        Err(error) => Err(error),
    };
    match connected {
        Ok(account) if account.lacks.is_empty() => {
            Ok(redirect_with(PAGE, "Connected. Clients can pay by card."))
        }
        Ok(_) => Ok(redirect_with(PAGE, "Connected, but the key is missing permissions.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, Forms { connect: form, ..Forms::default() }).await
        }
    }
}

/// What was typed. Keys for browsers and webhook secrets look alike and stand on the same pages of Stripe's.
fn read_form(fields: &Fields) -> domain::Result<ConnectInput> {
    let (key, webhook_secret) = (fields.text("key"), fields.text("webhook_secret"));
    let mut errors = FieldErrors::new();
    match () {
        () if key.is_empty() => errors.add("key", "Paste a key from Stripe."),
        () if key.starts_with("pk_") => {
            errors.add("key", "This is a publishable key. Paste a restricted key, which starts with rk_.");
        }
        () if !(key.starts_with("rk_") || key.starts_with("sk_")) || !is_word(key) => {
            errors.add("key", "This isn’t a Stripe key. Restricted keys start with rk_live_ or rk_test_.");
        }
        () => {}
    }
    if let Some(words) = bad_secret(webhook_secret) {
        errors.add("webhook_secret", words);
    }
    if !errors.is_empty() {
        return Err(Error::Fields(errors));
    }
    Ok(ConnectInput { key: key.to_owned(), webhook_secret: webhook_secret.to_owned() })
}

/// What is wrong with a webhook's secret; nothing with none.
pub(super) fn bad_secret(secret: &str) -> Option<&'static str> {
    let is_secret = secret.is_empty() || (secret.starts_with("whsec_") && is_word(secret));
    (!is_secret).then_some("Signing secrets start with whsec_. Copy it from the webhook’s page in Stripe.")
}

fn is_word(text: &str) -> bool {
    text.len() <= 300 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What connecting takes, where nothing is connected.
pub(super) fn section(cx: &Cx, form: &Form) -> AnyView {
    view! {
        <section class="section">
            <div class="section-head"><h2>"Cards with Stripe"</h2></div>
            <p>"Connect your own Stripe account and clients can pay by card, with their card kept for later invoices. Stripe moves the money to you. Subscriptions and invoices stay here, so don’t set up any in Stripe."</p>
            <p class="soft">"Without Stripe, clients pay by bank transfer and you mark invoices as paid."</p>
            {self::form(cx, form, "Connect Stripe")}
        </section>
    }
    .into_any()
}

/// The form itself.
pub(super) fn form(cx: &Cx, form: &Form, button: &'static str) -> AnyView {
    let rights: Vec<_> =
        cx.bare.app.site.providers.rights().iter().map(|right| view! { <li>{*right}</li> }).collect();
    view! {
        <form class="form" method="post" action=PAGE novalidate>
            {token(cx)}
            {summary(form)}
            {Field::password(form, "key", "Restricted key")
                .hint("In Stripe, open Developers, API keys, and create a restricted key. A key that starts with rk_test_ is for trying it out: no real money moves.")
                .autocomplete("off")
                .required()
                .max(300)
                .show()}
            <details class="more">
                <summary>"Permissions the key needs"</summary>
                <ul class="prose">{rights}</ul>
            </details>
            {Field::password(form, "webhook_secret", "Webhook signing secret")
                .hint("You can add this later. Without a webhook we check for payments every minute.")
                .autocomplete("off")
                .max(300)
                .show()}
            <div class="button-row"><button class="button primary">{button}</button></div>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(key: &str, secret: &str) -> Vec<String> {
        match read_form(&Fields::default().with("key", key).with("webhook_secret", secret)) {
            Err(Error::Fields(errors)) => errors.iter().map(|(field, _)| field.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_is_pasted_into_the_wrong_field_is_noticed_before_stripe_is_asked() {
        assert!(errors("rk_test_abc", "").is_empty());
        assert!(errors("sk_live_abc", "whsec_abc").is_empty());
        for key in ["", "pk_live_abc", "whsec_abc", "hello", "rk_live_\u{e9}", "rk_live_a b"] {
            assert_eq!(errors(key, ""), ["key"], "{key}");
        }
        assert_eq!(errors("rk_live_abc", "rk_live_abc"), ["webhook_secret"]);
    }
}
