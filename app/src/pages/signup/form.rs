use axum::response::Response;
use domain::{
    ids::OfferId,
    offers::{Interval, Offer, Starts, Terms},
    words,
};
use leptos::prelude::*;

use super::intake;
use crate::{
    components::field::{self, Field},
    pages::billing::party,
    web::{Cx, Form, Frame, Page},
};

/// The page, as it starts or with what is to be mended.
pub(super) fn page(
    cx: &Cx,
    offers: &[Offer],
    form: &Form,
    (takes_cards, adds_tax): (bool, bool),
) -> Response {
    let page = Page::new(cx, "Sign up", Frame::Store).status(form.status());
    if offers.is_empty() {
        return page.show(nothing_sold);
    }
    page.show(|| {
        view! {
            <div class="sign-up-page">
                <h1>"Sign up"</h1>
                <p class="page-sub">"It takes a few minutes. You’ll see your first invoice and next steps at the end."</p>
                <form class="form" method="post" action="/signup">
                    {field::token(cx)}
                    <input type="hidden" name="form_key" value=form.values.text("form_key").to_owned() />
                    {field::summary(form)}
                    <ol class="sign-up">
                        <li>{offer_part(offers, form)}</li>
                        <li>{you_part(form, offers.iter().all(|offer| offer.terms.price.minor > 0))}</li>
                        <li>{business_part(offers, form)}</li>
                        <li>{terms_part(cx, offers, form, (takes_cards, adds_tax))}</li>
                    </ol>
                </form>
                <p class="page-sub"><span>"Already have an account? " <a href="/sign-in">"Sign in"</a></span></p>
            </div>
        }
    })
}

fn nothing_sold() -> AnyView {
    view! {
        <div class="sign-up-page">
            <h1>"Sign up"</h1>
            <div class="empty">
                <p>"We’re not taking new clients right now. Check back soon."</p>
                <p class="button-row"><a class="button" href="/">"Back to home"</a></p>
            </div>
        </div>
    }
    .into_any()
}

fn offer_part(offers: &[Offer], form: &Form) -> AnyView {
    let chosen = form.values.text("offer");
    let error = form.errors.of("offer").map(|error| view! { <p class="field-error">{error.to_owned()}</p> });
    let cards: Vec<_> = offers
        .iter()
        .enumerate()
        .map(|(index, offer)| {
            let value = offer.id.to_string();
            let checked = value == chosen || offers.len() == 1;
            let number = (offers.len() > 1).then(|| (index + 1).to_string());
            view! {
                <label class="choice-card">
                    <input type="radio" name="offer" value=value checked=checked required data-choice=number />
                    <span><b dir="auto">{offer.name.clone()}</b><span class="hint">{offer.terms.price_words()}</span>
                        {lines(&offer.terms)}
                        <span class="hint">{offer.terms.limit_words()}</span></span>
                </label>
            }
        })
        .collect();
    view! { <fieldset id="offer"><legend>"Choose a plan"</legend><div class="choice-cards">{cards}</div>{error}</fieldset> }.into_any()
}

fn you_part(form: &Form, is_billed: bool) -> AnyView {
    // A password is never sent back into a page.
    let hint = if form.is_bad() {
        "Please enter your password again (10 characters or more)"
    } else {
        "At least 10 characters. A short sentence works great."
    };
    view! {
        <fieldset>
            <legend>"About you"</legend>
            <div class="form-row">
                {Field::text(form, "company", "Company").autocomplete("organization").required().max(120).show()}
                {Field::text(form, "name", "Your name").autocomplete("name").required().max(80).show()}
            </div>
            {Field::email(form, "email", "Email").required().max(254).show()}
            {party::recipient(form, is_billed)}
            {Field::password(form, "password", "Password").hint(hint).autocomplete("new-password").required().min(10).max(200).show()}
        </fieldset>
    }
    .into_any()
}

fn business_part(offers: &[Offer], form: &Form) -> AnyView {
    let alone = offers.len() == 1;
    let parts: Vec<_> = offers
        .iter()
        .enumerate()
        .map(|(index, offer)| {
            let questions = intake::questions(form, offer, alone);
            let none = questions.is_empty().then(|| view! { <p class="soft">"No questions for this plan."</p> });
            view! { <div class="of-offer" data-of=(!alone).then(|| (index + 1).to_string())>{questions}{none}</div> }
        })
        .collect();
    view! { <fieldset><legend>"About your business"</legend>{parts}</fieldset> }.into_any()
}

