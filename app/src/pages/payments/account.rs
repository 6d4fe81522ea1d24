//! The connected account: whether real money moves, what the key lacks, and its end.

use domain::payments::PaymentAccount;
use leptos::prelude::*;

use super::{PAGE, connect};
use crate::{
    components::{confirmation::Confirmation, field::token, time::Times},
    web::{Cx, Form},
};

pub(super) fn section(cx: &Cx, account: &PaymentAccount, form: &Form, times: Times) -> AnyView {
    let name = if account.name.is_empty() { "Stripe account" } else { &account.name };
    let (class, mode) = match account.is_live {
        true => ("tag done", "Live"),
        false => ("tag waiting", "Test mode"),
    };
    view! {
        <section class="section">
            <div class="section-head"><h2>"Cards with Stripe"</h2></div>
            <p><b dir="auto">{name.to_owned()}</b>" "<span class=class>{mode}</span></p>
            {(!account.is_live).then(|| view! {
                <div class="notice waiting"><p>"This is a test key. No real money moves, and only Stripe’s test cards work. Connect a live key before you charge clients."</p></div>
            })}
            {trouble(account, times)}
            <p class="soft">{format!("Connected {}. Checked {}.", times.dated(account.connected_at.timestamp_millis()), times.words(account.checked_at.timestamp_millis()))}</p>
            <div class="button-row">
                <form method="post" action=format!("{PAGE}/check")>{token(cx)}<button class="button">"Check the key again"</button></form>
                <button class="button quiet" type="button" popovertarget="disconnect">"Disconnect"</button>
            </div>
            {Confirmation {
                id: "disconnect".to_owned(),
                question: "Disconnect Stripe?".to_owned(),
                action: format!("{PAGE}/removal"),
                keep: "Keep it connected",
            }.show(
                "We’ll forget the key and the webhook’s secrets. Cards can’t be charged anymore, so renewals wait for a bank transfer. Payments so far stay in your books.",
                view! { {token(cx)}<button class="button danger">"Disconnect Stripe"</button> },
            )}
            <details class="more" open=form.is_bad()>
                <summary>"Use another key"</summary>
                {connect::form(cx, form, "Replace key")}
            </details>
        </section>
    }
    .into_any()
}

/// What keeps cards from being charged.
fn trouble(account: &PaymentAccount, times: Times) -> AnyView {
    if let Some(at) = account.revoked_at {
        let since = times.dated(at.timestamp_millis());
        let words = format!(
            "Stripe hasn’t accepted this key since {since}. No card can be charged until you connect a new one."
        );
        return view! { <div class="notice stop"><p>{words}</p></div> }.into_any();
    }
    if account.lacks.is_empty() {
        return view! { <p class="soft">"The key has every permission it needs."</p> }.into_any();
    }
    let lacks: Vec<_> = account.lacks.iter().map(|right| view! { <li>{right.clone()}</li> }).collect();
    view! {
        <div class="notice">
            <div>
                <p>"The key is missing permissions. Add them in Stripe, then check the key again:"</p>
                <ul>{lacks}</ul>
            </div>
        </div>
    }
    .into_any()
}
