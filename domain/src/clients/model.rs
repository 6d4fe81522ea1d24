use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    billing::{SubscriptionState, commands::BillingDetails},
    ids::{ClientId, OfferId},
    offers::IntakeAnswer,
    requests::SlotCount,
};

/// Which clients a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientFilter {
    /// Those who have not left.
    #[default]
    Here,
    /// Those who have.
    Archived,
}

/// A client as a row of the desk's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRow {
    pub id: ClientId,
    pub name: String,
    /// The offer that it holds, as sold.
    pub offer: Option<String>,
    pub state: Option<SubscriptionState>,
    pub places: SlotCount,
    /// When anything of it last changed.
    pub active_at: DateTime<Utc>,
}

/// A page of the desk's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clients {
    pub rows: Vec<ClientRow>,
    /// How many there are on all pages.
    pub all: u64,
    /// From 1.
    pub page: u32,
    /// The number of the first row, from 1.
    pub first: u64,
}

impl Clients {
    /// Whether another page follows.
    pub fn has_more(&self) -> bool {
        self.first.saturating_sub(1) + (self.rows.len() as u64) < self.all
    }
}

/// A client by name, for choosing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientName {
    pub id: ClientId,
    pub name: String,
}

/// A client on its own page; what it holds and is billed comes from `billing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub vertical: String,
    /// The questions as they were asked, with the answers.
    pub intake: Vec<IntakeAnswer>,
    /// Where its invoices go, as they print it.
    pub bill_to: String,
    /// The same in its parts.
    pub billed: BillingDetails,
    /// What it may keep, in bytes; none: the usual.
    pub room: Option<u64>,
    /// The stream that tells when its lists change.
    pub board_stream: Uuid,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What an operator changes about a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientDetails {
    pub name: String,
    pub billed: BillingDetails,
    /// What it may keep, typed in gigabytes; empty: the usual.
    pub room: String,
}

/// A client that the operator adds by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClient {
    pub name: String,
    /// What it is sold at once; without one nothing can be started yet.
    pub offer: Option<OfferId>,
    /// Who is invited as its owner; empty: nobody yet.
    pub email: String,
    /// Where its invoices go, as far as it is known.
    pub billed: BillingDetails,
}
