//! What was sent to a webhook, and what was answered.

use domain::webhooks::{Delivery, DeliveryState};
use leptos::prelude::*;

use crate::{
    components::{field::token, time::Times},
    web::Cx,
};

/// All of it, or that there is nothing yet.
pub(super) fn all(cx: &Cx, base: &str, sent: &[Delivery], times: Times) -> AnyView {
    if sent.is_empty() {
        return view! { <p class="soft">"Nothing yet. The next thing that happens is sent within seconds."</p> }
            .into_any();
    }
    let rows: Vec<_> = sent.iter().map(|delivery| row(cx, base, delivery, times)).collect();
    view! { <div class="outbox">{rows}</div> }.into_any()
}

fn row(cx: &Cx, base: &str, of: &Delivery, times: Times) -> AnyView {
    let (class, word) = match of.state {
        DeliveryState::Sent => ("tag done", "Taken"),
        DeliveryState::Failed => ("tag failed", "Given up"),
        DeliveryState::Queued if of.attempts == 0 => ("tag queued", "Waits"),
        DeliveryState::Queued => ("tag waiting", "Tried again"),
    };
    let label = format!("Send {} of {} again", of.kind, times.words(of.at));
    view! {
        <details class="mail">
            <summary>
                <span><b>{of.kind.clone()}</b>" "<span class=class>{word}</span></span>
                {times.show(of.at)}
                <small>{what_came(of, times)}</small>
            </summary>
            <div>
                {(!of.answer.is_empty()).then(|| view! { <p>"Answer: "{of.answer.clone()}</p> })}
                <pre><code>{of.body.clone()}</code></pre>
                <form method="post" action=format!("{base}/deliveries")>
                    {token(cx)}
                    <button class="button" name="event" value=of.event.to_string() aria-label=label>"Send again"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// How often it was tried, what was answered, and when it comes again.
fn what_came(of: &Delivery, times: Times) -> String {
    let tries = match of.attempts {
        0 => return "not sent yet".to_owned(),
        1 => "1 try".to_owned(),
        more => format!("{more} tries"),
    };
    let status = of.status.map_or("nobody answered".to_owned(), |status| format!("answered {status}"));
    let next = match of.state {
        DeliveryState::Queued => format!(", next {}", times.words(of.next_at)),
        _ => String::new(),
    };
    format!("{tries}, {status}{next}")
}
