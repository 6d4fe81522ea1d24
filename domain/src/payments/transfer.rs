//! How to pay by bank: the workspace's own lines about its account, taken apart as far as they can be, and the text of the
//! European Payments Council's QR code (EPC069-12), which banking programs in the euro area read.

use crate::money::{Currency, Money};

/// Lines that say where to transfer money to, each with its label where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferLine {
    /// `IBAN`, `Routing`; empty where the line has none.
    pub label: String,
    pub value: String,
}

/// The lines of an account: `Routing: 123 000 848` has a label, `First Bank of Portland` has none.
pub fn transfer_lines(bank: &str) -> Vec<TransferLine> {
    let lines = bank.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_once(':') {
            Some((label, value)) if !value.trim().is_empty() && label.chars().count() <= 24 => {
                TransferLine { label: label.trim().to_owned(), value: value.trim().to_owned() }
            }
            _ => match find_iban(line) {
                Some(_) => TransferLine {
                    label: "IBAN".to_owned(),
                    value: line.trim_start_matches("IBAN").trim().to_owned(),
                },
                None => TransferLine { label: String::new(), value: line.to_owned() },
            },
        })
        .collect()
}

/// Whose account it is, where a line says so.
pub fn holder(bank: &str) -> Option<String> {
    const LABELS: [&str; 4] = ["Account name", "Account holder", "Name", "Beneficiary"];
    let is_holder = |line: &TransferLine| LABELS.iter().any(|label| label.eq_ignore_ascii_case(&line.label));
    transfer_lines(bank).into_iter().find(is_holder).map(|line| line.value)
}

/// The text of the QR code for a transfer in euros, to `name` where no line says whose account it is; none in another currency, for nothing, and where no line holds an IBAN
/// whose check digits are right.
pub fn epc_text(bank: &str, name: &str, amount: Money, reference: &str) -> Option<String> {
    // The standard takes from one cent to this.
    let fits = amount.currency == Currency::EUR && (1..=99_999_999_999).contains(&amount.minor);
    let iban = bank.lines().find_map(find_iban)?;
    let name = holder(bank).unwrap_or_else(|| name.trim().to_owned());
    if !fits || name.is_empty() {
        return None;
    }
    let (euros, cents) = (amount.minor / 100, amount.minor % 100);
    let bic = bank.lines().find_map(find_bic).unwrap_or_default();
    let (name, reference) = (clipped(&name, 70), clipped(reference, 140));
    Some(format!("BCD\n002\n1\nSCT\n{bic}\n{name}\n{iban}\nEUR{euros}.{cents:02}\n\n\n{reference}"))
}

fn clipped(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect::<String>().trim_end().to_owned()
}

/// The IBAN in a line, without its spaces.
fn find_iban(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || c == ':').collect();
    (0..words.len()).find_map(|first| {
        let mut iban = String::new();
        // The longest that holds: a part of one may hold by chance.
        let held = words[first..].iter().filter_map(|word| {
            iban.push_str(word);
            is_iban(&iban).then(|| iban.to_ascii_uppercase())
        });
        held.last()
    })
}

/// Country, two check digits, and the account, such that the whole read as a number leaves 1 of 97 (ISO 13616).
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let looks = (15..=34).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit);
    if !looks {
        return false;
    }
    let turned = bytes[4..].iter().chain(&bytes[..4]);
    let rest = turned.fold(0_u32, |rest, byte| match (*byte as char).to_digit(36) {
        Some(digit @ 0..=9) => (rest * 10 + digit) % 97,
        Some(letter) => (rest * 100 + letter) % 97,
        None => 0,
    });
    rest == 1
}

/// The BIC in a line that says that it has one.
fn find_bic(line: &str) -> Option<String> {
    let upper = line.to_ascii_uppercase();
    let rest = upper.split_once("BIC").or_else(|| upper.split_once("SWIFT"))?.1;
    let words = rest.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| {
            matches!(word.len(), 8 | 11) && word.as_bytes()[..6].iter().all(u8::is_ascii_alphabetic)
        })
        .map(str::to_owned)
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANK: &str = "Quay Bank\nIBAN: DE89 3704 0044 0532 0130 00\nBIC: COBADEFFXXX";

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn a_code_says_who_gets_how_much_for_what() {
        let text = epc_text(BANK, "Northlight GmbH", euros(450_005), "Invoice 0042").unwrap();
        assert_eq!(
            text,
            "BCD\n002\n1\nSCT\nCOBADEFFXXX\nNorthlight GmbH\nDE89370400440532013000\nEUR4500.05\n\n\nInvoice 0042"
        );
        assert!(epc_text("de89370400440532013000", "N", euros(1), "1").unwrap().contains("\n\nN\nDE89"));
    }

    #[test]
    fn there_is_none_without_euros_or_an_iban_that_holds() {
        assert_eq!(epc_text(BANK, "N", Money::new(100, Currency::USD), "1"), None);
        assert_eq!(epc_text(BANK, "N", euros(0), "1"), None);
        assert_eq!(epc_text(BANK, " ", euros(100), "1"), None);
        assert_eq!(epc_text("IBAN: DE89 3704 0044 0532 0130 01", "N", euros(100), "1"), None);
        assert_eq!(epc_text("Routing: 123 000 848", "N", euros(100), "1"), None);
    }

    #[test]
    fn lines_have_their_labels() {
        let lines =
            transfer_lines("Quay Bank\n\nRouting: 123 000 848\nDE89 3704 0044 0532 0130 00\nPay in one sum:");
        let said: Vec<(&str, &str)> =
            lines.iter().map(|line| (line.label.as_str(), line.value.as_str())).collect();
        assert_eq!(
            said,
            [
                ("", "Quay Bank"),
                ("Routing", "123 000 848"),
                ("IBAN", "DE89 3704 0044 0532 0130 00"),
                ("", "Pay in one sum:")
            ]
        );
    }
}
