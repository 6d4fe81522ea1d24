use proptest::prelude::*;

use super::{
    Assessment, Buyer, BuyerKind, RateKind, Seller, TaxMode, TaxRate, TaxSettings, TaxableLine, Treatment,
    assess, examples, percent_words, read_percent,
};
use crate::ids::TaxRateId;

fn rate(country: &str, region: &str, kind: RateKind, rate: u32) -> TaxRate {
    let (id, name) = (TaxRateId::new(), "VAT".to_owned());
    TaxRate { id, country: country.into(), region: region.into(), kind, name, rate }
}

fn kept() -> Vec<TaxRate> {
    vec![
        rate("DE", "", RateKind::Standard, 19_000),
        rate("DE", "", RateKind::Reduced, 7_000),
        rate("DE", "", RateKind::Zero, 0),
        rate("FR", "", RateKind::Standard, 20_000),
        rate("US", "NY", RateKind::Standard, 8_875),
    ]
}

fn buyer(country: &'static str, kind: BuyerKind, tax_number: &'static str) -> Buyer<'static> {
    Buyer { country, region: "", kind, tax_number }
}

fn of(minors: &[(i64, RateKind)], buyer: Buyer<'_>, settings: &TaxSettings, mode: TaxMode) -> Assessment {
    let lines: Vec<TaxableLine> =
        minors.iter().map(|(minor, kind)| TaxableLine { minor: *minor, kind: *kind }).collect();
    assess(&lines, Seller { country: "DE", settings }, buyer, &kept(), mode).unwrap()
}

const HOME: Buyer<'_> = Buyer { country: "DE", region: "", kind: BuyerKind::Private, tax_number: "" };

#[test]
fn each_line_is_rounded_and_summed_by_rate() {
    let lines = [
        (333, RateKind::Standard),
        (333, RateKind::Standard),
        (1_000, RateKind::Reduced),
        (50, RateKind::Zero),
    ];
    let tax = of(&lines, HOME, &TaxSettings::default(), TaxMode::Without);
    let sums: Vec<(&str, i64, i64)> =
        tax.sums.iter().map(|sum| (sum.word.as_str(), sum.base, sum.amount)).collect();
    // 63.27 is 63 on each line; the sum of both would be 127.
    assert_eq!(sums, [("VAT 19%", 666, 126), ("VAT 7%", 1_000, 70), ("VAT 0%", 50, 0)]);
    assert_eq!((tax.net, tax.tax, tax.total), (1_716, 196, 1_912));
    let tax = of(&[(11_900, RateKind::Standard)], HOME, &TaxSettings::default(), TaxMode::With);
    assert_eq!((tax.net, tax.tax, tax.total), (10_000, 1_900, 11_900));
}

#[test]
fn who_is_billed_settles_the_rate() {
    let settings = TaxSettings::default();
    let assessed = |buyer: Buyer<'_>| {
        let tax = of(&[(10_000, RateKind::Standard)], buyer, &settings, TaxMode::Without);
        (tax.treatment, tax.tax)
    };
    use BuyerKind::{Business, Private};
    assert_eq!(
        assessed(buyer("DE", Business, "DE136695976")),
        (Treatment::Charged, 1_900),
        "at home, whatever the number"
    );
    assert_eq!(assessed(buyer("FR", Business, "FR40303265045")), (Treatment::ReverseCharge, 0));
    assert_eq!(
        assessed(buyer("FR", Business, "")),
        (Treatment::Charged, 2_000),
        "no number, no reverse charge"
    );
    assert_eq!(
        assessed(buyer("FR", Business, "FR40303265046")),
        (Treatment::Charged, 2_000),
        "a wrong number is none"
    );
    assert_eq!(assessed(buyer("FR", Private, "FR40303265045")), (Treatment::Charged, 2_000));
    assert_eq!(
        assessed(buyer("IT", Private, "")),
        (Treatment::Charged, 1_900),
        "no rate for Italy: the seller’s"
    );
    assert_eq!(assessed(buyer("IT", Business, "IT00743110157")), (Treatment::ReverseCharge, 0));
    assert_eq!(assessed(buyer("GB", Private, "")), (Treatment::Outside, 0));
    assert_eq!(
        assessed(buyer("US", Business, "")),
        (Treatment::Outside, 0),
        "a rate for one state holds there alone"
    );
    assert_eq!(assessed(Buyer { region: " ny ", ..buyer("US", Business, "") }), (Treatment::Charged, 888));
}

#[test]
fn what_has_to_be_said_is_on_the_invoice() {
    let business = buyer("FR", BuyerKind::Business, "FR40303265045");
    let lines = [(10_000, RateKind::Standard)];
    let tax = of(&lines, business, &TaxSettings::default(), TaxMode::Without);
    assert_eq!(tax.words, TaxSettings::REVERSE_WORDS);
    let own = TaxSettings { reverse_charge_words: "Autoliquidation".into(), ..TaxSettings::default() };
    assert_eq!(of(&lines, business, &own, TaxMode::Without).words, "Autoliquidation");
    let small = TaxSettings { is_small_business: true, ..TaxSettings::default() };
    let tax = of(&lines, HOME, &small, TaxMode::Without);
    assert_eq!(
        (tax.treatment, tax.total, tax.words.as_str()),
        (Treatment::SmallBusiness, 10_000, TaxSettings::SMALL_WORDS)
    );
    let seller = Seller { country: "DE", settings: &TaxSettings::default() };
    let line = TaxableLine { minor: 10_000, kind: RateKind::Standard };
    let unset = assess(&[line], seller, HOME, &[], TaxMode::Without).unwrap();
    assert!(!unset.has_treatment() && unset.total == 10_000 && unset.words.is_empty());
}

