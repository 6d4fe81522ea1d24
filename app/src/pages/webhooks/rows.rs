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
        return view! { <p class="soft">"No deliveries yet. New events go out within seconds."</p> }
            .into_any();
    }
    let rows: Vec<_> = sent.iter().map(|delivery| row(cx, base, delivery, times)).collect();
    view! { <div class="outbox">{rows}</div> }.into_any()
}

fn row(cx: &Cx, base: &str, of: &Delivery, times: Times) -> AnyView {
    let (class, word) = match of.state {
        DeliveryState::Sent => ("tag done", "Delivered"),
        DeliveryState::Failed => ("tag failed", "Failed"),
        DeliveryState::Queued if of.attempts == 0 => ("tag queued", "Queued"),
        DeliveryState::Queued => ("tag waiting", "Retrying"),
    };
    let label = format!("Resend {} of {}", of.kind, times.words(of.at));
    view! {
        <details class="mail">
            <summary>
                <span><b>{of.kind.clone()}</b>" "<span class=class>{word}</span></span>
                {times.show(of.at)}
                <small>{what_came(of, times)}</small>
            </summary>
            <div>
                {(!of.answer.is_empty()).then(|| view! { <p>"Response: "{of.answer.clone()}</p> })}
                <pre><code>{of.body.clone()}</code></pre>
                <form method="post" action=format!("{base}/deliveries")>
                    {token(cx)}
                    <button class="button" name="event" value=of.event.to_string() aria-label=label>"Resend"</button>
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
        more => format!("{more} attempts"),
    };
    let status = of.status.map_or("no response".to_owned(), |status| format!("returned {status}"));
    let next = match of.state {
        DeliveryState::Queued => format!(", next {}", times.words(of.next_at)),
        _ => String::new(),
    };
    format!("{tries}, {status}{next}")
}
