//! What an operator does about an invoice's payments: notes a transfer, gives money back, hands out the link to pay.

use axum::response::Response;
use domain::{
    Error, FieldErrors,
    billing::queries as billing_queries,
    ids::{InvoiceId, PaymentId},
    money::{Currency, Money},
    payments::commands::{self, RefundInput},
};
use islands::copy::Copy;
use leptos::prelude::*;

use super::title;
use crate::{
    components::page_head::PageHead,
    web::{Cx, DeskTab, Fields, Frame, Member, Operator, Page, Path, PostedForm, Problem, answer, redirect},
};

/// `POST /desk/billing/invoices/{invoice}/payments`: notes a transfer.
pub async fn note(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let billed = billing_queries::get(cx.db(), &scope, invoice).await?;
    let done = match read_transfer(&cx, &fields, billed.total.currency) {
        Ok((amount, at)) => {
            commands::note_transfer(cx.db(), &scope, invoice, amount, fields.text("reference"), at).await
        }
        Err(error) => Err(error),
    };
    Ok(answer(&cx.bare, done, &format!("/desk/billing/invoices/{invoice}"), "Transfer noted."))
}

fn read_transfer(
    cx: &Cx,
    fields: &Fields,
    currency: Currency,
) -> Result<(Money, chrono::DateTime<chrono::Utc>), Error> {
    let mut errors = FieldErrors::new();
    let format = cx.own_format();
    let amount = Money::parse(fields.text("amount"), currency)
        .map_err(|error| errors.add("amount", error.to_string()));
    let day = format.locale.read_date(fields.text("received_at"));
    if day.is_none() {
        errors.add("received_at", format!("Enter a date like {}.", format.locale.typed_date()));
    }
    errors.check()?;
    let (Ok(amount), Some(day)) = (amount, day) else { return Err(Error::NotFound) };
    // Noon in the workspace's zone, or now where it is still morning.
    let now = cx.db().now();
    let noon = day.and_hms_opt(12, 0, 0).and_then(|noon| noon.and_local_timezone(format.zone).earliest());
    Ok((amount, noon.map_or(now, |noon| noon.to_utc().min(now))))
}

/// `POST /desk/billing/payments/{payment}/refunds`: gives money back.
pub async fn refund(
    Operator { cx, scope, .. }: Operator,
    Path(payment): Path<PaymentId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let amount =
        fields.text("currency").parse().map_err(|_| Error::NotFound).and_then(|currency: Currency| {
            Money::parse(fields.text("amount"), currency)
                .map_err(|error| Error::Fields(FieldErrors::one("amount", error.to_string())))
        });
    let done = match amount {
        Ok(amount) => {
            let reason = fields.text("reason").to_owned();
            let input = RefundInput { payment, amount, reason, writes_credit_note: false };
            let providers = &*cx.bare.app.site.providers;
            commands::refund(cx.db(), &scope, providers, &input).await.map(|_| ())
        }
        Err(error) => Err(error),
    };
    Ok(answer(&cx.bare, done, &fields.back("/desk/billing"), "Refund started."))
}

/// `POST /desk/billing/invoices/{invoice}/links`: a link to hand on, on the one page that shows it.
pub async fn create_link(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let billed = billing_queries::get(cx.db(), &scope, invoice).await?;
    let token = commands::create_link(cx.db(), &scope, invoice).await?;
    let base = cx.bare.app.site.base();
    let address = format!("{base}{}", token.path());
    let (name, back) = (title(&billed), format!("/desk/billing/invoices/{invoice}"));
    Ok(Page::new(&cx, "Link to pay", Frame::Desk(DeskTab::Billing)).workshop().show(|| {
        view! {
            {PageHead::new("Link to pay")
                .crumbs(&[("/desk/billing", "Billing"), (back.as_str(), name.as_str())], "Link to pay")
                .subtitle("Copy it now. We don’t store it, so you won’t see it again.")
                .show()}
            <div class="code-block"><pre tabindex="0"><code>{address.clone()}</code></pre><Copy text=address.clone() /></div>
            <p class="button-row"><a class="button" href=back.clone()>"Back to the invoice"</a></p>
        }
    }))
}

/// `POST /desk/billing/invoices/{invoice}/links/revocation`: none of the links that were given works any more.
pub async fn revoke_links(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let done = commands::revoke_links(cx.db(), &scope, invoice).await;
    let back = format!("/desk/billing/invoices/{invoice}");
    Ok(answer(&cx.bare, done, &back, "All links to pay are revoked. Make a new one to send."))
}

/// `POST /portal/billing/{number}/payment`: leads a client's own person to the page to pay on.
pub async fn pay_mine(
    Member { cx, scope, .. }: Member,
    Path(number): Path<u64>,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let invoice = billing_queries::get_by_number(cx.db(), &scope, number).await?;
    let token = commands::create_link(cx.db(), &scope, invoice.id).await?;
    Ok(redirect(&token.path()))
}
