//! Why nothing is started now, and what to do: said calmly, and never in the way of asking.

use domain::requests::Waits;
use leptos::prelude::*;

/// The notice on a client's pages; none while work goes on.
pub fn notice(waits: Option<Waits>, may_bill: bool) -> Option<AnyView> {
    let waits = waits?;
    let (heading, rest) = words(waits);
    let link = may_bill.then_some(match waits {
        Waits::ForPayment => "See the invoice",
        Waits::OnPause | Waits::ForSubscription => "See your subscription",
    });
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

fn words(waits: Waits) -> (&'static str, &'static str) {
    match waits {
        Waits::ForPayment => (
            "Work starts when the first invoice is paid.",
            "You can ask already: it waits in line and is started then.",
        ),
        Waits::OnPause => (
            "Your subscription is paused.",
            "Clocks stand still and nothing new is started. What you ask for waits in line until it goes on.",
        ),
        Waits::ForSubscription => (
            "Your subscription has ended.",
            "All that was done stays here. What you ask for waits in line until there is a new one.",
        ),
    }
}
