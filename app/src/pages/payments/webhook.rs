//! `POST /desk/payments/secret`: the signing secret of Stripe's webhook; and where the webhook leads.

use axum::response::Response;
use domain::{
    Error, FieldErrors,
    payments::{PaymentAccount, commands},
};
use islands::copy::Copy;
use leptos::prelude::*;

use super::{
    PAGE,
    connect::bad_secret,
    show::{Forms, draw},
};
use crate::{
    components::{
        confirmation::Confirmation,
        field::{Field, token},
    },
    web::{Cx, Form, Operator, PostedForm, Problem, redirect_with},
};

pub async fn save(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let typed = fields.text("signing_secret");
    let wrong = match bad_secret(typed) {
        None if typed.is_empty() && !fields.has("without") => {
            Some("Paste the signing secret, which starts with whsec_.")
        }
        wrong => wrong,
    };
    let saved = match wrong {
        Some(words) => Err(Error::Fields(FieldErrors::one("signing_secret", words))),
        None => commands::rotate_webhook_secret(cx.db(), scope, typed).await,
    };
    match saved {
        Ok(account) if account.webhook_secrets == 0 => {
            Ok(redirect_with(PAGE, "Webhook removed. We check for payments every minute."))
        }
        Ok(account) if account.webhook_secrets > 1 => {
            Ok(redirect_with(PAGE, "Secret saved. The one before it still works."))
        }
        Ok(_) => Ok(redirect_with(PAGE, "Secret saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, Forms { webhook: form, ..Forms::default() }).await
        }
    }
}

pub(super) fn section(cx: &Cx, account: &PaymentAccount, form: &Form) -> AnyView {
    let base = cx.bare.app.site.base();
    let url = format!("{base}/hooks/stripe/{}", cx.workspace.id);
    let kinds = cx.bare.app.site.providers.event_kinds();
    let count = kinds.len();
    let kinds: Vec<_> = kinds.iter().map(|kind| view! { <li><code>{*kind}</code></li> }).collect();
    let state = match account.webhook_secrets {
        0 => {
            "No webhook. We check for payments every minute, which works just as well. A webhook only makes it faster."
        }
        1 => "A webhook is set up. We also check every minute, in case a message gets lost.",
        _ => {
            "Two signing secrets are valid while you roll the webhook’s secret in Stripe. The next one you save replaces the older."
        }
    };
    view! {
        <section class="section">
            <div class="section-head"><h2>"Webhook"</h2></div>
            <p>{state}</p>
            <p>"In Stripe, open Developers, Webhooks, and add an endpoint with this URL. It needs a public https address."</p>
            <div class="code-block"><pre tabindex="0"><code>{url.clone()}</code></pre><Copy text=url /></div>
            <details class="more">
                <summary>{format!("Events to select ({count})")}</summary>
                <ul class="prose">{kinds}</ul>
            </details>
            <form class="form" method="post" action=format!("{PAGE}/secret") novalidate>
                {token(cx)}
                {form.refused.clone().map(|words| view! { <div class="form-error" role="alert"><p>{words}</p></div> })}
                {Field::password(form, "signing_secret", "Signing secret")
                    .hint("Stripe shows it on the webhook’s page. When you roll it there, save the new one here. Both work until then.")
                    .autocomplete("off")
                    .max(300)
                    .show()}
                <div class="button-row">
                    <button class="button">"Save secret"</button>
                    {(account.webhook_secrets > 0).then(|| view! {
                        <button class="button quiet" type="button" popovertarget="no-webhook">"Go without a webhook"</button>
                    })}
                </div>
            </form>
            {(account.webhook_secrets > 0).then(|| without(cx))}
        </section>
    }
    .into_any()
}

fn without(cx: &Cx) -> AnyView {
    Confirmation {
        id: "no-webhook".to_owned(),
        question: "Go without a webhook?".to_owned(),
        action: format!("{PAGE}/secret"),
        keep: "Keep the webhook",
    }
    .show(
        "We’ll forget its secrets and check for payments every minute. Remove the endpoint in Stripe too.",
        view! {
            {token(cx)}
            <input type="hidden" name="without" value="yes" />
            <button class="button danger">"Forget the secrets"</button>
        },
    )
}
