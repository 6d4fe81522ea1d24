use chrono::{DateTime, Utc};

use crate::{
    approvals::Approval,
    ids::{ClientId, InvoiceId, RequestId},
    money::Money,
    requests::Card,
};

/// What wants the operator, each list in order of urgency.
#[derive(Clone, Debug, PartialEq)]
pub struct Today {
    /// Questions to operators, then those that clients have not answered yet; the oldest first.
    pub approvals: Vec<Approval>,
    /// Clocks that have run out or are about to.
    pub at_risk: Vec<Card>,
    /// Work that ended in failure and was not taken up again.
    pub failed: Vec<FailedRun>,
    /// Clients who came in the last week.
    pub new_clients: Vec<NewClient>,
    /// Issued and not paid, the longest due first.
    pub unpaid: Vec<UnpaidInvoice>,
    /// How many agents are at work now.
    pub at_work: u64,
}

impl Today {
    /// Nothing wants the operator.
    pub fn is_clear(&self) -> bool {
        self.approvals.is_empty()
            && self.at_risk.is_empty()
            && self.failed.is_empty()
            && self.new_clients.is_empty()
            && self.unpaid.is_empty()
    }
}

/// Work that failed and waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRun {
    pub request: RequestId,
    pub client: ClientId,
    pub client_name: String,
    pub number: u64,
    pub title: String,
    pub agent: String,
    /// In a client's words.
    pub failure: String,
    pub at: DateTime<Utc>,
}

/// A client who came lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClient {
    pub client: ClientId,
    pub name: String,
    /// The offer that it bought, as sold.
    pub offer: Option<String>,
    pub at: DateTime<Utc>,
}

/// An invoice that is issued and not paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpaidInvoice {
    pub invoice: InvoiceId,
    pub client_name: String,
    pub number: u64,
    pub total: Money,
    pub due_at: Option<DateTime<Utc>>,
}
