//! A payment rail: who keeps cards, asks the bank, and moves the money. Subscriptions, periods and invoices are the portal's own
//! (`billing`); a provider is told what to charge and reports what became of it.
//!
//! Amounts are in minor units with their currency. References (`customer`, `method`, `charge` …) are the provider's own ids, opaque
//! here. Every call that moves money carries a key that the portal made and stored before the call: the same key again is the same
//! movement, never a second one.

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// Whom a provider is to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerInput {
    /// The client's name.
    pub name: String,
    /// Where receipts go.
    pub email: String,
    /// The client's id, kept with the customer so that it is found again.
    pub client: String,
}

/// A line of what is paid, as the page to pay on shows it. Below zero for a credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutLine {
    pub what: String,
    pub minor: i64,
}

/// A page of the provider's to pay an invoice on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutInput {
    pub key: String,
    pub customer: String,
    /// The payment attempt's id; comes back with every fact about it.
    pub attempt: String,
    pub lines: Vec<CheckoutLine>,
    /// What is charged: the lines' sum less what was paid already.
    pub total: Money,
    /// How the charge is called, `Invoice 2026-0042` for example.
    pub title: String,
    /// Whether the card is kept for later invoices.
    pub keeps_card: bool,
    /// Where the person comes back to; `{reference}` in it becomes the checkout's reference.
    pub done_url: String,
    pub back_url: String,
    pub expires_at: DateTime<Utc>,
}

/// A page of the provider's on which a card is kept without a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardSetupInput {
    pub key: String,
    pub customer: String,
    pub currency: String,
    /// Comes back with the fact: the client's id.
    pub client: String,
    pub done_url: String,
    pub back_url: String,
}

/// Where a person is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutPage {
    pub reference: String,
    pub url: String,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A charge of a card on file, without the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeInput {
    pub key: String,
    pub customer: String,
    pub method: String,
    /// The payment attempt's id.
    pub attempt: String,
    pub amount: Money,
    pub title: String,
    /// Whether the person is there, on the page: a bank that wants to see them may then be shown to them.
    pub is_present: bool,
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundInput {
    pub key: String,
    /// The charge's reference.
    pub charge: String,
    pub amount: Money,
    /// The refund's id.
    pub refund: String,
}

/// A card as its provider describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFact {
    pub reference: String,
    pub customer: Option<String>,
    /// `visa`, `mastercard` …
    pub brand: String,
    pub last4: String,
    pub exp_month: u32,
    pub exp_year: i32,
}

/// What became of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeFact {
    pub reference: String,
    /// The payment attempt's id, as it was given.
    pub attempt: Option<String>,
    pub customer: Option<String>,
    pub method: Option<String>,
    pub amount: Money,
    pub state: ChargeState,
    /// What the provider keeps of it, where it says so.
    pub fee: Option<Money>,
    /// The dispute's or the refunds' sum, where there are any: what has gone back so far.
    pub refunded_minor: i64,
    pub made_at: DateTime<Utc>,
}

/// Where a charge stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeState {
    /// The money is there.
    Succeeded,
    /// The bank has not answered yet.
    Processing,
    /// The person has to confirm it (3-D Secure); `url` is where, if the provider has a page for it.
    NeedsPerson { url: Option<String> },
    /// The bank said no. Nothing was charged.
    Declined(Decline),
    /// Given up; nothing was charged.
    Canceled,
}

/// Why a bank said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// The bank's word, `insufficient_funds` for example; `declined` where it gave none.
    pub code: String,
    /// Whether another try with the same card may go through.
    pub may_retry: bool,
}

/// Where a page to pay on stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutFact {
    pub reference: String,
    pub attempt: Option<String>,
    pub client: Option<String>,
    pub customer: Option<String>,
    pub state: CheckoutState,
    /// The charge that it led to, and the card that it left.
    pub charge: Option<String>,
    pub method: Option<String>,
}

/// Where a page to pay on stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckoutState {
    Open,
    /// The person is done; whether the money is there, the charge says.
    Complete,
    Expired,
}

/// Money that went back, or is about to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundFact {
    pub reference: String,
    pub charge: String,
    /// The refund's id, as it was given; none for one that was made on the provider's own pages.
    pub refund: Option<String>,
    pub amount: Money,
    pub state: RefundState,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    Pending,
    Succeeded,
    Failed,
}

