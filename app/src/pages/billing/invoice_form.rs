//! The form of a free invoice: lines of words and amounts, and the button that adds some.

use domain::{
    FieldErrors, Result,
    billing::{Invoice, InvoiceDraft, InvoiceLine},
    money::{Currency, Money},
};

use crate::web::Fields;

/// The lines that a fresh form shows, and by how many it grows.
const STEP: usize = 3;
/// Far more lines than the domain takes, so that it can say so.
const MOST: usize = 60;

/// Lines as they were typed; empty ones among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceForm {
    pub lines: Vec<(String, String)>,
    pub note: String,
}

impl InvoiceForm {
    pub fn fresh() -> Self {
        let mut typed = Self::default();
        typed.grow();
        typed
    }

    pub fn of(fields: &Fields) -> Self {
        let name = |place: usize, part: &str| format!("line-{place}-{part}");
        let lines = (0..MOST)
            .take_while(|place| fields.has(&name(*place, "what")))
            .map(|place| {
                (fields.text(&name(place, "what")).to_owned(), fields.text(&name(place, "amount")).to_owned())
            })
            .collect();
        Self { lines, note: fields.text("note").to_owned() }
    }

    /// What the form of an existing draft starts with.
    pub fn from_invoice(invoice: &Invoice) -> Self {
        let amount = |minor: i64| {
            let money = Money::new(minor, invoice.total.currency).in_full();
            let digits = money.trim_start_matches(|c: char| !c.is_ascii_digit());
            if minor < 0 { format!("-{digits}") } else { digits.to_owned() }
        };
        let lines = invoice.lines.iter().map(|line| (line.what.clone(), amount(line.minor))).collect();
        Self { lines, note: invoice.note.clone() }
    }

    /// Adds empty lines.
    pub fn grow(&mut self) {
        self.lines.extend(std::iter::repeat_n((String::new(), String::new()), STEP));
    }

    pub fn fields(&self) -> Fields {
        let mut fields = Fields::default().with("note", &self.note);
        for (place, (what, amount)) in self.lines.iter().enumerate() {
            fields = fields
                .with(&format!("line-{place}-what"), what)
                .with(&format!("line-{place}-amount"), amount);
        }
        fields
    }

    /// The invoice that was meant. Lines without words and amount are left out; a minus before an amount makes a credit.
    ///
    /// # Errors
    /// What to mend, each at its field, by the lines as they stand in the form.
    pub fn read(&self, currency: Currency) -> Result<InvoiceDraft> {
        let mut errors = FieldErrors::new();
        let mut lines = Vec::new();
        for (place, (what, amount)) in self.lines.iter().enumerate() {
            if what.is_empty() && amount.is_empty() {
                continue;
            }
            if what.is_empty() {
                errors.add(&format!("line-{place}-what"), "Add a description, or clear the amount.");
            }
            match parse(amount, currency) {
                Ok(money) => lines.push(InvoiceLine { what: what.clone(), minor: money.minor }),
                Err(error) => errors.add(&format!("line-{place}-amount"), error),
            }
        }
        errors.check()?;
        Ok(InvoiceDraft { lines, currency, note: self.note.clone() })
    }
}

fn parse(typed: &str, currency: Currency) -> std::result::Result<Money, String> {
    let (credit, digits) = match typed.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim()),
        None => (false, typed),
    };
    let money = Money::parse(digits, currency).map_err(|error| error.to_string())?;
    Ok(if credit { Money::new(-money.minor, currency) } else { money })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(lines: &[(&str, &str)]) -> InvoiceForm {
        InvoiceForm {
            lines: lines.iter().map(|(what, amount)| ((*what).into(), (*amount).into())).collect(),
            note: "Thanks".into(),
        }
    }

    #[test]
    fn lines_are_read_and_shown_again() {
        let shown = typed(&[("Set-up", "1,200.50"), ("", ""), ("Goodwill", "-200")]);
        assert_eq!(InvoiceForm::of(&shown.fields()), shown);
        let draft = shown.read(Currency::USD).unwrap();
        let minors: Vec<i64> = draft.lines.iter().map(|line| line.minor).collect();
        assert_eq!((minors, draft.note.as_str()), (vec![120_050, -20_000], "Thanks"));
    }

    #[test]
    fn what_is_wrong_is_told_at_its_line() {
        let shown = typed(&[("", "5"), ("Set-up", "1.200"), ("Goodwill", "--5"), ("Report", "")]);
        let Err(domain::Error::Fields(errors)) = shown.read(Currency::USD) else { panic!("not refused") };
        let told: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(told, ["line-0-what", "line-1-amount", "line-2-amount", "line-3-amount"]);
    }
}
