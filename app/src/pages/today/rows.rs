//! A row of each group: what it is, whose, since when, and the press that settles it.

use domain::{
    approvals::Approval,
    billing::words::number,
    desk::{FailedRun, HeldInvoice, NewClient, UnpaidInvoice},
    proposals::Proposal,
    requests::{Card, UnseenRequest},
    session::RunState,
};
use leptos::prelude::*;

use super::TodayView;
use crate::components::{
    answers::buttons,
    desk::{client_path, hidden, request_path},
    request::about_to_start,
};

const HERE: &str = "/desk";

/// A question to the operators, with its answers.
pub fn to_answer(approval: &Approval, desk: &TodayView) -> AnyView {
    let page = request_path(approval.client, approval.number);
    let action = format!("{page}/approval/{}", approval.id);
    view! {
        <li class="today-item urgent">
            <div class="today-words">
                <a href=page dir="auto">{approval.question.clone()}</a>
                <p>{of(&approval.client_name, approval.number)}" · "{question_words(approval, desk)}</p>
            </div>
            <form class="button-row" method="post" action=action>{hidden(&desk.token, HERE)} {buttons(&approval.options)}</form>
        </li>
    }
    .into_any()
}

/// What a client wrote.
pub fn wrote(wrote: &UnseenRequest, desk: &TodayView) -> AnyView {
    let page = request_path(wrote.client, wrote.number);
    let ago = desk.times.ago(wrote.since);
    view! {
        <li class="today-item new">
            <div class="today-words">
                <a href=format!("{page}#now") dir="auto">{wrote.title.clone()}</a>
                <p>{format!("{} · {} wrote {ago}", of(&wrote.client_name, wrote.number), wrote.from)}</p>
            </div>
            <form method="post" action=format!("{page}/seen")>
                {hidden(&desk.token, HERE)}
                <button class="button" aria-label=format!("Seen: #{} {}", wrote.number, wrote.title)>"Seen"</button>
            </form>
        </li>
    }
    .into_any()
}

/// What a program proposes, with the two ways to decide.
pub fn to_decide(proposal: &Proposal, desk: &TodayView) -> AnyView {
    let action = format!("/desk/proposals/{}", proposal.id);
    let client = proposal.client.map(client_path);
    let words = proposal.words.clone();
    let words = match client {
        Some(page) => view! { <a href=page dir="auto">{words}</a> }.into_any(),
        None => view! { <strong dir="auto">{words}</strong> }.into_any(),
    };
    let (ago, until) = (desk.times.ago(proposal.created_at), desk.times.words(proposal.expires_at));
    let reason = (!proposal.reason.is_empty()).then(|| view! { <p>{format!("“{}”", proposal.reason)}</p> });
    let label = |verb: &str| format!("{verb}: {}", proposal.words);
    view! {
        <li class="today-item urgent">
            <div class="today-words">
                {words}
                {reason}
                <p>{format!("Proposed by {} {ago} · expires {until}", proposal.by)}</p>
            </div>
            <form class="button-row" method="post" action=action>
                {hidden(&desk.token, HERE)}
                <button class="button" name="decision" value="approve" aria-label=label("Approve")>"Approve"</button>
                <button class="button" name="decision" value="decline" aria-label=label("Decline")>"Decline"</button>
            </form>
        </li>
    }
    .into_any()
}

/// A clock that runs out.
pub fn at_risk(card: &Card, desk: &TodayView) -> AnyView {
    let page = request_path(card.client, card.number);
    let due = card.due_at.map(|at| view! { ", due "{desk.times.show(at)} });
    let who = on_it(card).map(|who| format!(" · {who}"));
    view! {
        <li class="today-item urgent">
            <div class="today-words">
                <a href=page.clone() dir="auto">{card.title.clone()}</a>
                <p>
                    {of(&card.client_name, card.number)}" · "
                    <span class="late">{desk.times.locale().left(card.cycle.left)}</span>
                    {due}
                    {who}
                </p>
            </div>
            <a class="button" href=page aria-label=format!("Open #{}", card.number)>"Open"</a>
        </li>
    }
    .into_any()
}

fn on_it(card: &Card) -> Option<String> {
    let agent = card.agent.as_ref()?;
    let held_by = card.run.as_ref().and_then(|run| run.held_by);
    match card.run.as_ref().map(|run| run.state) {
        Some(RunState::Working) => Some(format!("{agent} is working on it")),
        Some(RunState::Queued) => Some(about_to_start(agent, held_by)),
        Some(RunState::Suspended) => Some(format!("{agent} is waiting on an answer")),
        _ => Some("not assigned".to_owned()),
    }
}

