use axum::response::Response;
use domain::{
    accounts::{
        commands::profile,
        queries::{self, Welcome},
    },
    billing,
};
use leptos::prelude::*;

use crate::{
    components::field::token,
    pages::{account::trial_hint, billing::payments_view::pay_button},
    web::{Cx, Frame, Member, Page, Problem},
};

/// What was bought, the first invoice, and what happens next.
pub async fn show(member: Member) -> Result<Response, Problem> {
    let cx = &member.cx;
    let welcome = queries::welcome(cx.db(), &member.scope).await?;
    let confirmed = profile::is_confirmed(cx.db(), member.membership.person).await?;
    let left = !cx.bare.query("left").is_empty();
    Ok(page(&member, &welcome, confirmed, if left { Arrival::Left } else { Arrival::Plain }))
}

/// The same while nobody knows yet whether the payment went through: the page looks again by itself.
pub(super) async fn in_doubt(member: &Member) -> Result<Response, Problem> {
    let cx = &member.cx;
    let welcome = queries::welcome(cx.db(), &member.scope).await?;
    let confirmed = profile::is_confirmed(cx.db(), member.membership.person).await?;
    Ok(page(member, &welcome, confirmed, Arrival::InDoubt))
}

/// How somebody comes to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    Plain,
    /// Back from the provider's page without having paid.
    Left,
    /// Back from there, and the bank has not answered.
    InDoubt,
}

/// After how many seconds a page in doubt looks again.
const LOOK_AGAIN: u32 = 4;

fn page(member: &Member, welcome: &Welcome, confirmed: bool, arrival: Arrival) -> Response {
    let cx = &member.cx;
    let first = domain::names::first_name(&member.membership.name).to_owned();
    let (client, offer) = (member.client_name.clone(), welcome.offer.clone());
    let email = domain::accounts::display_email(&member.membership.email);
    let paid = welcome.invoice.as_ref().is_none_or(|invoice| invoice.is_paid);
    let mut page = Page::new(cx, "Welcome", Frame::Narrow);
    let is_open = welcome.invoice.as_ref().is_some_and(|invoice| !invoice.is_paid);
    if is_open && arrival == Arrival::InDoubt {
        page = page.refresh(LOOK_AGAIN, cx.bare.path.clone());
    }
    let news = if is_open { news(arrival) } else { None };
    page.show(|| {
        view! {
            <h1>{format!("Welcome, {first}")}</h1>
            {news}
            <ol class="sign-up done" aria-label="What happens next">
                <li class="is-done"><h2>{format!("{client} is on the {offer} plan")}</h2></li>
                <li class=paid.then_some("is-done")>{bill(cx, welcome, member.membership.role.may_bill())}</li>
                <li>{start(cx, welcome, confirmed)}</li>
            </ol>
            {(!confirmed).then(|| view! {
                <div class="notice">
                    <p>{format!("We emailed a link to {email}. Click it when you have a minute to confirm your address.")}</p>
                </div>
                {trial_hint(&cx.bare)}
            })}
        }
    })
}

/// What became of the payment, where it is not there yet.
fn news(arrival: Arrival) -> Option<AnyView> {
    let (head, words) = match arrival {
        Arrival::Plain => return None,
        Arrival::Left => (
            "Nothing was charged.",
            " Everything you typed is kept. Pay below when you’re ready, or later with the link in our email.",
        ),
        Arrival::InDoubt => (
            "Your payment is on its way.",
            " The bank hasn’t answered yet. This page goes on by itself, and so does your work.",
        ),
    };
    Some(view! { <div class="notice waiting" role="status"><p><b>{head}</b>{words}</p></div> }.into_any())
}

fn bill(cx: &Cx, welcome: &Welcome, may_bill: bool) -> AnyView {
    let Some(invoice) = &welcome.invoice else {
        if welcome.is_trial {
            return view! {
                <h2>"Nothing to pay today"</h2>
                <p class="soft">"Your first invoice comes when your free trial ends."</p>
            }
            .into_any();
        }
        return view! { <h2>"Nothing to pay"</h2> }.into_any();
    };
    let href = format!("/portal/billing/{}", invoice.number);
    let due = invoice.due_at.map(|at| format!("due {}", cx.own_format().day(at))).unwrap_or_default();
    view! {
        <h2>{format!("Your first invoice: {}", invoice.total)}</h2>
        <p class="soft">
            {format!("Invoice {}, ", billing::words::number(invoice.number))} {if invoice.is_paid { "paid".to_owned() } else { due }}
        </p>
        {may_bill.then(|| view! {
            <div class="button-row">
                {(!invoice.is_paid).then(|| pay_button(cx, invoice.number, invoice.total, "button"))}
                <a class="button quiet" href=href>"View invoice"</a>
            </div>
        })}
    }
    .into_any()
}

fn start(cx: &Cx, welcome: &Welcome, confirmed: bool) -> AnyView {
    let (title, text) = if welcome.at_work {
        ("You’re ready to go", "Describe your first request in a sentence, then watch it get done.")
    } else if welcome.needs_card {
        (
            "Work starts once a card is on file",
            "Nothing is charged before your trial ends. You can send your first request now, and it starts then.",
        )
    } else if welcome.starts_at_once && !confirmed {
        (
            "Work starts when you’ve confirmed your email address",
            "Open the link in the email we sent you. You can write your first request now, and it starts then.",
        )
    } else {
        (
            "Work starts once the invoice is paid",
            "You can send your first request now. We’ll start it as soon as you’ve paid.",
        )
    };
    let card = (!welcome.at_work && welcome.needs_card).then(|| {
        view! {
            <form class="button-row" method="post" action="/portal/billing/card">
                {token(cx)}<button class="button primary">"Add a card"</button>
            </form>
        }
    });
    view! {
        <h2 dir="auto">{title}</h2>
        <p class="soft" dir="auto">{text}</p>
        {card}
        <p class="button-row">
            <a class="button primary" href="/portal/requests/new">"Send your first request"</a>
            <a class="button quiet" href="/portal">"Look around first"</a>
        </p>
    }
    .into_any()
}
