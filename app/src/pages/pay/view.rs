//! The page: what is to be paid or became of it, the ways to pay, what happens when.

use axum::response::Response;
use domain::{billing::words, money::Money, payments::PayView};
use leptos::prelude::*;

use super::{Opened, ask, decline, plan::plan, state::PayState, ways::ways};
use crate::web::{Cx, Form, Frame, Page};

/// After how many seconds a page in doubt looks again.
const LOOK_AGAIN: u32 = 4;

pub(super) fn page(cx: &Cx, opened: &Opened, pay: &PayView, form: &Form) -> Response {
    let state = PayState::of(pay);
    let title = number(pay);
    let mut page = Page::new(cx, &title, Frame::Bill).unlisted().status(form.status());
    if state == PayState::Processing {
        page = page.refresh(LOOK_AGAIN, cx.bare.path.clone());
    }
    if state.is_open() {
        page = page.copies();
    }
    page.show(|| {
        view! {
            <div class="pay">
                <section class="pay-what" aria-labelledby="pay-title">
                    {(!pay.is_live && pay.takes_cards).then(|| view! { <p class="tag waiting">"Test mode. No real money moves."</p> })}
                    {head(cx, pay, state)}
                    {lines(pay, state)}
                    {further(cx, opened, form)}
                </section>
                {state.is_open().then(|| ways(cx, opened, pay, state, form))}
                {state.is_open().then(|| plan(cx, pay))}
            </div>
        }
    })
}

fn number(pay: &PayView) -> String {
    pay.invoice.number.map_or("Invoice".to_owned(), |number| format!("Invoice {}", words::number(number)))
}

/// The amount, or the sentence that has come in its place.
fn head(cx: &Cx, pay: &PayView, state: PayState) -> AnyView {
    match state {
        PayState::Due | PayState::PaidInPart => amount(cx, pay),
        PayState::Declined | PayState::NeedsPerson => declined(cx, pay),
        PayState::Processing => sentence(
            "is-waiting",
            "Your payment is on its way",
            "The bank hasn’t answered yet. This page looks again by itself, and you can close it. We’ll email you the receipt.",
            &facts(pay, None),
            true,
        ),
        PayState::Paid => paid(cx, pay),
        PayState::Void => sentence(
            "",
            "There’s nothing to pay",
            "This invoice was voided. If you’ve already sent money for it, we’ll return it.",
            &facts(pay, None),
            false,
        ),
    }
}

fn amount(cx: &Cx, pay: &PayView) -> AnyView {
    let (format, now) = (cx.own_format(), cx.db().now());
    let due = pay.invoice.due_at.map(|at| {
        let day = format.short_day(at, now);
        if at < now { format!("Overdue since {day}") } else { format!("Due {day}") }
    });
    let part =
        (pay.paid.minor > 0).then(|| format!("You’ve paid {} so far. This is the rest.", pay.paid.in_full()));
    view! {
        <p class="pay-for" id="pay-title" dir="auto">{format!("{} for {}", number(pay), pay.invoice.client_name)}</p>
        <h1 class="pay-amount num">{pay.rest.in_full()}</h1>
        <p class="pay-due"><b>{due}</b></p>
        {part.map(|part| view! { <p class="soft">{part}</p> })}
    }
    .into_any()
}

fn declined(cx: &Cx, pay: &PayView) -> AnyView {
    let Some((last, at)) = &pay.last_decline else { return amount(cx, pay) };
    let (format, now) = (cx.own_format(), cx.db().now());
    let card = pay
        .card
        .as_ref()
        .map_or("your card".to_owned(), |card| format!("the {}", decline::ending(&card.label())));
    let (heading, advice) = decline::words(last, &card);
    let (first, rest) = heading.split_once(". ").map_or((heading, ""), |(first, rest)| (first, rest));
    let time = match pay.invoice.due_at {
        Some(due) if due > now => {
            format!("Work goes on. The invoice is due {}, so there’s time.", format.short_day(due, now))
        }
        Some(due) => format!("The invoice was due {}.", format.short_day(due, now)),
        None => String::new(),
    };
    let first = format!("{first}.");
    let facts = facts(pay, Some(format!("tried {}", format.dated(*at, now))));
    view! {
        <div class="pay-sentence is-stop">
            <h1 id="pay-title">{first}<br />{rest}</h1>
            <p>{advice}</p>
            <p>{time}</p>
            <p class="pay-facts" dir="auto">{facts}</p>
        </div>
    }
    .into_any()
}

fn paid(cx: &Cx, pay: &PayView) -> AnyView {
    let when = pay.invoice.paid_at.map(|at| format!("paid {}", cx.own_format().day(at)));
    let words =
        format!("{} has it, and a receipt is on its way to your email. Thank you.", pay.workspace_name);
    sentence("is-good", "Paid", &words, &facts(pay, when), false)
}

/// `Invoice 0042 · $4,500.00 · tried Mon, Nov 30, 9:41 AM`.
fn facts(pay: &PayView, more: Option<String>) -> String {
    let amount = if pay.rest.minor > 0 { pay.rest } else { pay.invoice.total };
    let parts = [Some(number(pay)), Some(amount.in_full()), more];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn sentence(class: &str, heading: &str, words: &str, facts: &str, is_live: bool) -> AnyView {
    let class = format!("pay-sentence {class}");
    let (heading, words, facts) = (heading.to_owned(), words.to_owned(), facts.to_owned());
    view! {
        <div class=class role=is_live.then_some("status")>
            <h1 id="pay-title">{heading}</h1>
            <p>{words}</p>
            <p class="pay-facts" dir="auto">{facts}</p>
            {is_live.then(|| view! { <p><a class="button" href="">"Look again"</a></p> })}
        </div>
    }
    .into_any()
}

/// What it is for. Where a sentence stands above, it is folded.
fn lines(pay: &PayView, state: PayState) -> AnyView {
    let currency = pay.invoice.total.currency;
    let row = |what: String, minor: i64| {
        let amount = Money::new(minor, currency).in_full();
        view! { <li><span dir="auto">{what}</span><span class="num nowrap">{amount}</span></li> }
    };
    let mut rows: Vec<_> = pay.invoice.lines.iter().map(|line| row(line.what.clone(), line.minor)).collect();
    if pay.paid.minor > 0 && state != PayState::Paid {
        rows.push(row("Paid so far".to_owned(), -pay.paid.minor));
    }
    let (label, sum) = match state {
        PayState::Paid | PayState::Void => ("Total", pay.invoice.total),
        _ => ("Amount due", pay.rest),
    };
    let table = view! {
        <ul class="pay-lines">
            {rows}
            <li class="pay-sum"><span>{label}</span><span class="num nowrap">{sum.in_full()}</span></li>
        </ul>
    };
    match state {
        PayState::Due | PayState::PaidInPart => table.into_any(),
        _ => view! { <details class="more"><summary>"What it’s for"</summary>{table}</details> }.into_any(),
    }
}

/// The invoice itself, and the way to whoever sent it.
fn further(cx: &Cx, opened: &Opened, form: &Form) -> AnyView {
    let href = format!("{}/invoice", opened.path());
    view! {
        <p class="pay-links"><a href=href>"View and print invoice"</a></p>
        {ask::form(cx, opened, form)}
    }
    .into_any()
}
