//! `GET /desk/payments`

use axum::response::Response;
use domain::payments::{
    BankDetails, PaymentAccount,
    queries::{self, FactRow},
};
use leptos::prelude::*;

use super::{account, bank, connect, facts, webhook};
use crate::{
    components::{page_head::PageHead, time::Times},
    web::{Cx, DeskTab, Form, Frame, Operator, Page, Problem},
};

/// How many of the latest events are listed.
const FACTS: i64 = 20;

/// The page's forms, as they were typed; empty ones are fresh.
#[derive(Default)]
pub(super) struct Forms {
    pub(super) connect: Form,
    pub(super) webhook: Form,
    /// None: what is kept.
    pub(super) bank: Option<Form>,
}

pub async fn show(operator: Operator) -> Result<Response, Problem> {
    draw(&operator, Forms::default()).await
}

/// The page with its forms.
pub(super) async fn draw(operator: &Operator, forms: Forms) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let account = queries::account(cx.db(), scope).await?;
    let facts = queries::latest_facts(cx.db(), scope, FACTS).await?;
    let kept = match &forms.bank {
        Some(_) => BankDetails::default(),
        None => queries::bank_details(cx.db(), scope).await?,
    };
    let bank = forms.bank.unwrap_or_else(|| Form::of(bank::fields(&kept)));
    let bad = [&forms.connect, &forms.webhook, &bank].into_iter().find(|form| form.is_bad());
    let status = bad.unwrap_or(&forms.connect).status();
    // With the whole of the browser's half, as the page has an address to copy.
    let page = Page::new(cx, "Payments", Frame::Desk(DeskTab::None)).workshop().status(status);
    Ok(page.show(|| view(cx, account.as_ref(), &facts, &forms.connect, &forms.webhook, &bank)))
}

fn view(
    cx: &Cx,
    account: Option<&PaymentAccount>,
    heard: &[FactRow],
    connect: &Form,
    webhook: &Form,
    bank: &Form,
) -> AnyView {
    let times = Times::of(cx);
    let cards = match account {
        Some(account) => view! {
            {account::section(cx, account, connect, times)}
            {webhook::section(cx, account, webhook)}
            {facts::section(heard, account, times)}
        }
        .into_any(),
        None => connect::section(cx, connect),
    };
    view! {
        {PageHead::new("Payments")
            .crumbs(&[("/desk/settings", "Settings")], "Payments")
            .subtitle("How clients pay you: by card through Stripe, and by bank transfer.")
            .show()}
        {cards}
        {bank::section(cx, bank)}
        <section class="section">
            <div class="section-head"><h2>"Late payments"</h2></div>
            <p>"When a card is tried again, when reminders go out, and when work pauses."</p>
            <p class="button-row"><a class="button" href=format!("{}/plan", super::PAGE)>"Edit plan"</a></p>
        </section>
    }
    .into_any()
}
