use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::{
    billing::instant,
    ids::{ClientId, InvoiceId, PaymentId},
    money::Money,
    payments::PaymentMethod,
};

/// A month of the workspace's, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub NaiveDate);

impl Month {
    /// The month of an instant.
    pub fn of(at: DateTime<Utc>, zone: Tz) -> Self {
        let day = at.with_timezone(&zone).date_naive();
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its year: that of an instant's statement.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month of `2026-11`, if it is one.
    pub fn parse(code: &str) -> Option<Self> {
        let first = NaiveDate::parse_from_str(&format!("{code}-01"), "%Y-%m-%d").ok()?;
        (code.len() == 7 && (2000..2200).contains(&first.year())).then_some(Self(first))
    }

    /// `2026-11`
    pub fn code(self) -> String {
        self.0.format("%Y-%m").to_string()
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.checked_sub_months(Months::new(1)).unwrap_or(self.0))
    }

    /// Its first instant, in a zone.
    pub fn begin(self, zone: Tz) -> DateTime<Utc> {
        instant(self.0.and_time(NaiveTime::MIN), zone)
    }
}

/// A file of a month's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookFile {
    /// Invoices and credit notes.
    Invoices,
    Payments,
    Refunds,
    /// What the provider kept of payments.
    Fees,
    /// Invoices and credit notes by line, as Xero imports sales invoices.
    Xero,
}

impl BookFile {
    pub const ALL: [Self; 5] = [Self::Invoices, Self::Payments, Self::Refunds, Self::Fees, Self::Xero];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoices => "invoices",
            Self::Payments => "payments",
            Self::Refunds => "refunds",
            Self::Fees => "fees",
            Self::Xero => "xero",
        }
    }

    /// The file of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.as_str() == word)
    }

    /// Its name on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Invoices => "Invoices and credit notes",
            Self::Payments => "Payments",
            Self::Refunds => "Refunds",
            Self::Fees => "Card fees",
            Self::Xero => "Sales invoices for Xero",
        }
    }
}

/// Money that came in, beside its invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TiedPayment {
    pub payment: PaymentId,
    pub client: ClientId,
    pub client_name: String,
    pub invoice: Option<(InvoiceId, Option<u64>)>,
    pub method: PaymentMethod,
    pub amount: Money,
    pub received_at: DateTime<Utc>,
}

/// Something in the books that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub client: ClientId,
    pub client_name: String,
    pub invoice: Option<(InvoiceId, Option<u64>)>,
    pub amount: Money,
    /// What is wrong, in a sentence.
    pub words: String,
}

/// A month's payments tied to their invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ties {
    pub month: Month,
    /// In the order in which they came in; the first 500.
    pub payments: Vec<TiedPayment>,
    pub misfits: Vec<Misfit>,
}

/// How the recurring revenue of a month differs from the month's before, in the workspace's currency, minor units, none
/// below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthMovement {
    pub first: NaiveDate,
    pub new: Money,
    pub grown: Money,
    pub shrunk: Money,
    pub lost: Money,
    /// What comes in a month at its end.
    pub amount: Money,
}

/// A renewal that is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub client: ClientId,
    pub client_name: String,
    pub at: DateTime<Utc>,
    /// The price, before any tax that is added to it.
    pub amount: Money,
}

/// A client who may be about to leave, and why one thinks so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    pub client: ClientId,
    pub client_name: String,
    pub reasons: Vec<String>,
}

/// What is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The month after this one.
    pub month: Month,
    /// By their time.
    pub expected: Vec<Expected>,
    /// A sum for each currency.
    pub sums: Vec<Money>,
    pub leaving: Vec<Leaving>,
}

/// A line of a client's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEntry {
    pub at: DateTime<Utc>,
    /// `Invoice 0042`, `Paid by card, invoice 0042`.
    pub what: String,
    pub amount: Money,
}

/// What a client was billed, paid and got back in a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub year: i32,
    pub client_name: String,
    /// Who billed, as the last invoice of the year says.
    pub bill_from: String,
    pub bill_to: String,
    pub billed: Vec<StatementEntry>,
    pub paid: Vec<StatementEntry>,
    pub given_back: Vec<StatementEntry>,
}
