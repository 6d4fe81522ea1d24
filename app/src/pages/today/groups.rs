//! The groups of the page, in order of urgency.

use domain::{desk::Few, words};
use leptos::prelude::*;

use super::{TodayView, rows};
use crate::components::{desk, page_head::PageHead};

/// Everything below the bar.
pub fn all(desk: &TodayView) -> AnyView {
    let today = &desk.today;
    let heading = in_one_sentence(today.count());
    let say = heading.clone();
    let work = desk::at_work(today.at_work);
    view! {
        {PageHead::new("Today")
            .subtitle(view! { <span dir="auto">{heading}</span> })
            .actions(work)
            .announcement(say)
            .show()}
        {if today.is_clear() { clear() } else { groups(desk) }}
    }
    .into_any()
}

fn in_one_sentence(things: usize) -> String {
    match things {
        0 => "Nothing needs your attention".to_owned(),
        1 => "One thing needs your attention".to_owned(),
        many => {
            format!("{} need your attention", words::count(i64::try_from(many).unwrap_or(i64::MAX), "thing"))
        }
    }
}

fn clear() -> AnyView {
    view! {
        <div class="empty">
            <svg class="drawing" viewBox="0 0 180 64" aria-hidden="true">
                <path d="M4 32h164" />
                <path d="M40 26v12M76 26v12M112 26v12" />
                <circle class="full" cx="172" cy="32" r="5" />
            </svg>
            <h2>"All clear"</h2>
            <p>"Questions, client messages, at-risk clocks, failed work, new clients, and unpaid invoices show up here."</p>
            <a class="button" href="/desk/board">"Go to board"</a>
        </div>
    }
    .into_any()
}

fn groups(desk: &TodayView) -> AnyView {
    let today = &desk.today;
    view! {
        <div class="today">
            {group("Needs your answer", &today.to_answer, None, |approval| rows::to_answer(approval, desk))}
            {group("Clients wrote", &today.wrote, None, |wrote| rows::wrote(wrote, desk))}
            {group("Needs your approval", &today.to_decide, None, |proposal| rows::to_decide(proposal, desk))}
            {group("At risk", &today.at_risk, Some(("/desk/board", "See all on the board")), |card| rows::at_risk(card, desk))}
            {group("Couldn’t finish", &today.failed, Some(("/desk/board", "See all on the board")), |run| rows::failed(run, desk))}
            {group("Waiting on clients", &today.unanswered, Some(("/desk/board", "See all on the board")), |asked| {
                rows::unanswered(asked, desk)
            })}
            {group("New clients", &today.new_clients, Some(("/desk/clients", "All clients")), |client| {
                rows::new_client(client, desk)
            })}
            {group("Invoices held back", &today.held_back, Some(("/desk/billing?state=draft", "All drafts")), |invoice| {
                rows::held_back(invoice)
            })}
            {group("Unpaid", &today.unpaid, Some(("/desk/billing", "All invoices")), |invoice| rows::unpaid(invoice, desk))}
        </div>
    }
    .into_any()
}

/// A heading and its rows; nothing without any. `rest`: where the rows that are not shown are.
fn group<T>(
    heading: &'static str,
    few: &Few<T>,
    rest: Option<(&'static str, &'static str)>,
    row: impl Fn(&T) -> AnyView,
) -> Option<AnyView> {
    if few.shown.is_empty() {
        return None;
    }
    let count = format!("{}{}", few.shown.len(), if few.more { "+" } else { "" });
    let rest = rest.filter(|_| few.more).map(|(href, words)| view! { <a href=href dir="auto">{words}</a> });
    let rows: Vec<_> = few.shown.iter().map(row).collect();
    Some(
        view! {
            <section>
                <div class="section-head"><h2 dir="auto">{heading}" "<span class="count">{count}</span></h2>{rest}</div>
                <ul class="today-list">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::in_one_sentence;

    #[test]
    fn the_day_is_said_in_one_sentence() {
        assert_eq!(in_one_sentence(0), "Nothing needs your attention");
        assert_eq!(in_one_sentence(1), "One thing needs your attention");
        assert_eq!(in_one_sentence(7), "7 things need your attention");
    }
}
