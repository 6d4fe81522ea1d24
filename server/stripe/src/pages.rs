//! Stripe's pages: one to pay on, one on which a card is kept.

use chrono::{DateTime, Utc};
use domain::payments::provider::{CardSetupInput, CheckoutFact, CheckoutInput, CheckoutPage};

use crate::{
    client::Stripe,
    failure::Failure,
    form::Form,
    objects::{Session, instant},
    read,
};

const SESSIONS: &str = "/v1/checkout/sessions";
/// Lines that Stripe takes.
const LINES: usize = 100;

impl Stripe {
    pub(crate) async fn open_page(&self, input: &CheckoutInput) -> Result<CheckoutPage, Failure> {
        let mut form = Form::default()
            .with("mode", "payment")
            .with("customer", &input.customer)
            .with("client_reference_id", &input.attempt)
            .with("metadata[attempt]", &input.attempt)
            .with("payment_method_types[0]", "card")
            .with("payment_intent_data[metadata][attempt]", &input.attempt)
            .with("payment_intent_data[description]", &input.title)
            .with("success_url", come_back(&input.done_url))
            .with("cancel_url", &input.back_url)
            .with("expires_at", input.expires_at.timestamp());
        if input.keeps_card {
            form = form.with("payment_intent_data[setup_future_usage]", "off_session");
        }
        let currency = input.total.currency.code().to_ascii_lowercase();
        for (index, (what, minor)) in lines(input).into_iter().enumerate() {
            let line = format!("line_items[{index}]");
            form = form
                .with(format!("{line}[quantity]"), 1)
                .with(format!("{line}[price_data][currency]"), &currency)
                .with(format!("{line}[price_data][unit_amount]"), minor)
                .with(format!("{line}[price_data][product_data][name]"), what);
        }
        page(self.post(SESSIONS, &form, &input.key).await?)
    }

    pub(crate) async fn open_setup(&self, input: &CardSetupInput) -> Result<CheckoutPage, Failure> {
        let form = Form::default()
            .with("mode", "setup")
            .with("customer", &input.customer)
            .with("currency", input.currency.to_ascii_lowercase())
            .with("client_reference_id", &input.client)
            .with("metadata[client]", &input.client)
            .with("payment_method_types[0]", "card")
            .with("setup_intent_data[metadata][client]", &input.client)
            .with("success_url", come_back(&input.done_url))
            .with("cancel_url", &input.back_url);
        page(self.post(SESSIONS, &form, &input.key).await?)
    }

    pub(crate) async fn expire_page(&self, reference: &str) -> Result<CheckoutFact, Failure> {
        let path = format!("{SESSIONS}/{reference}/expire");
        match self.put::<Session>(&path, &Form::default()).await {
            Ok(session) => Ok(read::checkout(&session)),
            // Complete or expired already: how it stands is read.
            Err(failure) if read::is_about_the_object(&failure) => self.read_checkout(reference).await,
            Err(failure) => Err(failure),
        }
    }
}

/// The lines as Stripe takes them: none of nothing or below, and together what is charged. Otherwise one that says it all.
fn lines(input: &CheckoutInput) -> Vec<(&str, i64)> {
    let sum = input.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.minor));
    let takes = sum == Some(input.total.minor)
        && input.lines.len() <= LINES
        && input.lines.iter().all(|line| line.minor > 0 && !line.what.trim().is_empty());
    if takes {
        input.lines.iter().map(|line| (line.what.as_str(), line.minor)).collect()
    } else {
        vec![(&input.title, input.total.minor)]
    }
}

/// Stripe puts its reference in by a name of its own.
fn come_back(url: &str) -> String {
    url.replace("{reference}", "{CHECKOUT_SESSION_ID}")
}

fn page(session: Session) -> Result<CheckoutPage, Failure> {
    let expires_at: Option<DateTime<Utc>> = session.expires_at.and_then(instant);
    // Without an address: a replay of a call whose page was paid on or closed meanwhile.
    match session.url {
        Some(url) => Ok(CheckoutPage { reference: session.id, url, expires_at }),
        None => Err(Failure::refused("the page is not open any more")),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        money::{Currency, Money},
        payments::provider::CheckoutLine,
    };

    use super::*;

    fn input(lines: &[(&str, i64)], total: i64) -> CheckoutInput {
        CheckoutInput {
            key: "try_1".to_owned(),
            customer: "cus_1".to_owned(),
            attempt: "try_1".to_owned(),
            lines: lines
                .iter()
                .map(|(what, minor)| CheckoutLine { what: (*what).to_owned(), minor: *minor })
                .collect(),
            total: Money::new(total, Currency::USD),
            title: "Invoice 2026-0042".to_owned(),
            keeps_card: true,
            done_url: "https://portal.example/pay/done?c={reference}".to_owned(),
            back_url: "https://portal.example/pay".to_owned(),
            expires_at: DateTime::from_timestamp(1_796_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn the_invoice_s_lines_are_shown_where_stripe_can_show_them() {
        let plain = input(&[("Plus", 5_000), ("Setup", 900)], 5_900);
        assert_eq!(lines(&plain), [("Plus", 5_000), ("Setup", 900)]);
        let credit = input(&[("Plus", 5_000), ("Credit", -1_000)], 4_000);
        assert_eq!(lines(&credit), [("Invoice 2026-0042", 4_000)]);
        let paid_in_part = input(&[("Plus", 5_000)], 2_000);
        assert_eq!(lines(&paid_in_part), [("Invoice 2026-0042", 2_000)]);
    }

    #[test]
    fn one_comes_back_with_the_reference() {
        assert_eq!(
            come_back("https://a.example/d?c={reference}"),
            "https://a.example/d?c={CHECKOUT_SESSION_ID}"
        );
    }
}
