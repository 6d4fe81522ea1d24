//! `POST /desk/clients/{client}/tax-check`: that somebody looked a client's tax number up by hand.

use axum::response::Response;
use domain::{
    billing::Recipient,
    ids::ClientId,
    tax::{HandCheck, commands, numbers::is_eu},
};
use leptos::prelude::*;

use crate::{
    components::{desk::client_path, field::token},
    web::{Cx, Operator, Path, PostedForm, Problem, answer},
};

/// Where the registers of the European Union's members are asked.
const VIES: &str = "https://ec.europa.eu/taxation_customs/vies/";

pub async fn check_tax(
    Operator { cx, scope, .. }: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let is_checked = fields.text("checked") == "yes";
    let done = commands::note_hand_check(cx.db(), &scope, client, is_checked).await;
    let note = if is_checked { "Noted that you checked it." } else { "Marked as not checked." };
    Ok(answer(&cx.bare, done, &format!("{}/details", client_path(client)), note))
}

/// Whether a client's tax number was looked up, and by whom; nothing for one without a number.
pub(super) fn section(
    cx: &Cx,
    client: ClientId,
    recipient: &Recipient,
    check: Option<&HandCheck>,
) -> AnyView {
    if recipient.tax_number.is_empty() {
        return ().into_any();
    }
    let vies = is_eu(&recipient.country).then(|| {
        view! { <p>"Look it up in "<a href=VIES target="_blank" rel="noopener noreferrer">"VIES"</a>" before you send the first invoice without VAT."</p> }
    });
    let (said, value, word) = match check {
        Some(check) => {
            let by = if check.by.is_empty() { String::new() } else { format!(" by {}", check.by) };
            (format!("Checked by hand on {}{by}.", cx.own_format().day(check.at)), "no", "Mark as not checked")
        }
        None => (
            "We checked its form and check digits. Whether it’s registered, and to this business, is for you to look up."
                .to_owned(),
            "yes",
            "I looked it up",
        ),
    };
    view! {
        <section class="section" aria-labelledby="tax-check">
            <div class="section-head"><h2 id="tax-check" dir="auto">{format!("Tax number {}", recipient.tax_number)}</h2></div>
            <p dir="auto">{said}</p>
            {check.is_none().then_some(vies)}
            <form class="button-row" method="post" action=format!("{}/tax-check", client_path(client))>
                {token(cx)}
                <button class="button" name="checked" value=value>{word}</button>
            </form>
        </section>
    }
    .into_any()
}
