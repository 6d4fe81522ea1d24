use super::*;
use Currency::{CHF, EUR, GBP, JPY, KWD, USD};

#[test]
fn amounts_read_as_on_the_pages() {
    let cases = [
        (500_000, USD, "$5,000"),
        (500_050, USD, "$5,000.50"),
        (5, USD, "$0.05"),
        (0, EUR, "€0"),
        (-2_000, EUR, "−€20"),
        (99_900, GBP, "£999"),
        (500_000, CHF, "CHF\u{a0}5,000"),
        (5_000, JPY, "¥5,000"),
        (5_250, KWD, "KWD\u{a0}5.250"),
        (123_456_789_012, USD, "$1,234,567,890.12"),
        (i64::MIN, JPY, "−¥9,223,372,036,854,775,808"),
    ];
    for (minor, currency, text) in cases {
        assert_eq!(Money::new(minor, currency).to_string(), text);
    }
}

#[test]
fn what_a_person_types_is_read_one_way_only() {
    let cases = [
        ("5,000", USD, Ok(500_000)),
        (" 5000.50 ", USD, Ok(500_050)),
        ("5000.5", USD, Ok(500_050)),
        (".50", USD, Err(MoneyError::Unreadable(USD))),
        ("$1,234,567.89", USD, Ok(123_456_789)),
        ("5000 usd", USD, Ok(500_000)),
        ("CHF 5,000", CHF, Ok(500_000)),
        ("0", EUR, Ok(0)),
        ("5000", JPY, Ok(5_000)),
        ("1.5", KWD, Ok(1_500)),
        ("", USD, Err(MoneyError::Empty)),
        ("   ", USD, Err(MoneyError::Empty)),
        ("5.000", USD, Err(MoneyError::TooFine(USD))),
        ("5.000,50", EUR, Ok(500_050)),
        ("1490,50", EUR, Ok(149_050)),
        ("€1.234.567,89", EUR, Ok(123_456_789)),
        ("1490,500", KWD, Ok(1_490_500)),
        ("1,490", KWD, Ok(1_490_000)),
        ("1490,50", JPY, Err(MoneyError::Unreadable(JPY))),
        ("1.49,50", EUR, Err(MoneyError::Unreadable(EUR))),
        ("1490,5", EUR, Ok(149_050)),
        ("1490,505", EUR, Err(MoneyError::Unreadable(EUR))),
        ("5000.5", JPY, Err(MoneyError::TooFine(JPY))),
        ("5,00", USD, Ok(500)),
        ("5000,000", USD, Err(MoneyError::Unreadable(USD))),
        (",500", USD, Err(MoneyError::Unreadable(USD))),
        ("5.", USD, Err(MoneyError::Unreadable(USD))),
        ("5 000", USD, Err(MoneyError::Unreadable(USD))),
        ("1.2.3", USD, Err(MoneyError::Unreadable(USD))),
        ("5e3", USD, Err(MoneyError::Unreadable(USD))),
        ("٥٠٠٠", USD, Err(MoneyError::Unreadable(USD))),
        ("a lot", USD, Err(MoneyError::Unreadable(USD))),
        ("$", USD, Err(MoneyError::Unreadable(USD))),
        ("-20", USD, Err(MoneyError::Negative)),
        ("−20", USD, Err(MoneyError::Negative)),
        ("$-20", USD, Err(MoneyError::Negative)),
        ("-$20", USD, Err(MoneyError::Negative)),
        ("€5,000", USD, Err(MoneyError::OtherCurrency(EUR))),
        ("5000 jpy", USD, Err(MoneyError::OtherCurrency(JPY))),
        ("92233720368547758.07", USD, Ok(i64::MAX)),
        ("92233720368547758.08", USD, Err(MoneyError::TooLarge)),
        ("99999999999999999999999999", USD, Err(MoneyError::TooLarge)),
    ];
    for (typed, currency, minor) in cases {
        let read = Money::parse(typed, currency);
        assert_eq!(read, minor.map(|minor| Money::new(minor, currency)), "{typed:?}");
    }
}

#[test]
fn what_is_shown_can_be_typed() {
    for currency in Currency::ALL {
        for minor in [0, 1, 99, 500_000, 1_234_567_891] {
            let money = Money::new(minor, *currency);
            assert_eq!(Money::parse(&money.to_string(), *currency), Ok(money));
        }
    }
}

#[test]
fn currencies_are_never_mixed_and_nothing_wraps() {
    let dollars = Money::new(100, USD);
    let yen = Money::new(100, JPY);
    assert_eq!(dollars.plus(yen), Err(MoneyError::Mixed(USD, JPY)));
    assert_eq!(dollars.minus(yen), Err(MoneyError::Mixed(USD, JPY)));
    assert_eq!(Money::new(i64::MAX, USD).plus(dollars), Err(MoneyError::TooLarge));
    assert_eq!(Money::new(i64::MIN, USD).minus(dollars), Err(MoneyError::TooLarge));
    assert_eq!(Money::new(i64::MAX, USD).times(2), Err(MoneyError::TooLarge));
    assert_eq!(Money::new(i64::MAX, USD).share(3, 2), Err(MoneyError::TooLarge));
    assert_eq!(dollars.minus(Money::new(250, USD)), Ok(Money::new(-150, USD)));
    assert_eq!(Money::sum(USD, [dollars, dollars, dollars]), Ok(Money::new(300, USD)));
    assert_eq!(Money::sum(USD, []), Ok(Money::zero(USD)));
    assert_eq!(Money::sum(USD, [dollars, yen]), Err(MoneyError::Mixed(USD, JPY)));
}

#[test]
fn shares_round_to_the_nearest_unit() {
    let cases = [
        (500_000, 11, 30, 183_333),
        (5, 1, 2, 3),
        (-5, 1, 2, -3),
        (5, 1, 3, 2),
        (4, 1, 3, 1),
        (100, 0, 30, 0),
        (100, 30, 30, 100),
        (100, 1, 0, 0),
        (i64::MAX, u32::MAX, u32::MAX, i64::MAX),
    ];
    for (minor, part, whole, expected) in cases {
        let share = Money::new(minor, USD).share(part, whole);
        assert_eq!(share, Ok(Money::new(expected, USD)), "{part}/{whole} of {minor}");
    }
}

#[test]
fn codes_are_what_is_stored() {
    let json = serde_json::to_string(&Money::new(500_000, USD)).unwrap();
    assert_eq!(json, r#"{"minor":500000,"currency":"USD"}"#);
    assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), Money::new(500_000, USD));
    assert!(serde_json::from_str::<Money>(r#"{"minor":1,"currency":"XXX"}"#).is_err());
    assert_eq!("usd".parse(), Ok(USD));
    assert_eq!("doge".parse::<Currency>(), Err(UnknownCurrency));
}

#[test]
fn an_invoice_writes_every_decimal() {
    let full = |minor, currency| Money::new(minor, currency).in_full();
    assert_eq!(full(500_000, USD), "$5,000.00");
    assert_eq!(full(-48_387, USD), "−$483.87");
    assert_eq!(full(0, CHF), "CHF\u{a0}0.00");
    assert_eq!(full(5_000, JPY), "¥5,000");
    assert_eq!(full(1_500, KWD), "KWD\u{a0}1.500");
    assert_eq!(full(2_000, KWD), "KWD\u{a0}2.000");
}
