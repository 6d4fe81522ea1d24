//! Why nothing is started now, and what to do: said calmly, and never in the way of asking.

use domain::{clients::commands::READABLE, requests::WaitReason};
use leptos::prelude::*;

use super::time::Times;

/// The notice on a client's pages; none while work goes on.
pub fn notice(waits: Option<WaitReason>, may_bill: bool) -> Option<AnyView> {
    let waits = waits?;
    let (heading, rest) = words(waits);
    let link = may_bill.then_some(waits).and_then(link);
    Some(
        view! {
            <div class="notice waiting">
                <p><b dir="auto">{heading}</b>" "{rest}</p>
                {link.map(|words| view! { <a class="button" href="/portal/billing" dir="auto">{words}</a> })}
            </div>
        }
        .into_any(),
    )
}

/// The same for the people of a client that has left: how long they still read, and that they can take everything along.
pub fn left(left_at: Option<i64>, times: &Times) -> Option<AnyView> {
    let until = times.words(left_at?.saturating_add(READABLE.num_milliseconds()));
    Some(
        view! {
            <div class="notice waiting">
                <p><b>"Your account is closed."</b>" "{format!("You can read and download everything until {until}.")}</p>
                <a class="button" href="/portal/data">"Download everything"</a>
            </div>
        }
        .into_any(),
    )
}

/// What the way to the billing page is called; none where it does not help.
fn link(waits: WaitReason) -> Option<&'static str> {
    match waits {
        WaitReason::ForPayment => Some("View invoice"),
        WaitReason::ForAddress => None,
        WaitReason::OnPause | WaitReason::Pausing => Some("View subscription"),
        WaitReason::ForSubscription | WaitReason::ForFirst => Some("Choose a plan"),
    }
}

fn words(waits: WaitReason) -> (&'static str, &'static str) {
    match waits {
        WaitReason::ForPayment => (
            "Work starts once your first invoice is paid.",
            "You can send requests now. We’ll start them as soon as you’ve paid.",
        ),
        WaitReason::ForAddress => (
            "Work starts when you’ve confirmed your email address.",
            "Open the link in the email we sent you. You can write requests now, and they start then.",
        ),
        WaitReason::Pausing => (
            "Your subscription pauses when the work in hand is done.",
            "Nothing new starts until you resume it. Requests you write wait in Up next.",
        ),
        WaitReason::ForFirst => (
            "You don’t have a subscription yet.",
            "You can write requests now. They wait in Up next until one starts.",
        ),
        WaitReason::OnPause => (
            "Your subscription is paused.",
            "All clocks are paused and nothing new will start. You can still send requests. We’ll start them when you resume.",
        ),
        WaitReason::ForSubscription => (
            "Your subscription has ended.",
            "Everything we did for you stays here. Requests you write wait in Up next until a new one starts.",
        ),
    }
}
