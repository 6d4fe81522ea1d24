//! Stripe's objects, as far as they are read. What is missing is empty, what is new is passed over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::money::{Currency, Money};
use serde::Deserialize;

use crate::failure::StripeError;

/// A reference: the id, or the whole object where it was asked for (some answer so unasked).
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Ref<T> {
    Id(String),
    Object(Box<T>),
}

/// Something with an id.
pub(crate) trait Identified {
    fn id(&self) -> &str;
}

impl<T: Identified> Ref<T> {
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Object(object) => object.id().to_owned(),
        }
    }

    pub(crate) fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}

/// The id behind a reference that may be missing.
pub(crate) fn id_of<T: Identified>(reference: Option<&Ref<T>>) -> Option<String> {
    reference.map(Ref::id).filter(|id| !id.is_empty())
}

macro_rules! identified {
    ($($name:ident)+) => { $(impl Identified for $name { fn id(&self) -> &str { &self.id } })+ };
}

identified! { Any PaymentIntent SetupIntent PaymentMethod Charge BalanceTransaction }

pub(crate) type Metadata = BTreeMap<String, String>;

/// Anything of which the id is enough.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Any {
    pub(crate) id: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
    pub(crate) has_more: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) business_profile: Option<Profile>,
    pub(crate) settings: Option<AccountSettings>,
    pub(crate) email: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Profile {
    pub(crate) name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AccountSettings {
    pub(crate) dashboard: Option<Dashboard>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dashboard {
    pub(crate) display_name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) deleted: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PaymentMethod {
    pub(crate) id: String,
    pub(crate) customer: Option<Ref<Any>>,
    pub(crate) card: Option<Card>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Card {
    pub(crate) brand: Option<String>,
    pub(crate) last4: Option<String>,
    pub(crate) exp_month: u32,
    pub(crate) exp_year: i32,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) amount_received: Option<i64>,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) customer: Option<Ref<Any>>,
    pub(crate) payment_method: Option<Ref<PaymentMethod>>,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) latest_charge: Option<Ref<Charge>>,
    pub(crate) last_payment_error: Option<StripeError>,
    pub(crate) next_action: Option<NextAction>,
    pub(crate) created: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NextAction {
    pub(crate) redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RedirectToUrl {
    pub(crate) url: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) payment_intent: Option<Ref<Any>>,
    pub(crate) amount_refunded: i64,
    pub(crate) balance_transaction: Option<Ref<BalanceTransaction>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BalanceTransaction {
    pub(crate) id: String,
    pub(crate) fee: i64,
    pub(crate) currency: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SetupIntent {
    pub(crate) id: String,
    pub(crate) payment_method: Option<Ref<PaymentMethod>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) status: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) customer: Option<Ref<Any>>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) payment_intent: Option<Ref<PaymentIntent>>,
    pub(crate) setup_intent: Option<Ref<SetupIntent>>,
    pub(crate) expires_at: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Option<String>,
    pub(crate) charge: Option<Ref<Charge>>,
    pub(crate) payment_intent: Option<Ref<Any>>,
    pub(crate) metadata: Option<Metadata>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) charge: Option<Ref<Charge>>,
    pub(crate) payment_intent: Option<Ref<Any>>,
    pub(crate) evidence_details: Option<EvidenceDetails>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EvidenceDetails {
    pub(crate) due_by: Option<i64>,
}

/// An amount, where the portal knows the currency.
pub(crate) fn money(minor: i64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    Some(Money::new(minor, currency))
}

/// A time of Stripe's, in seconds.
pub(crate) fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// An entry of an object's own notes.
pub(crate) fn noted(metadata: Option<&Metadata>, name: &str) -> Option<String> {
    metadata.and_then(|metadata| metadata.get(name)).filter(|value| !value.is_empty()).cloned()
}