/// Work that broke off.
pub fn failed(run: &FailedRun, desk: &TodayView) -> AnyView {
    let page = request_path(run.client, run.number);
    let why =
        if run.reason.is_empty() { format!("{} couldn’t finish.", run.agent) } else { run.reason.clone() };
    let label = format!("Try again: #{} {}", run.number, run.title);
    view! {
        <li class="today-item urgent">
            <div class="today-words">
                <a href=page.clone() dir="auto">{run.title.clone()}</a>
                <p>{of(&run.client_name, run.number)}" · "{desk.times.ago(run.at.timestamp_millis())}</p>
                <p>{why}</p>
            </div>
            <form method="post" action=format!("{page}/retry")>
                {hidden(&desk.token, HERE)}
                <button class="button" aria-label=label>"Try again"</button>
            </form>
        </li>
    }
    .into_any()
}

/// A question that a client has not answered.
pub fn unanswered(approval: &Approval, desk: &TodayView) -> AnyView {
    let page = request_path(approval.client, approval.number);
    view! {
        <li class="today-item waiting">
            <div class="today-words">
                <a href=page.clone() dir="auto">{approval.question.clone()}</a>
                <p>{of(&approval.client_name, approval.number)}" · "{question_words(approval, desk)}</p>
            </div>
            <a class="button" href=page aria-label=format!("Open #{}", approval.number)>"Open"</a>
        </li>
    }
    .into_any()
}

/// A client who came lately.
pub fn new_client(client: &NewClient, desk: &TodayView) -> AnyView {
    let page = client_path(client.client);
    let offer = match &client.offer {
        Some(offer) if client.has_ended => format!("{offer}, ended"),
        Some(offer) => offer.clone(),
        None => "no offer yet".to_owned(),
    };
    let waits = if client.awaits_payment { " · work starts once the first invoice is paid" } else { "" };
    let came = desk.times.ago(client.at.timestamp_millis());
    view! {
        <li class="today-item new">
            <div class="today-words">
                <a href=page.clone() dir="auto">{client.name.clone()}</a>
                <p>{format!("{offer} · joined {came}{waits}")}</p>
            </div>
            <a class="button" href=page aria-label=format!("Open {}", client.name)>"Open"</a>
        </li>
    }
    .into_any()
}

/// An invoice that waits for something the law wants on it, and the form that mends it.
pub fn held_back(invoice: &HeldInvoice) -> AnyView {
    let page = format!("/desk/billing/invoices/{}", invoice.invoice);
    let (mend, word) = if invoice.is_ours {
        ("/desk/settings#bill_address".to_owned(), "Open Settings")
    } else {
        (format!("{}/details#bill_address", client_path(invoice.client)), "Add the address")
    };
    let label = format!("{word}: {}", invoice.client_name);
    view! {
        <li class="today-item waiting">
            <div class="today-words">
                <a href=page>{format!("Invoice for {}", invoice.client_name)}</a>
                <p>{format!("{} · {}", invoice.total, invoice.reason)}</p>
            </div>
            <a class="button" href=mend aria-label=label>{word}</a>
        </li>
    }
    .into_any()
}

/// An invoice that is to be paid.
pub fn unpaid(invoice: &UnpaidInvoice, desk: &TodayView) -> AnyView {
    let page = format!("/desk/billing/invoices/{}", invoice.invoice);
    let late = invoice.due_at.is_some_and(|at| at < desk.times.now());
    let when = invoice.due_at.map(|at| {
        let day = desk.times.day(at);
        if late {
            view! { <span class="late">{format!("overdue since {day}")}</span> }.into_any()
        } else {
            view! { <span>{format!("due {day}")}</span> }.into_any()
        }
    });
    let class = if late { "today-item waiting" } else { "today-item" };
    let label = format!("Mark as paid: invoice {}", number(invoice.number));
    view! {
        <li class=class>
            <div class="today-words">
                <a href=page.clone()>{format!("Invoice {}", number(invoice.number))}</a>
                <p>{format!("{} · {} · ", invoice.client_name, invoice.total)}{when}</p>
            </div>
            <form method="post" action=format!("{page}/state")>
                {hidden(&desk.token, HERE)}
                <button class="button" name="state" value="paid" aria-label=label>"Mark as paid"</button>
            </form>
        </li>
    }
    .into_any()
}

fn of(client: &str, number: u64) -> String {
    format!("{client} #{number}")
}

fn question_words(approval: &Approval, desk: &TodayView) -> String {
    let (ago, until) = (desk.times.ago(approval.created_at), desk.times.words(approval.expires_at));
    format!("Asked {ago} · answer by {until}")
}
