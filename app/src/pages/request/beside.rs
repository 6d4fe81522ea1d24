//! What stands around the conversation, in words, as the rows and the calendar have it now.

use std::collections::BTreeSet;

use domain::{
    approvals::Audience,
    cycle::{ClockState, CycleView, PieceKind},
    deliverables::Deliverable,
    files::File,
    requests::{Column, Detail},
    session::{Conversation, RunNow, RunState, SubRunNow},
    words,
};

use super::{
    Here,
    view::{ClockPiece, ClockView, ListLink, Review, SideView},
};
use crate::components::time::Times;

pub fn of(here: &Here, detail: &Detail, conversation: &Conversation, times: Times) -> SideView {
    let run = conversation.run.as_ref();
    let card = &detail.card;
    let base = here.base();
    SideView {
        state: detail.withdrawn_at.is_none().then_some(card.column),
        state_name: state_name(here, detail),
        agent: card.agent.clone(),
        run: run.cloned(),
        held_by: card.run.as_ref().and_then(|run| run.held_by),
        helpers: helpers(&conversation.subs),
        locale: times.locale(),
        clock: clock(detail, times),
        deliverables: detail
            .deliverables
            .iter()
            .map(|deliverable| deliverable_link(&base, deliverable, times))
            .collect(),
        waiting: waiting(here, detail),
        again: again(detail, run),
        next: detail.next.iter().map(|next| next_link(here, next.number, &next.title)).collect(),
        files: detail.files.iter().map(file_link).collect(),
        review: (card.column == Column::Review).then(|| review(detail, here.desk)),
        ended: ended(detail, times),
    }
}

fn helpers(subs: &[SubRunNow]) -> Vec<String> {
    let at_work = subs.iter().filter(|sub| sub.state == RunState::Working);
    let mut names: Vec<String> = at_work.map(|sub| sub.agent.clone()).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn questions(detail: &Detail) -> impl Iterator<Item = &domain::approvals::Approval> {
    detail.approvals.iter().filter(|approval| approval.audience == Audience::Client)
}

fn waiting(here: &Here, detail: &Detail) -> Vec<ListLink> {
    let mut waiting = Vec::new();
    if let Some(first) = questions(detail).next() {
        let words = words::count(questions(detail).count() as i64, "question");
        waiting.push(link(format!("#q-{}", first.id), words, "the clock is paused until you answer"));
    }
    if detail.card.column == Column::Review && here.may_work() {
        let aside = if here.desk { "by the client, or on their behalf" } else { "approve it to finish" };
        waiting.push(link("#review".to_owned(), "1 review".to_owned(), aside));
    }
    waiting
}

/// The way on, where the work has ended before the request has.
fn again(detail: &Detail, run: Option<&RunNow>) -> Option<&'static str> {
    let stands =
        matches!(detail.card.column, Column::InProgress | Column::Waiting) && detail.withdrawn_at.is_none();
    match run?.state {
        RunState::Failed if stands => Some("Try again"),
        RunState::Cancelled if stands => Some("Restart"),
        _ => None,
    }
}

fn link(href: String, words: String, aside: &str) -> ListLink {
    ListLink { href, words, aside: aside.to_owned() }
}

fn state_name(here: &Here, detail: &Detail) -> String {
    match detail.card.column {
        _ if detail.withdrawn_at.is_some() => "Withdrawn".to_owned(),
        Column::Waiting if here.desk => "Waiting on client".to_owned(),
        column => column.label().to_owned(),
    }
}

fn next_link(here: &Here, number: u64, title: &str) -> ListLink {
    let base = here.base();
    let list = base.rsplit_once('/').map_or("", |(list, _)| list);
    link(format!("{list}/{number}"), title.to_owned(), "")
}

fn deliverable_link(base: &str, deliverable: &Deliverable, times: Times) -> ListLink {
    let aside = deliverable
        .versions
        .first()
        .map(|newest| format!("version {}, {}", newest.version, times.ago(newest.at)))
        .unwrap_or_default();
    ListLink {
        href: format!("{base}/deliverables/{}", deliverable.id),
        words: deliverable.title.clone(),
        aside,
    }
}