fn terms_part(cx: &Cx, offers: &[Offer], form: &Form, (takes_cards, adds_tax): (bool, bool)) -> AnyView {
    let alone = offers.len() == 1;
    let bills: Vec<_> = offers
        .iter()
        .enumerate()
        .map(|(index, offer)| view! { <div class="of-offer" data-of=(!alone).then(|| (index + 1).to_string())>{interval_part(offer, form)}{first_bill(offer)}</div> })
        .collect();
    let error = form.errors.of("terms").map(str::to_owned);
    let (invalid, described) = match error {
        Some(_) => (Some("true"), Some("terms-error")),
        None => (None, None),
    };
    let name = cx.workspace.name.clone();
    view! {
        <fieldset>
            <legend>"Terms and first invoice"</legend>
            {bills}
            {adds_tax.then(|| view! { <p class="soft">"Tax is added where it applies. Your invoice shows it."</p> })}
            {Field::text(form, "code", "Discount code").hint("If you have one.").autocomplete("off").max(40).show()}
            {(takes_cards && offers.iter().any(|offer| offer.terms.price.minor > 0)).then(|| ways(form))}
            <div class="field">
                <div class="choices">
                    <label class="check">
                        <input type="checkbox" id="terms" name="terms" value="yes" required checked=form.values.has("terms")
                            aria-invalid=invalid aria-describedby=described />
                        <span>"I agree to the " <a href="/terms" target="_blank" rel="noopener">{format!("terms of {name}")}</a></span>
                    </label>
                </div>
                {error.map(|error| view! { <p class="field-error" id="terms-error">{error}</p> })}
            </div>
            <div class="button-row"><button class="button primary large">"Sign up"</button></div>
        </fieldset>
    }
    .into_any()
}

/// What stands below a price, a line each.
fn lines(terms: &Terms) -> Vec<AnyView> {
    terms
        .pricing_lines()
        .into_iter()
        .map(|line| view! { <span class="hint">{line}</span> }.into_any())
        .collect()
}

/// By the month or by the year, where the offer leaves a choice.
fn interval_part(offer: &Offer, form: &Form) -> Option<AnyView> {
    let (month, year) = (offer.terms.price_words(), offer.terms.year_price()?);
    let name = interval_name(offer.id);
    let by_year = form.values.text(&name) == Interval::Year.as_str();
    Some(
        view! {
            <fieldset class="field">
                <legend>"How often do you want to pay?"</legend>
                <div class="choices">
                    <label class="check"><input type="radio" name=name.clone() value="month" checked=!by_year /><span>{month}</span></label>
                    <label class="check"><input type="radio" name=name.clone() value="year" checked=by_year /><span>{format!("{year} a year")}</span></label>
                </div>
            </fieldset>
        }
        .into_any(),
    )
}

/// With what the first invoice is paid: a card on the provider's page right after this one, or a transfer.
fn ways(form: &Form) -> AnyView {
    let by_bank = form.values.text("pay") == "bank";
    view! {
        <div class="choice-cards" role="group" aria-label="How you pay">
            <label class="choice-card">
                <input type="radio" name="pay" value="card" checked=!by_bank />
                <span><b>"Card"</b><span class="hint">"Next, on a secure page. We keep it for renewals."</span></span>
            </label>
            <label class="choice-card">
                <input type="radio" name="pay" value="bank" checked=by_bank />
                <span><b>"Bank transfer"</b><span class="hint">"With the details on the invoice. Takes 1 to 3 business days."</span></span>
            </label>
        </div>
    }
    .into_any()
}

/// What will be billed, and when work begins.
fn first_bill(offer: &Offer) -> AnyView {
    let terms = &offer.terms;
    let next = match (terms.pricing.trial, terms.price.minor, terms.starts) {
        (Some(trial), ..) if trial.needs_card => {
            "Nothing to pay today. Next we’ll ask for your card; work starts as soon as it’s saved. Your first invoice comes when the trial ends."
        }
        (Some(_), ..) => {
            "Nothing to pay today. Work starts once you’ve confirmed your email. Your first invoice comes when the trial ends."
        }
        (None, 0, _) => "Nothing to pay. Work starts when you’ve confirmed your email address.",
        (None, _, Starts::AtOnce) => {
            "We’ll send your invoice now. Work starts once you’ve confirmed your email."
        }
        (None, _, Starts::OnPayment) => "We’ll send your invoice now. Work starts once it’s paid.",
    };
    let line = |what: String, amount: String| {
        view! { <div><dt>{what}</dt><dd class="num"><b>{amount}</b></dd></div> }
    };
    let interval = terms.interval.as_str();
    let trial = terms.pricing.trial.map(|trial| {
        line(format!("{}, {} free", offer.name, words::count(trial.days.into(), "day")), "Free".to_owned())
    });
    let price = terms.first_price().map_or(terms.price, |(price, _)| price);
    let fee = terms.setup_fee().map(|fee| line("Setup fee, once".to_owned(), fee.to_string()));
    let then = terms.first_price().map(|(_, periods)| {
        let after = match periods {
            1 => format!("After the first {interval}"),
            n => format!("After {n} {interval}s"),
        };
        line(after, terms.price_words())
    });
    view! {
        <dl class="facts">
            {trial}
            {line(format!("{}, first {interval}", offer.name), price.to_string())}
            {fee}
            {then}
        </dl>
        <p class="soft">{next}</p>
    }
    .into_any()
}

/// The name of an offer's choice of interval: each offer has its own.
pub(super) fn interval_name(offer: OfferId) -> String {
    intake::name(offer, "interval")
}
