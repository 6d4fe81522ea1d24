//! The plain parts of the settings.

use domain::money::Currency;
use leptos::prelude::*;

use crate::{components::field::Field, pages::billing::party, web::Form};

/// Name, storefront and currency.
pub fn business(form: &Form) -> AnyView {
    let currencies: Vec<(String, String)> = Currency::ALL
        .iter()
        .map(|currency| (currency.code().to_owned(), format!("{}, {}", currency.code(), currency.name())))
        .collect();
    view! {
        <fieldset>
            <legend>"Your business"</legend>
            {Field::text(form, "name", "Name").required().max(80).show()}
            {Field::text(form, "tagline", "Storefront headline").max(120).show()}
            {Field::area(form, "promise", "Storefront intro", 3).max(400).show()}
            {Field::select(form, "currency", "Currency for new offers", currencies).required().show()}
        </fieldset>
    }
    .into_any()
}

/// The line's own colour, for light and dark pages.
pub fn colour(form: &Form) -> AnyView {
    let field = |name: &'static str, label: &'static str, hint: &'static str| {
        view! { <div>{Field::text(form, name, label).hint(hint).max(7).show()}{swatch(form.values.text(name))}</div> }
    };
    view! {
        <fieldset>
            <legend>"Accent color"</legend>
            <p class="hint">"Set both or neither. We check that text stays readable in and on these colors."</p>
            <div class="form-row">
                {field("line_light", "Light mode", "Like #0f6b5c")}
                {field("line_dark", "Dark mode", "Like #5cc3ad")}
            </div>
        </fieldset>
    }
    .into_any()
}

/// The colour as it would be drawn; nothing for what is no colour.
fn swatch(colour: &str) -> AnyView {
    let digits = colour.strip_prefix('#').unwrap_or_default();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return ().into_any();
    }
    let colour = colour.to_owned();
    view! {
        <svg class="swatch" viewBox="0 0 120 12" aria-hidden="true">
            <path d="M2 6h104" stroke=colour.clone() stroke-width="2" /><circle cx="110" cy="6" r="5" fill=colour />
        </svg>
    }
    .into_any()
}

/// The way back to the text that a new workspace begins with. It comes after the button that saves, which Enter presses.
pub fn default_text() -> AnyView {
    view! {
        <fieldset>
            <legend>"Default text"</legend>
            <p class="hint">"Puts the original text back into the form above. Nothing changes until you save."</p>
            <div class="button-row">
                <button class="button" name="restore" value="tagline">"Restore default headline"</button>
                <button class="button" name="restore" value="promise">"Restore default intro"</button>
                <button class="button" name="restore" value="terms">"Restore default terms"</button>
            </div>
        </fieldset>
    }
    .into_any()
}

/// What a client agrees to, and who bills.
pub fn papers(form: &Form) -> AnyView {
    view! {
        <fieldset>
            <legend>"Terms and invoices"</legend>
            {Field::prose(form, "terms", "Terms", 10)
                .hint("What clients agree to at sign-up. Shown on your Terms page. Markdown works here.")
                .max(50_000)
                .show()}
        </fieldset>
        <fieldset>
            <legend>"Who sends your invoices"</legend>
            <p class="hint">"Printed on every invoice from now on. Invoices wait until your address is here."</p>
            {party::sender(form, true)}
        </fieldset>
    }
    .into_any()
}
