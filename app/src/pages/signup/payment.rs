//! The last step of a sign-up where cards are taken: the provider's page with the first invoice, and the way back from it.

use axum::{extract::Query, response::Response};
use domain::{
    Error, Scope,
    accounts::{Membership, queries as accounts},
    billing::{InvoiceState, queries},
    ids::InvoiceId,
    payments::{ChargeOutcome, PaymentUrls, commands},
};
use serde::Deserialize;

use super::welcome;
use crate::{
    components::lead_away::lead_away,
    web::{Cx, Member, Problem, redirect},
};

const WELCOME: &str = "/signup/welcome";

/// Leads to the provider's page with the first invoice. Where it cannot be had, the page that says what is next has the way to pay.
pub(super) async fn begin(cx: &Cx, place: &Membership) -> Result<Response, Problem> {
    let scope = place.scope();
    if let Some(page) = card_page(cx, &scope).await? {
        return Ok(page);
    }
    let Some(invoice) = first_open(cx, &scope).await? else { return Ok(redirect(WELCOME)) };
    let urls = urls(cx);
    let providers = &*cx.bare.app.site.providers;
    match commands::open_checkout(cx.db(), &scope, providers, invoice, &urls).await {
        Ok(page) => lead_away(cx, &page.url, "the payment page"),
        Err(error) => {
            tracing::warn!(error.message = %error, "no page to pay on for a sign-up");
            Ok(redirect(WELCOME))
        }
    }
}

/// The provider's page for a card alone, where what was bought begins with a trial that needs one.
async fn card_page(cx: &Cx, scope: &Scope) -> Result<Option<Response>, Problem> {
    let Some(client) = scope.client else { return Ok(None) };
    let held = queries::find_subscription(cx.db(), scope, client).await?;
    if !held.is_some_and(|held| held.needs_card) {
        return Ok(None);
    }
    let urls = urls(cx);
    let providers = &*cx.bare.app.site.providers;
    match commands::open_card_setup(cx.db(), scope, providers, client, &urls).await {
        Ok(page) => Ok(Some(lead_away(cx, &page.url, "the page for your card")?)),
        Err(error) => {
            tracing::warn!(error.message = %error, "no page for a card of a sign-up");
            Ok(None)
        }
    }
}

fn urls(cx: &Cx) -> PaymentUrls {
    let base = cx.bare.app.site.base();
    PaymentUrls {
        done_url: format!("{base}/signup/paid?checkout={{reference}}"),
        back_url: format!("{base}{WELCOME}?left=1"),
    }
}

/// The first invoice of the client that has just signed up, where there is one to pay.
async fn first_open(cx: &Cx, scope: &Scope) -> Result<Option<InvoiceId>, Problem> {
    let first = match accounts::welcome(cx.db(), scope).await {
        Ok(welcome) => welcome.invoice.filter(|invoice| !invoice.is_paid),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let Some(first) = first else { return Ok(None) };
    let invoice = queries::get_by_number(cx.db(), scope, first.number).await?;
    Ok((invoice.state == InvoiceState::Issued).then_some(invoice.id))
}

/// What the provider's page was.
#[derive(Deserialize)]
pub struct PaidQuery {
    #[serde(default)]
    checkout: String,
}

/// `GET /signup/paid`: back from the provider's page. It asks there at once, so that the page that follows knows.
pub async fn done(member: Member, Query(query): Query<PaidQuery>) -> Result<Response, Problem> {
    let cx = &member.cx;
    let providers = &*cx.bare.app.site.providers;
    let looked = commands::look_again(cx.db(), &member.scope, providers, &query.checkout).await;
    match looked {
        Ok(ChargeOutcome::Paid) => Ok(redirect(WELCOME)),
        // In doubt, or nobody answers there: this page asks again by itself.
        Ok(ChargeOutcome::Processing) => welcome::in_doubt(&member).await,
        Err(Error::Refused(_)) => welcome::in_doubt(&member).await,
        Ok(ChargeOutcome::Declined(_) | ChargeOutcome::NeedsPerson { .. } | ChargeOutcome::NotPaid) => {
            Ok(redirect("/signup/welcome?left=1"))
        }
        Err(Error::NotFound) => Ok(redirect(WELCOME)),
        Err(error) => Err(error.into()),
    }
}
