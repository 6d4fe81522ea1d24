use std::{convert::Infallible, str::FromStr};

use chrono::{DateTime, Utc};

use super::{PlanStep, provider::Decline};
use crate::{
    billing::Invoice,
    ids::{ClientId, DisputeId, InvoiceId, PaymentAttemptId, PaymentCardId, PaymentId, RefundId},
    money::Money,
    sealed::Secret,
    text_enum::text_enum,
};

text_enum! {
    /// How money came.
    pub enum PaymentMethod {
        /// Through the provider.
        Card = "card",
        /// Noted by an operator.
        Bank = "bank",
        /// From the client's own balance.
        Balance = "balance",
    }
}

text_enum! {
    /// How an attempt is made.
    pub enum AttemptKind {
        Checkout = "checkout",
        CardOnFile = "card_on_file",
    }
}

text_enum! {
    /// Where an attempt stands.
    pub enum AttemptState {
        Open = "open",
        Processing = "processing",
        NeedsPerson = "needs_person",
        Succeeded = "succeeded",
        Declined = "declined",
        Canceled = "canceled",
    }
}

text_enum! {
    /// What becomes of money that is more than was asked for.
    pub enum ExcessPolicy {
        Refund = "refund",
        Balance = "balance",
    }
}

text_enum! {
    /// Where a refund stands.
    pub enum RefundStatus {
        /// To be made.
        Open = "open",
        /// Taken by the provider, and not there yet.
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

/// Where a person comes back to from a page of the provider's. `{reference}` in `done_url` becomes the page's reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentUrls {
    pub done_url: String,
    pub back_url: String,
}

/// What came of an attempt, for the person who waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeOutcome {
    Paid,
    /// In doubt: it shows in a moment.
    Processing,
    /// The bank wants to see the person, there where `url` says; without one, on the page to pay on.
    NeedsPerson {
        url: Option<String>,
    },
    Declined(Decline),
    /// Left without paying, or still at it. Nothing was charged.
    NotPaid,
}

/// What came of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactOutcome {
    Acted,
    /// It had come before.
    Seen,
    /// Nothing here is known of what it is about.
    Unknown,
}

/// Money that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPayment {
    pub invoice: InvoiceId,
    pub method: PaymentMethod,
    pub amount: Money,
    /// The charge at the provider, or the bank's words for it.
    pub reference: String,
    pub attempt: Option<PaymentAttemptId>,
    /// `Visa 4242`; empty where it was none.
    pub card: String,
    /// What the provider kept.
    pub fee: Option<Money>,
    pub received_at: DateTime<Utc>,
}

/// A card that is charged for renewals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOnFile {
    pub id: PaymentCardId,
    pub brand: String,
    pub last4: String,
    pub exp_month: u32,
    pub exp_year: i32,
}

impl CardOnFile {
    /// `Visa 4242`.
    pub fn label(&self) -> String {
        card_label(&self.brand, &self.last4)
    }
}

/// `Visa 4242`: a brand in the provider's word, with a capital, and the last four digits.
pub(super) fn card_label(brand: &str, last4: &str) -> String {
    let brand = match brand {
        "amex" => "American Express".to_owned(),
        "mastercard" => "Mastercard".to_owned(),
        "" => "Card".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    };
    format!("{brand} {last4}")
}

/// The way to an invoice's page to pay on. Whoever has it may see and pay that invoice and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayToken(Secret);

impl PayToken {
    pub(super) fn random() -> Self {
        Self(Secret::new(crate::secret::random_token()))
    }

    /// The text itself, for the link's address.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The page's path on this install.
    pub fn path(&self) -> String {
        format!("/pay/{}", self.0.reveal())
    }
}

impl FromStr for PayToken {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Secret::new(text)))
    }
}

/// What the page to pay on shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayView {
    pub invoice: Invoice,
    /// The business that bills.
    pub workspace_name: String,
    /// What came in so far, and what is left.
    pub paid: Money,
    pub rest: Money,
    pub card: Option<CardOnFile>,
    /// Why the last try came to nothing, and when; none once something was paid.
    pub last_decline: Option<(Decline, DateTime<Utc>)>,
    /// A payment is on its way.
    pub is_processing: bool,
    /// Whether cards are taken: an account is connected and its key works.
    pub takes_cards: bool,
    /// Whether real money moves there.
    pub is_live: bool,
    /// Where to transfer it to, in lines; empty where the workspace has said nothing.
    pub bank: String,
    /// What is to be written with a transfer.
    pub transfer_reference: String,
    /// What happens when, where it is not paid.
    pub plan: Vec<PlanStep>,
}

/// Money that came in, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub client: ClientId,
    pub client_name: String,
    pub invoice: Option<(InvoiceId, u64)>,
    pub method: PaymentMethod,
    pub reference: String,
    pub amount: Money,
    /// What the invoice took of it.
    pub applied: Money,
    /// What went back of it, or is about to.
    pub refunded: Money,
    pub fee: Option<Money>,
    pub card: String,
    /// It waits for an operator: in another currency than its invoice.
    pub is_aside: bool,
    pub received_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: RefundId,
    pub payment: PaymentId,
    pub client: ClientId,
    pub client_name: String,
    pub amount: Money,
    pub reason: String,
    pub status: RefundStatus,
    pub method: PaymentMethod,
    pub asked_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A charge that its payer contests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    pub id: DisputeId,
    pub payment: PaymentId,
    pub client: ClientId,
    pub client_name: String,
    pub invoice: Option<(InvoiceId, u64)>,
    pub amount: Money,
    /// The bank's word.
    pub reason: String,
    pub state: super::provider::DisputeState,
    pub due_at: Option<DateTime<Utc>>,
    pub opened_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}
