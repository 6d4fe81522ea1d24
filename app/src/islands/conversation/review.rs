//! The client's word on what was delivered.

use leptos::prelude::*;

use super::{model::Review, state::Page};

/// The form in the side column, while a review is wanted.
pub fn section(page: Page, review: Option<&Review>) -> Option<AnyView> {
    let place = page.place();
    review.filter(|_| place.may_work).map(|review| form(page.under("review"), place.token.clone(), review).into_any())
}

/// Approve, or ask for a change and say which.
pub fn form(action: String, token: String, review: &Review) -> impl IntoView + use<> {
    let Review { question, changes, may_change, reason, error } = review.clone();
    let (again, change_token) = (action.clone(), token.clone());
    let refused = !error.is_empty();
    let change = may_change.then(|| {
        view! {
            <details class="more" open=refused>
                <summary class="button">"Ask for a change"</summary>
                <form class="form" method="post" action=again>
                    <input type="hidden" name="form_token" value=change_token />
                    <div class="field">
                        <label for="reason">"What should be different?"</label>
                        <textarea
                            class="input"
                            id="reason"
                            name="reason"
                            rows="4"
                            required
                            maxlength="4000"
                            aria-invalid=refused.then_some("true")
                            aria-describedby=refused.then_some("reason-error")
                        >
                            {format!("\n{reason}")}
                        </textarea>
                        {refused.then(|| view! { <p class="field-error" id="reason-error">{error}</p> })}
                    </div>
                    <button class="button primary" name="verdict" value="change">"Send it back"</button>
                </form>
            </details>
        }
    });
    view! {
        <section class="review-form" id="review">
            <h2>{question}</h2>
            <p>{changes}</p>
            <form method="post" action=action>
                <input type="hidden" name="form_token" value=token />
                <button class="button primary" name="verdict" value="approve">"Approve"</button>
            </form>
            {change}
        </section>
    }
}
