use leptos::prelude::*;

/// A request being worked on, as a still of the page that clients follow.
pub(super) fn line() -> AnyView {
    view! {
        <div class="line-picture" role="img"
            aria-label="A request being worked on: asked, notes read, names compared, a question answered on a phone, a draft being written">
            <ol class="line" aria-hidden="true">
                <li class="entry step"><p class="step-head"><b>"Rosa"</b>" asked for nine follow-ups"</p></li>
                <li class="entry step"><p class="step-head">"read 9 call notes"</p></li>
                <li class="entry step"><p class="step-head">"ran a conflict check against 214 open matters"</p></li>
                <li class="entry ask">
                    <div class="approval"><b>"OK to skip the Delgado call?"</b><span class="soft">"answered by Rosa, on her phone"</span></div>
                </li>
                <li class="entry said writing">
                    <span class="now"></span>
                    <div class="words prose"><p>"Draft 4 of 9, to Ms. Osei. She called about a lease that ends in six weeks"</p></div>
                </li>
            </ol>
        </div>
    }
    .into_any()
}
