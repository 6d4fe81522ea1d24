//! Why a bank said no, in words that say what helps.

use domain::payments::provider::Decline;

/// A heading and what to do; `card` is `Visa ending 4242` or `your card`.
pub(super) fn words(decline: &Decline, card: &str) -> (&'static str, String) {
    match decline.code.as_str() {
        "authentication_required" => (
            "Your bank wants to hear from you. Nothing was charged.",
            format!(
                "It asks you to confirm the payment with {card}. Choose “Another card”, use the same card there, and confirm it."
            ),
        ),
        "insufficient_funds" => (
            "Your bank said no. Nothing was charged.",
            format!(
                "There isn’t enough on {card} right now. Use another card, pay by bank transfer, or try again later."
            ),
        ),
        "expired_card" => (
            "Your card has expired. Nothing was charged.",
            "Use another card. We’ll keep it for the next invoice.".to_owned(),
        ),
        "lost_card" | "stolen_card" | "pickup_card" => (
            "Your bank said no. Nothing was charged.",
            format!("It doesn’t take {card} anymore. Use another card or pay by bank transfer."),
        ),
        "incorrect_cvc" | "invalid_cvc" | "incorrect_number" => (
            "Your bank said no. Nothing was charged.",
            format!("The details of {card} don’t match. Enter the card again under “Another card”."),
        ),
        "processing_error" | "try_again_later" | "issuer_not_available" => (
            "Your bank didn’t answer. Nothing was charged.",
            format!("Something went wrong between us and the bank of {card}. Try it again in a few minutes."),
        ),
        "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" => (
            "Your bank said no. Nothing was charged.",
            format!("{card} has reached its limit. Call the number on the card, or use another one."),
        ),
        _ => (
            "Your bank said no. Nothing was charged.",
            format!(
                "The bank didn’t give a reason for {card}. It’s often a daily limit, and a call to the number on the card usually clears it."
            ),
        ),
    }
}

/// `Visa ending 4242`, from the label `Visa 4242`.
pub(super) fn ending(label: &str) -> String {
    match label.rsplit_once(' ') {
        Some((brand, last4)) => format!("{brand} ending {last4}"),
        None => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_that_nothing_was_charged_and_what_to_do() {
        for code in
            ["insufficient_funds", "expired_card", "lost_card", "incorrect_cvc", "processing_error", "x", ""]
        {
            let decline = Decline { code: code.to_owned(), may_retry: true };
            let (heading, advice) = words(&decline, "the Visa ending 4242");
            assert!(heading.ends_with("Nothing was charged."), "{code}");
            assert!(advice.ends_with('.') && !advice.contains(code) || code.is_empty(), "{code}: {advice}");
        }
        assert_eq!(ending("American Express 0005"), "American Express ending 0005");
    }
}
