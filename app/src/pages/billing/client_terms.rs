//! `POST /desk/billing/subscriptions/{subscription}/discount` and `…/price`: what one client pays, apart from what the offer says.

use axum::response::Response;
use domain::{
    billing::{Subscription, SubscriptionState, commands},
    ids::SubscriptionId,
};
use leptos::prelude::*;

use crate::{
    components::desk::{client_path, hidden},
    web::{FormToken, Operator, Path, PostedForm, Problem, answer},
};

pub async fn apply_code(
    Operator { cx, scope, .. }: Operator,
    Path(subscription): Path<SubscriptionId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let code = fields.text("code");
    let note = if code.is_empty() {
        "Discount removed."
    } else {
        "Discount added. It counts from the next invoice."
    };
    let done = commands::apply_code(cx.db(), &scope, subscription, code).await;
    Ok(answer(&cx.bare, done, &fields.back("/desk/billing"), note))
}

pub async fn set_price(
    Operator { cx, scope, .. }: Operator,
    Path(subscription): Path<SubscriptionId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let done = commands::set_client_price(cx.db(), &scope, subscription, fields.text("price")).await;
    Ok(answer(&cx.bare, done, &fields.back("/desk/billing"), "Saved. It counts from the next period."))
}

/// The discount and the price of one client, on its page; nothing once its subscription has ended.
pub fn forms(held: &Subscription, token: &FormToken) -> Option<AnyView> {
    if held.state == SubscriptionState::Ended {
        return None;
    }
    let base = format!("/desk/billing/subscriptions/{}", held.id);
    let back = client_path(held.client);
    let price = format!("{}, now {}", held.terms.interval, held.terms.price);
    let hint = match &held.discount {
        Some(discount) => format!("Currently {}. Leave blank to remove it.", discount.label()),
        None => "It counts from the next invoice.".to_owned(),
    };
    Some(
        view! {
            <details class="more"><summary>"Price and discount for this client"</summary>
                <form class="form" method="post" action=format!("{base}/discount")>
                    {hidden(token, &back)}
                    <div class="field">
                        <label for="client-code">"Discount code"</label>
                        <input class="input" id="client-code" name="code" maxlength="40" autocomplete="off" />
                        <p class="hint">{hint}</p>
                    </div>
                    <div class="button-row"><button class="button">"Save discount"</button></div>
                </form>
                <form class="form" method="post" action=format!("{base}/price")>
                    {hidden(token, &back)}
                    <div class="field">
                        <label for="client-price">{format!("Price a {price}")}</label>
                        <input class="input" id="client-price" name="price" inputmode="decimal" maxlength="24" autocomplete="off" required />
                        <p class="hint">"It counts from the next period, for this client alone."</p>
                    </div>
                    <div class="button-row"><button class="button">"Save price"</button></div>
                </form>
            </details>
        }
        .into_any(),
    )
}
