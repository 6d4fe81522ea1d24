//! The client's word on what was delivered.

use leptos::prelude::*;

use super::model::{PageContext, Review};
use crate::web::textarea_text;

/// The form in the side column, while a review is wanted; otherwise the empty place for it.
pub fn section(place: &PageContext, review: Option<&Review>) -> AnyView {
    match review.filter(|_| place.may_work) {
        Some(review) => form(place.under("review"), place.token.clone(), review).into_any(),
        None => view! { <section id="review" hidden></section> }.into_any(),
    }
}

/// Approve, or ask for a change and say which.
pub fn form(action: String, token: String, review: &Review) -> impl IntoView + use<> {
    let Review { question, changes, may_change, reason, error } = review.clone();
    let change = may_change.then(|| change(action.clone(), token.clone(), reason, error));
    view! {
        <section class="review-form" id="review" data-keep>
            <h2 dir="auto">{question}</h2>
            <p>{changes}</p>
            <form method="post" action=action>
                <input type="hidden" name="form_token" value=token />
                <button class="button primary" name="verdict" value="approve">"Approve"</button>
            </form>
            {change}
        </section>
    }
}

fn change(action: String, token: String, reason: String, error: String) -> impl IntoView {
    let refused = !error.is_empty();
    view! {
        <details class="more" open=refused>
            <summary class="button">"Ask for a revision"</summary>
            <form class="form" method="post" action=action>
                <input type="hidden" name="form_token" value=token />
                <div class="field">
                    <label for="reason">"What should we change?"</label>
                    <textarea dir="auto"
                        class="input"
                        id="reason"
                        name="reason"
                        rows="4"
                        required
                        maxlength="20000"
                        aria-invalid=refused.then_some("true")
                        aria-describedby=refused.then_some("reason-error")
                    >
                        {textarea_text(&reason)}
                    </textarea>
                    {refused.then(|| view! { <p class="field-error" id="reason-error">{error}</p> })}
                </div>
                <button class="button primary" name="verdict" value="change">"Send back for revision"</button>
            </form>
        </details>
    }
}