#[test]
fn percentages_are_read_as_they_are_printed() {
    for (typed, rate, words) in [
        ("19", 19_000, "19%"),
        ("8.875 %", 8_875, "8.875%"),
        ("7,7%", 7_700, "7.7%"),
        ("0", 0, "0%"),
        ("100", 100_000, "100%"),
    ] {
        assert_eq!((read_percent(typed), percent_words(rate)), (Some(rate), words.to_owned()));
    }
    for typed in ["", "%", "100.001", "-1", "1.2345", "1.", ".5", "nineteen", "1e3", "101"] {
        assert_eq!(read_percent(typed), None, "{typed}");
    }
}

#[test]
fn the_examples_tell_everybody_apart() {
    let all = examples(100_000, "DE", &TaxSettings::default(), &kept()).unwrap();
    let told: Vec<(&str, i64)> =
        all.iter().map(|example| (example.who.as_str(), example.tax.total)).collect();
    let expected = [
        ("A business in Germany", 119_000),
        ("A private person in Germany", 119_000),
        ("A business in France, with a VAT number", 100_000),
        ("A private person in France", 120_000),
        ("A business in NY, United States", 108_875),
        ("A business in Britain (UK)", 100_000),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((who, total), (wanted, comes_to)) in told.iter().zip(expected) {
        assert_eq!(*total, comes_to, "{who}");
        assert_eq!(who.split(' ').next(), wanted.split(' ').next());
    }
}

fn lines() -> impl Strategy<Value = Vec<(i64, RateKind)>> {
    let kind = prop_oneof![Just(RateKind::Standard), Just(RateKind::Reduced), Just(RateKind::Zero)];
    prop::collection::vec((-1_000_000_000_000_i64..1_000_000_000_000, kind), 0..50)
}

fn buyers() -> impl Strategy<Value = Buyer<'static>> {
    prop_oneof![
        Just(HOME),
        Just(buyer("FR", BuyerKind::Private, "")),
        Just(buyer("FR", BuyerKind::Business, "FR40303265045")),
        Just(buyer("US", BuyerKind::Business, "")),
        Just(Buyer { region: "NY", ..buyer("US", BuyerKind::Private, "") }),
    ]
}

proptest! {
    #[test]
    fn the_sums_by_rate_add_up_to_the_total(lines in lines(), buyer in buyers(), with in any::<bool>()) {
        let mode = if with { TaxMode::With } else { TaxMode::Without };
        let tax = of(&lines, buyer, &TaxSettings::default(), mode);
        prop_assert_eq!(tax.net + tax.tax, tax.total);
        prop_assert_eq!(tax.lines.iter().map(|line| line.net).sum::<i64>(), tax.net);
        prop_assert_eq!(tax.lines.iter().map(|line| line.tax).sum::<i64>(), tax.tax);
        prop_assert_eq!(tax.sums.iter().map(|sum| sum.amount).sum::<i64>(), tax.tax);
        if tax.treatment == Treatment::Charged {
            prop_assert_eq!(tax.sums.iter().map(|sum| sum.base).sum::<i64>(), tax.net);
        }
        if with {
            prop_assert_eq!(tax.total, lines.iter().map(|(minor, _)| minor).sum::<i64>(), "what is said is what is paid");
        }
    }

    /// The net prices of prices with tax come to the same, but for the rounding of each line.
    #[test]
    fn with_and_without_tax_agree(lines in lines(), buyer in buyers()) {
        let settings = TaxSettings::default();
        let with = of(&lines, buyer, &settings, TaxMode::With);
        let nets: Vec<(i64, RateKind)> =
            with.lines.iter().zip(&lines).map(|(line, (_, kind))| (line.net, *kind)).collect();
        let without = of(&nets, buyer, &settings, TaxMode::Without);
        for (one, other) in with.lines.iter().zip(&without.lines) {
            prop_assert!((one.tax - other.tax).abs() <= 1, "{one:?} {other:?}");
        }
        prop_assert_eq!(with.net, without.net);
    }

    #[test]
    fn a_credit_takes_back_exactly(lines in lines(), buyer in buyers(), with in any::<bool>()) {
        let mode = if with { TaxMode::With } else { TaxMode::Without };
        let settings = TaxSettings::default();
        let tax = of(&lines, buyer, &settings, mode);
        let back: Vec<(i64, RateKind)> = lines.iter().map(|(minor, kind)| (-minor, *kind)).collect();
        prop_assert_eq!(of(&back, buyer, &settings, mode).negated(), tax.clone());
        prop_assert_eq!(tax.clone().negated().negated(), tax);
    }
}
