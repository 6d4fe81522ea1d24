//! Working days and hours, in the workspace's zone.

use domain::{format::Locale, workspaces::DAYS};
use leptos::prelude::*;

use crate::{
    components::{field::Field, locale, zone},
    web::Form,
};

/// The calendar that every clock counts by.
pub fn calendar(form: &Form, own: Locale) -> AnyView {
    let zones: Vec<_> = zone::all(own).map(|zone| view! { <option value=zone.name() /> }).collect();
    let error = form.errors.of("days").map(str::to_owned);
    let days: Vec<_> = own.week(DAYS).iter().map(|day| weekday(form, day, own)).collect();
    view! {
        <fieldset>
            <legend>"Business hours"</legend>
            <p class="hint">"Request clocks only count these hours. Changes apply from now on, including to requests in progress."</p>
            {Field::text(form, "zone", "Time zone").hint("For example, America/Los_Angeles.").required().max(60).list("zones").show()}
            {locale::field(form)}
            <datalist id="zones">{zones}</datalist>
            <fieldset class="field" id="days">
                <legend>"Open days"</legend>
                <p class="hint">"Days without hours count as a full 24 hours, so 48 hours is two business days."</p>
                <div class="weekdays">{days}</div>
                {error.map(|error| view! { <p class="field-error">{error}</p> })}
            </fieldset>
            {Field::area(form, "holidays", "Holidays", 4).hint(format!("One date per line, like {} or 2026-12-25.", own.typed_date())).show()}
        </fieldset>
    }
    .into_any()
}

fn weekday(form: &Form, day: &'static str, own: Locale) -> AnyView {
    let name = day[..1].to_uppercase() + &day[1..];
    let hour = |part: &'static str, word: &'static str| {
        let field = format!("{day}-{part}");
        let label = format!("{name}, {word}");
        let value = form.values.raw(&field).to_owned();
        let invalid = form.errors.of(&format!("{day}-from")).map(|_| "true");
        view! { <input class="input" name=field.clone() id=field value=value aria-label=label aria-invalid=invalid maxlength="8" placeholder=own.clock(if part == "from" { 0 } else { 24 * 60 }) /> }
    };
    let error = form.errors.of(&format!("{day}-from")).map(str::to_owned);
    view! {
        <div class="weekday">
            <label class="check"><input type="checkbox" name=day checked=form.values.has(day) /><span dir="auto">{name.clone()}</span></label>
            {hour("from", "from")}<span class="soft">"to"</span>{hour("to", "to")}
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
        </div>
    }
    .into_any()
}
