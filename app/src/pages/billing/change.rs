//! `GET` and `POST /portal/billing/change` and `/desk/clients/{client}/change`: what another plan comes to, now and with the
//! next period, before one says yes.

use axum::response::Response;
use domain::{
    Error, FieldErrors, Scope,
    billing::{
        ChangeNow, PlanChangePreview, PlanChoice, Subscription,
        commands::{self, PlanChange},
        queries, words,
    },
    ids::ClientId,
    money::Money,
    offers::{self, Offer, OfferState},
};
use leptos::prelude::*;

use super::offer;
use crate::{
    components::{desk::client_path, field::token, page_head::PageHead},
    web::{Cx, DeskTab, Frame, Member, Operator, Page, Path, PortalTab, PostedForm, Problem, answer},
};

const MINE: &str = "/portal/billing";

pub async fn show_mine(Member { cx, scope, client, .. }: Member) -> Result<Response, Problem> {
    let shown = load(&cx, &scope, client, true).await?;
    Ok(Page::new(&cx, "Change plan", Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            {PageHead::new("Change plan").crumbs(&[(MINE, "Billing")], "Change plan").show()}
            {shown.view(&cx, MINE)}
        }
    }))
}

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(client): Path<ClientId>,
) -> Result<Response, Problem> {
    let shown = load(&cx, &scope, client, false).await?;
    let back = client_path(client);
    Ok(Page::new(&cx, "Change plan", Frame::Desk(DeskTab::Clients)).show(|| {
        view! {
            {PageHead::new("Change plan").crumbs(&[(back.as_str(), "Client")], "Change plan").show()}
            {shown.view(&cx, &back)}
        }
    }))
}

/// What the page shows: what a plan comes to, or the plans to choose from where none was named.
enum ChangeView {
    Preview(Box<PlanChangePreview>, PlanChoice),
    Plans(Option<Box<Subscription>>, Vec<Offer>),
}

async fn load(cx: &Cx, scope: &Scope, client: ClientId, is_mine: bool) -> domain::Result<ChangeView> {
    if let Ok(choice) = cx.bare.query("offer").parse() {
        let preview = commands::preview_change(cx.db(), scope, client, choice).await?;
        return Ok(ChangeView::Preview(Box::new(preview), choice));
    }
    let held = queries::find_subscription(cx.db(), scope, client).await?;
    let mut offers = if is_mine {
        offers::queries::list_published(cx.db(), scope).await?
    } else {
        // Also tells whether there is such a client.
        domain::clients::queries::get(cx.db(), scope, client).await?;
        offers::queries::list(cx.db(), scope).await?
    };
    offers.retain(|offer| offer.state != OfferState::Archived);
    Ok(ChangeView::Plans(held.map(Box::new), offers))
}

impl ChangeView {
    /// `base`: the page from where one came, under which this one stands.
    fn view(&self, cx: &Cx, base: &str) -> AnyView {
        match self {
            Self::Preview(preview, choice) => body(cx, preview, *choice, &format!("{base}/change"), base),
            Self::Plans(held, offers) => offer::form(held.as_deref(), offers, base, || token(cx).into_any()),
        }
    }
}

pub async fn change_mine(
    Member { cx, scope, client, .. }: Member,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let done = change(&cx, &scope, client, fields.text("offer"), fields.text("when")).await;
    Ok(respond(&cx, done, MINE))
}

pub async fn change_for(
    Operator { cx, scope, .. }: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let done = change(&cx, &scope, client, fields.text("offer"), fields.text("when")).await;
    Ok(respond(&cx, done, &client_path(client)))
}

fn chosen(offer: &str) -> Result<PlanChoice, Error> {
    offer.parse().map_err(|_| Error::Fields(FieldErrors::one("offer", "Choose one from the list.")))
}

async fn change(
    cx: &Cx,
    scope: &Scope,
    client: ClientId,
    offer: &str,
    when: &str,
) -> domain::Result<PlanChange> {
    let choice = chosen(offer)?;
    match when {
        "now" => commands::change_now(cx.db(), scope, client, choice).await,
        "next" => commands::choose(cx.db(), scope, client, choice).await,
        _ => Err(Error::NotFound),
    }
}

fn respond(cx: &Cx, done: domain::Result<PlanChange>, back: &str) -> Response {
    match done {
        Ok(change) => answer(&cx.bare, Ok(()), back, note(change)),
        Err(error) => answer(&cx.bare, Err(error), back, ""),
    }
}

