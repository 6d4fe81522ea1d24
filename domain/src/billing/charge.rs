//! What a period is billed with: its price, what is taken off, and what is paid once.

use super::{Discount, InvoiceLine};
use crate::money::Money;

/// What one period of a subscription is billed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PeriodCharge {
    pub price: Money,
    /// The price is that of the first periods.
    pub is_first_price: bool,
    pub setup_fee: Option<Money>,
    pub discount: Option<Discount>,
}

impl PeriodCharge {
    /// The lines of its invoice; `what` is the plan and its time.
    pub fn lines(&self, what: &str) -> Vec<InvoiceLine> {
        let what = if self.is_first_price { format!("{what} (introductory price)") } else { what.to_owned() };
        let mut lines = vec![InvoiceLine { what, minor: self.price.minor }];
        let off = self.off();
        if let Some(discount) = self.discount.as_ref().filter(|_| off > 0) {
            let what = format!("Discount {}, {}", discount.code, discount.reduction.label());
            lines.push(InvoiceLine { what, minor: -off });
        }
        if let Some(fee) = self.setup_fee {
            lines.push(InvoiceLine { what: "Setup fee".to_owned(), minor: fee.minor });
        }
        lines
    }

    /// What the period itself comes to, in minor units.
    pub fn period_minor(&self) -> i64 {
        self.price.minor - self.off()
    }

    /// What the invoice comes to, in minor units.
    pub fn total_minor(&self) -> i64 {
        self.period_minor().saturating_add(self.setup_fee.map_or(0, |fee| fee.minor))
    }

    fn off(&self) -> i64 {
        self.discount.as_ref().map_or(0, |discount| discount.reduction.of(self.price).minor)
    }
}

/// What is left of what was paid for a period: `total` pays `period_minor` of `lines_minor` for `whole` seconds, of which `left`
/// are not used. Rounded once, to the nearest minor unit, and never more than was paid.
pub(super) fn unused(
    total: Money,
    (period_minor, lines_minor): (i64, i64),
    (left, whole): (i64, i64),
) -> Money {
    if whole <= 0 || left <= 0 || lines_minor <= 0 || total.minor <= 0 || period_minor <= 0 {
        return Money::zero(total.currency);
    }
    let part = i128::from(period_minor.min(lines_minor)) * i128::from(left.min(whole));
    let of = i128::from(lines_minor) * i128::from(whole);
    let total_minor = i128::from(total.minor);
    // Amounts and times are far from what three of them multiplied could not hold.
    let exact = total_minor.checked_mul(part).map_or(total_minor / of * part, |exact| (exact + of / 2) / of);
    Money::new(i64::try_from(exact.min(total_minor)).unwrap_or(total.minor), total.currency)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{billing::Reduction, money::Currency::USD};

    fn charge() -> PeriodCharge {
        PeriodCharge {
            price: Money::new(50_000, USD),
            is_first_price: false,
            setup_fee: Some(Money::new(20_000, USD)),
            discount: Some(Discount {
                code: "WELCOME".into(),
                reduction: Reduction::Percent(20),
                periods_left: None,
            }),
        }
    }

    #[test]
    fn each_part_has_its_line() {
        let lines: Vec<(String, i64)> = charge()
            .lines("Two at a time, 1 to 31 May")
            .into_iter()
            .map(|line| (line.what, line.minor))
            .collect();
        assert_eq!(
            lines,
            [
                ("Two at a time, 1 to 31 May".to_owned(), 50_000),
                ("Discount WELCOME, 20% off".to_owned(), -10_000),
                ("Setup fee".to_owned(), 20_000),
            ]
        );
        assert_eq!((charge().period_minor(), charge().total_minor()), (40_000, 60_000));
    }

    #[test]
    fn what_is_not_used_comes_back_to_the_second() {
        let paid = Money::new(60_000, USD);
        let day = 86_400;
        // Of 600 paid, 400 were for 30 days; ten of them are left.
        assert_eq!(unused(paid, (40_000, 60_000), (10 * day, 30 * day)).minor, 13_333);
        assert_eq!(unused(paid, (60_000, 60_000), (30 * day, 30 * day)), paid);
        assert_eq!(
            unused(Money::new(2_592_000, USD), (1, 1), (1, 30 * day)).minor,
            1,
            "a second is a second"
        );
        assert_eq!(unused(paid, (60_000, 60_000), (0, 30 * day)).minor, 0);
    }

    proptest! {
        #[test]
        fn no_credit_is_more_than_was_paid_and_parts_make_the_whole(
            total in 0..200_000_000_000_i64, period in 0..200_000_000_000_i64, fee in 0..1_000_000_i64,
            whole in 1..40_000_000_i64, share in 0.0..1.0_f64,
        ) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any number will do")]
            let left = (whole as f64 * share) as i64;
            let total = Money::new(total, USD);
            let parts = (period, period + fee);
            let (rest, used) = (unused(total, parts, (left, whole)), unused(total, parts, (whole - left, whole)));
            let all = unused(total, parts, (whole, whole));
            prop_assert!(rest.minor >= 0 && rest.minor <= total.minor);
            prop_assert!((rest.minor + used.minor - all.minor).abs() <= 1, "{rest} and {used} of {all}");
        }
    }
}
