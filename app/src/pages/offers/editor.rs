//! The page of one offer: its form, and beside it what a buyer will see.

use axum::response::Response;
use domain::{
    money::Currency,
    offers::{Interval, Offer, OfferForm, OfferState},
};
use leptos::prelude::*;

use super::question::questions;
use crate::{
    components::{
        choose::{ChoiceGroup, ChoiceOption, radios},
        field::{Field, checkbox, summary, token},
        intake_form::intake_field,
        offer_card::draft_card,
        page_head::PageHead,
    },
    web::{Cx, DeskTab, Form, Frame, Page},
};

/// An offer on its way to being kept.
pub struct Editor {
    /// None for a new one.
    pub offer: Option<Offer>,
    pub typed: OfferForm,
    pub form: Form,
    pub currency: Currency,
}

impl Editor {
    /// Where the form goes.
    fn action(&self) -> String {
        self.offer.as_ref().map_or("/desk/offers".to_owned(), |offer| format!("/desk/offers/{}", offer.id))
    }
}

/// The whole page.
pub fn page(cx: &Cx, editor: &Editor) -> Response {
    let title = editor.offer.as_ref().map_or("New offer", |offer| &offer.name);
    Page::new(cx, title, Frame::Desk(DeskTab::Offers)).status(editor.form.status()).show(|| {
        view! {
            {head(cx, editor)}
            <div class="with-preview">
                {form(cx, editor)}
                {preview(editor)}
            </div>
        }
    })
}

fn head(cx: &Cx, editor: &Editor) -> AnyView {
    let title = editor.offer.as_ref().map_or("New offer".to_owned(), |offer| offer.name.clone());
    let state = |offer: &Offer| {
        view! {
            <p class="page-sub"><span class=format!("tag {}", offer.state.as_str())>{offer.state.label()}</span></p>
        }
    };
    PageHead::named(&title)
        .crumbs(&[("/desk/offers", "Offers")], &title)
        .below(editor.offer.as_ref().map(state))
        .beside(editor.offer.as_ref().map(|offer| actions(cx, offer)))
        .show()
}

fn actions(cx: &Cx, offer: &Offer) -> AnyView {
    let base = format!("/desk/offers/{}", offer.id);
    let (state, copies) = (format!("{base}/state"), format!("{base}/copies"));
    let publish = offer.state != OfferState::Published;
    let archive = offer.state != OfferState::Archived;
    view! {
        <div class="page-actions">
            <form method="post" action=copies>{token(cx)}<button class="button quiet">"Duplicate"</button></form>
            <form method="post" action=state class="button-row">
                {token(cx)}
                {archive.then(|| view! { <button class="button" name="state" value="archived">"Archive"</button> })}
                {publish.then(|| view! { <button class="button" name="state" value="published">"Publish"</button> })}
            </form>
        </div>
    }
    .into_any()
}

fn form(cx: &Cx, editor: &Editor) -> AnyView {
    let (form, action) = (&editor.form, editor.action());
    let cancel = if editor.offer.is_some() { "Back to offers" } else { "Cancel" };
    view! {
        <form class="form" method="post" action=action.clone() novalidate>
            {token(cx)}
            // What the Enter key presses: the first button of a form.
            <button class="visually-hidden" tabindex="-1" aria-hidden="true">"Save"</button>
            {summary(form)}
            {words(form)}
            {terms(form, editor.currency)}
            {pricing(form, editor.currency)}
            {questions(form, &editor.typed, &action)}
            <div class="button-row">
                <button class="button primary">"Save"</button>
                <button class="button" name="do" value="preview" formaction=format!("{action}#preview")>"Preview"</button>
                <a class="button quiet" href="/desk/offers">{cancel}</a>
            </div>
        </form>
    }
    .into_any()
}