/// What came of a choice, for the page one comes back to.
pub(super) fn note(change: PlanChange) -> &'static str {
    match change {
        PlanChange::Begun => "Started. Work begins now.",
        PlanChange::Sold => "Work starts once your first invoice is paid.",
        PlanChange::Next => "Saved. It starts with your next period.",
        PlanChange::Now => "Changed. The new plan is on now.",
        PlanChange::Same => "It stays as it is.",
    }
}

fn body(cx: &Cx, preview: &PlanChangePreview, choice: PlanChoice, action: &str, back: &str) -> AnyView {
    let PlanChangePreview { from, from_terms, to, to_terms, .. } = preview;
    let now = match &preview.now {
        Ok(now) => change_now(cx, preview, now, choice, action),
        Err(why) => view! { <p class="soft">{why.clone()}</p> }.into_any(),
    };
    view! {
        <dl class="facts">
            <div><dt>"Now"</dt><dd dir="auto">{format!("{from}, {}", from_terms.price_words())}</dd></div>
            <div><dt>"New plan"</dt><dd dir="auto">{format!("{to}, {}", to_terms.price_words())}</dd></div>
            <div><dt>"Includes"</dt><dd>{to_terms.limit_words()}</dd></div>
        </dl>
        <section class="section" aria-labelledby="now">
            <div class="section-head"><h2 id="now">"Change now"</h2></div>
            {now}
        </section>
        <section class="section" aria-labelledby="next">
            <div class="section-head"><h2 id="next">"Change with the next period"</h2></div>
            {next(cx, preview, choice, action)}
        </section>
        <p class="button-row"><a class="button quiet" href=back.to_owned()>"Keep the current plan"</a></p>
    }
    .into_any()
}

fn change_now(
    cx: &Cx,
    preview: &PlanChangePreview,
    now: &ChangeNow,
    choice: PlanChoice,
    action: &str,
) -> AnyView {
    let currency = now.total.currency;
    let mut lines: Vec<(String, Money)> =
        now.lines.iter().map(|line| (line.what.clone(), Money::new(line.minor, currency))).collect();
    if lines.is_empty() {
        lines.push((format!("{}, nothing to pay", preview.to), Money::zero(currency)));
    }
    if now.credit.minor > 0 {
        let left = words::banked(now.left_seconds);
        lines.push((format!("Credit for {left} left on {}", preview.from), minus(now.credit)));
    }
    let other = now.from_balance.minor.saturating_sub(now.credit.minor);
    if other > 0 {
        lines.push(("From your balance".to_owned(), minus(Money::new(other, currency))));
    }
    let kept = (now.stays.minor > 0).then(|| {
        view! { <p class="soft">{format!("{} stays on the balance and pays the next invoice.", now.stays.in_full())}</p> }
    });
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(what, amount)| view! { <tr><td dir="auto">{what}</td><td class="end nowrap">{amount.in_full()}</td></tr> })
        .collect();
    let until = cx.own_format().day(now.period.1);
    view! {
        <table class="table">
            <thead><tr><th scope="col">"What"</th><th scope="col" class="end">"Amount"</th></tr></thead>
            <tbody>{rows}</tbody>
            <tfoot><tr><th scope="row">"To pay now"</th><td class="end nowrap">{now.due.in_full()}</td></tr></tfoot>
        </table>
        {kept}
        <p>{format!("A new period begins right away and renews on {until}. Work in progress goes on; the new limit counts from this moment.")}</p>
        <p class="soft">"The credit is counted to the second when you confirm."</p>
        {button(cx, choice, action, "now", "Change now", "button primary")}
    }
    .into_any()
}

fn minus(money: Money) -> Money {
    Money::new(money.minor.saturating_neg(), money.currency)
}

fn next(cx: &Cx, preview: &PlanChangePreview, choice: PlanChoice, action: &str) -> AnyView {
    let when = match preview.next_at {
        Some(at) => {
            format!("It changes on {}. Until then everything stays as it is.", cx.own_format().day(at))
        }
        None => "It changes when the next period begins. Saved time is used first.".to_owned(),
    };
    let price = format!("Then you pay {}.", preview.to_terms.price_words());
    view! {
        <p>{when}" "{price}</p>
        {button(cx, choice, action, "next", "Change with the next period", "button")}
    }
    .into_any()
}

fn button(
    cx: &Cx,
    choice: PlanChoice,
    action: &str,
    when: &'static str,
    word: &'static str,
    class: &'static str,
) -> AnyView {
    view! {
        <form method="post" action=action.to_owned()>
            {token(cx)}
            <input type="hidden" name="offer" value=choice.to_string() />
            <button class=class name="when" value=when>{word}</button>
        </form>
    }
    .into_any()
}