/// A charge that its payer contests at the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeFact {
    pub reference: String,
    pub charge: String,
    pub amount: Money,
    /// The bank's word, `product_not_received` for example.
    pub reason: String,
    pub state: DisputeState,
    /// Until when evidence is taken.
    pub due_at: Option<DateTime<Utc>>,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeState {
    /// An inquiry: no money has gone back yet.
    Inquiry,
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
}

impl DisputeState {
    const ALL: [Self; 5] = [Self::Inquiry, Self::NeedsResponse, Self::UnderReview, Self::Won, Self::Lost];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inquiry => "inquiry",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// The state of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether the bank has decided.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

/// A thing of the provider's, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderObject {
    Checkout(CheckoutFact),
    Charge(ChargeFact),
    Refund(RefundFact),
    Dispute(DisputeFact),
    Card(CardFact),
    /// A kept card was taken away.
    CardGone(String),
    /// A kind that means nothing here.
    Other,
}

/// That something happened at the provider: what the object is now has to be read anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    /// Unique at the provider; an event that comes twice has the same.
    pub id: String,
    /// The provider's word, `payment_intent.succeeded` for example.
    pub kind: String,
    /// The reference of what it is about.
    pub object: String,
    pub at: DateTime<Utc>,
}

/// A connected account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFact {
    /// What the account is called, for the desk.
    pub name: String,
    pub is_live: bool,
    /// Rights that the key lacks, in the provider's words; empty where all is well.
    pub lacks: Vec<String>,
}

/// Why a call came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or is in trouble: the same call is made again later. Whether it took effect is not known.
    #[error("the provider does not answer: {0}")]
    Unavailable(String),
    /// The key is not taken any more. The operator has to connect the account again.
    #[error("the provider does not take the key any more")]
    KeyRevoked,
    /// The key lacks a right.
    #[error("the key lacks the right {0}")]
    Lacks(String),
    /// There is no such thing at the provider.
    #[error("the provider knows nothing of it")]
    Unknown,
    /// The call was wrong; trying again does not help. Nothing was charged.
    #[error("the provider refused the call: {0}")]
    Refused(String),
}

/// Calls of a provider, for one workspace's account. Stripe is one (`server/stripe`); bank transfer needs none.
pub trait PaymentProvider: Send + Sync {
    /// What the key opens, and what it lacks.
    fn account(&self) -> BoxFuture<'_, Result<AccountFact, ProviderError>>;
    /// The reference of a customer, made if there is none for this client.
    fn ensure_customer<'a>(
        &'a self,
        customer: &'a CustomerInput,
    ) -> BoxFuture<'a, Result<String, ProviderError>>;
    /// Opens a page to pay on.
    fn open_checkout<'a>(
        &'a self,
        checkout: &'a CheckoutInput,
    ) -> BoxFuture<'a, Result<CheckoutPage, ProviderError>>;
    /// Opens a page on which a card is kept.
    fn open_card_setup<'a>(
        &'a self,
        setup: &'a CardSetupInput,
    ) -> BoxFuture<'a, Result<CheckoutPage, ProviderError>>;
    /// Closes a page to pay on, so that nobody pays there any more. One that is complete stays so.
    fn close_checkout<'a>(&'a self, reference: &'a str)
    -> BoxFuture<'a, Result<CheckoutFact, ProviderError>>;
    /// Charges a card on file. A decline is a fact and no error.
    fn charge<'a>(&'a self, charge: &'a ChargeInput) -> BoxFuture<'a, Result<ChargeFact, ProviderError>>;
    /// Gives back money of a charge.
    fn refund<'a>(&'a self, refund: &'a RefundInput) -> BoxFuture<'a, Result<RefundFact, ProviderError>>;
    /// Hands in what speaks against a dispute, as text, for good.
    fn answer_dispute<'a>(
        &'a self,
        reference: &'a str,
        evidence: &'a str,
    ) -> BoxFuture<'a, Result<DisputeFact, ProviderError>>;
    /// A thing as it is now, by its reference.
    fn read<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<ProviderObject, ProviderError>>;
    /// Forgets a kept card.
    fn forget_card<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<(), ProviderError>>;
    /// Events since a moment, oldest first, some of them perhaps seen before.
    fn events_since(&self, since: DateTime<Utc>) -> BoxFuture<'_, Result<Vec<ProviderEvent>, ProviderError>>;
}