fn file_link(file: &File) -> ListLink {
    ListLink {
        href: format!("/files/{}", file.id),
        words: file.name.clone(),
        aside: format!("{}, {}", file.label, words::size(file.bytes)),
    }
}

/// The cycle in words; none before it has begun.
fn clock(detail: &Detail, times: Times) -> Option<ClockView> {
    let cycle = &detail.card.cycle;
    detail.started_at?;
    let due = match (cycle.state, detail.card.due_at) {
        (ClockState::Running, Some(due)) => format!("due {}", times.words(due)),
        (ClockState::Waiting, _) => "clock paused".to_owned(),
        (ClockState::Paused, _) => "paused with your subscription".to_owned(),
        _ => String::new(),
    };
    let done = detail.card.column == Column::Done;
    Some(ClockView {
        stands: match (done, times.locale(), i64::from(cycle.hours)) {
            (true, locale, hours) => locale.used_of(cycle.worked, hours),
            (false, locale, hours) => format!("{}, business days only", locale.left_of(cycle.left, hours)),
        },
        due,
        label: spoken(cycle),
        at_risk: !done && (cycle.at_risk || cycle.overdue),
        pieces: pieces(cycle),
    })
}

fn spoken(cycle: &CycleView) -> String {
    let hours = |seconds: i64| seconds / 3_600;
    let waited = match hours(cycle.waited) {
        0 => String::new(),
        waited => format!(", {waited} spent waiting on an answer"),
    };
    let risk = if cycle.at_risk || cycle.overdue { ", at risk" } else { "" };
    format!("{} of {} hours used{waited}{risk}", hours(cycle.worked), cycle.hours)
}

fn pieces(cycle: &CycleView) -> Vec<ClockPiece> {
    let mut from = 0;
    let mut drawn = Vec::new();
    for piece in &cycle.pieces {
        let to = from + piece.share;
        if piece.kind != PieceKind::Left {
            drawn.push(ClockPiece { waiting: piece.kind == PieceKind::Waiting, from, to });
        }
        from = to;
    }
    drawn
}

/// What the client is asked about what was delivered; on the desk, what an operator may do for them.
pub fn review(detail: &Detail, desk: bool) -> Review {
    let card = &detail.card;
    let question = match detail.deliverables.as_slice() {
        _ if desk => "Waiting on the client’s review. You can approve on their behalf.".to_owned(),
        [only] => format!("“{}” is ready. How does it look?", only.title),
        _ => "It’s ready. How does it look?".to_owned(),
    };
    let left = card.revisions_allowed.map(|allowed| allowed.saturating_sub(card.revisions_used));
    let changes = match (left, card.revisions_allowed) {
        (Some(0), _) => match desk {
            true => "The client has used all the revisions in their plan.".to_owned(),
            false => "You’ve used all the revisions in your plan. You can still leave a comment.".to_owned(),
        },
        (Some(left), Some(allowed)) => {
            format!("{left} of {} left.", words::count(i64::from(allowed), "revision"))
        }
        _ if desk => "Their plan includes unlimited revisions.".to_owned(),
        _ => "Your plan includes unlimited revisions.".to_owned(),
    };
    Review { question, changes, may_change: left != Some(0), reason: String::new(), error: String::new() }
}

/// The end of the line, once there is one.
fn ended(detail: &Detail, times: Times) -> Option<(String, String)> {
    if let Some(at) = detail.withdrawn_at {
        return Some(("Withdrawn".to_owned(), format!(", {}", times.dated(at))));
    }
    let at = detail.card.done_at.filter(|_| detail.card.column == Column::Done)?;
    Some((
        "Done".to_owned(),
        format!(" in {} · {}", times.locale().length(detail.card.cycle.worked), times.dated(at)),
    ))
}