fn words(form: &Form) -> AnyView {
    view! {
        <fieldset>
            <legend>"What buyers see"</legend>
            {Field::text(form, "name", "Name").hint("For example, “Two at a time”.").required().max(80).show()}
            {Field::text(form, "vertical", "Who it’s for").hint("Finishes the phrase “For …”, like “law offices, insurance agencies”.").max(60).show()}
            {Field::area(form, "summary", "Summary", 2).max(300).show()}
            {Field::area(form, "points", "What else is included", 4)
                .hint("One item per line. Price, limit, hours, revisions, and start are listed automatically.")
                .show()}
        </fieldset>
    }
    .into_any()
}

fn terms(form: &Form, currency: Currency) -> AnyView {
    let intervals = Interval::ALL.map(|interval| {
        let word = interval.as_str();
        (word.to_owned(), format!("every {word}"))
    });
    let unlimited = form.values.has("unlimited");
    let starts = ChoiceGroup {
        name: "starts".into(),
        legend: "Work starts".into(),
        hint: String::new(),
        required: true,
        held: true,
    };
    view! {
        <fieldset>
            <legend>"Terms"</legend>
            <div class="form-row">
                {Field::number(form, "price", "Price", currency.code()).required().max(20).show()}
                {Field::select(form, "interval", "Billed", intervals.to_vec()).required().show()}
            </div>
            <div class="form-row">
                {Field::number(form, "active_limit", "Requests at a time", "requests").required().max(2).show()}
                {Field::number(form, "cycle_hours", "Turnaround", "hours").hint("Counted on your business days.").required().max(3).show()}
            </div>
            <div class="form-row">
                {Field::number(form, "revisions", "Revisions", "per request").max(2).show()}
                {checkbox("unlimited", None, unlimited, view! { "Unlimited revisions"<small class="hint">"Ignores the number to the left"</small> })}
            </div>
            {radios(form, starts, &[
                ChoiceOption::new("at_once", "Right away").hint("The first invoice is due in two weeks"),
                ChoiceOption::new("on_payment", "Once the first invoice is paid").hint("Clients can send requests before then, but nothing starts"),
            ])}
        </fieldset>
    }
    .into_any()
}

/// How it begins, and a price for a year; all of it may stay empty.
fn pricing(form: &Form, currency: Currency) -> AnyView {
    let needs_card = form.values.has("trial_needs_card");
    view! {
        <fieldset>
            <legend>"More on the price"</legend>
            <p class="hint">"Leave blank anything you don’t offer. First price, trial, and setup fee are for new clients only."</p>
            <div class="form-row">
                {Field::number(form, "first_price", "First price", currency.code()).max(20).show()}
                {Field::number(form, "first_periods", "For the first", "invoices").max(3).show()}
            </div>
            <div class="form-row">
                {Field::number(form, "setup_fee", "Setup fee", currency.code()).hint("Once, on the first invoice.").max(20).show()}
                {Field::number(form, "year_price", "Price for a year", currency.code()).hint("If it’s billed every month otherwise.").max(20).show()}
            </div>
            <div class="form-row">
                {Field::number(form, "trial_days", "Free trial", "days").hint("The first invoice comes when it ends.").max(3).show()}
                {checkbox("trial_needs_card", None, needs_card, view! { "Ask for a card first"<small class="hint">"The trial starts once a card is on file"</small> })}
            </div>
        </fieldset>
    }
    .into_any()
}

fn preview(editor: &Editor) -> AnyView {
    let (draft, errors) = editor.typed.guess(editor.currency);
    let price = errors.of("price").is_none().then_some(draft.terms.price);
    let blank = Form::default();
    let asked: Vec<_> =
        draft.intake.iter().map(|field| intake_field(field, &field.name(), &blank, false)).collect();
    let asks = (!draft.intake.is_empty()).then(|| {
        view! {
            <h2>"Sign-up questions"</h2>
            // A form of its own, so that what is tried here is never sent.
            <div class="sheet form" inert>{asked}</div>
        }
    });
    view! {
        <aside class="preview" id="preview" aria-label="Preview">
            <h2>"On the storefront"</h2>
            {draft_card(&draft, price, view! { <span class="button primary" aria-hidden="true">"Choose "{draft.name.clone()}</span> }.into_any())}
            {asks}
        </aside>
    }
    .into_any()
}
