use serde::{Deserialize, Serialize};

use crate::{
    Db, Error, Result, Scope,
    accounts::queries::client_name,
    billing,
    billing::{InvoiceState, words},
    clients,
    ids::{ClientId, InvoiceId, OfferId, RequestId, SubscriptionId},
    offers, requests,
};

/// What is done only after a person approved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    PauseSubscription { client: ClientId },
    EndSubscription { client: ClientId, at_once: bool },
    IssueInvoice { invoice: InvoiceId },
    VoidInvoice { invoice: InvoiceId },
    ArchiveClient { client: ClientId },
    WithdrawRequest { client: ClientId, number: u64 },
    PublishOffer { offer: OfferId },
    ArchiveOffer { offer: OfferId },
}

/// What an action would do, as things stand.
pub(super) struct Effect {
    /// In one sentence.
    pub(super) words: String,
    pub(super) client: Option<ClientId>,
}

impl Action {
    /// The verb, as tools and the audit log name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PauseSubscription { .. } => "pause_subscription",
            Self::EndSubscription { .. } => "end_subscription",
            Self::IssueInvoice { .. } => "issue_invoice",
            Self::VoidInvoice { .. } => "void_invoice",
            Self::ArchiveClient { .. } => "archive_client",
            Self::WithdrawRequest { .. } => "withdraw_request",
            Self::PublishOffer { .. } => "publish_offer",
            Self::ArchiveOffer { .. } => "archive_offer",
        }
    }

    /// What it would do.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the scope does not see; [`Error::Refused`] where it makes no sense as things stand.
    pub(super) async fn meaning(&self, db: &Db, scope: &Scope) -> Result<Effect> {
        let client = async |id| name_of(db, scope, id).await;
        let offer = async |id| offers::queries::get(db, scope, id).await.map(|offer| offer.name);
        let (words, of) = match self {
            Self::PauseSubscription { client: id } => {
                (format!("Pause {}’s subscription", client(*id).await?), Some(*id))
            }
            Self::EndSubscription { client: id, at_once } => {
                let when = if *at_once { "now" } else { "at the end of the period" };
                (format!("Cancel {}’s subscription {when}", client(*id).await?), Some(*id))
            }
            Self::IssueInvoice { invoice } => {
                let bill = billing::queries::get(db, scope, *invoice).await?;
                if bill.state != InvoiceState::Draft {
                    return Err(Error::refused("This invoice has already been issued."));
                }
                let (total, name) = (bill.total, &bill.client_name);
                (format!("Issue an invoice for {total} to {name} and email it"), Some(bill.client))
            }
            Self::VoidInvoice { invoice } => {
                let bill = billing::queries::get(db, scope, *invoice).await?;
                let Some(number) = bill.number else {
                    return Err(Error::refused("This is a draft. Drafts are discarded, not voided."));
                };
                let (number, total, name) = (words::number(number), bill.total, &bill.client_name);
                (format!("Void {name}’s invoice {number} for {total}"), Some(bill.client))
            }
            Self::ArchiveClient { client: id } => (format!("Archive {}", client(*id).await?), Some(*id)),
            Self::WithdrawRequest { client: id, number } => {
                let name = client(*id).await?;
                let title = requests::queries::by_number(db, scope, *id, *number).await?.card.title;
                (format!("Withdraw {name} #{number}, “{title}”"), Some(*id))
            }
            Self::PublishOffer { offer: id } => {
                (format!("Publish the offer {} to the storefront", offer(*id).await?), None)
            }
            Self::ArchiveOffer { offer: id } => (format!("Archive the offer {}", offer(*id).await?), None),
        };
        Ok(Effect { words, client: of })
    }

    /// Does it, in the name of who approved it.
    pub(super) async fn carry_out(&self, db: &Db, scope: &Scope) -> Result<()> {
        use billing::commands as bills;
        match self {
            Self::PauseSubscription { client } => {
                bills::pause(db, scope, held_by(db, scope, *client).await?).await.map(|_| ())
            }
            Self::EndSubscription { client, at_once } => {
                let held = held_by(db, scope, *client).await?;
                if *at_once {
                    bills::end_now(db, scope, held).await
                } else {
                    bills::end_with_period(db, scope, held, true).await
                }
            }
            Self::IssueInvoice { invoice } => bills::issue(db, scope, *invoice).await.map(|_| ()),
            Self::VoidInvoice { invoice } => bills::void(db, scope, *invoice).await,
            Self::ArchiveClient { client } => clients::commands::archive(db, scope, *client).await,
            Self::WithdrawRequest { client, number } => {
                let request: RequestId = requests::queries::find(db, scope, *client, *number).await?;
                requests::commands::withdraw(db, scope, request).await
            }
            Self::PublishOffer { offer } => offers::commands::publish(db, scope, *offer).await,
            Self::ArchiveOffer { offer } => offers::commands::archive(db, scope, *offer).await,
        }
    }
}

/// A client's name, which nobody learns who is narrowed to another one.
async fn name_of(db: &Db, scope: &Scope, client: ClientId) -> Result<String> {
    match scope.client {
        Some(own) if own != client => Err(Error::NotFound),
        _ => client_name(db, &scope.within(client)).await,
    }
}

async fn held_by(db: &Db, scope: &Scope, client: ClientId) -> Result<SubscriptionId> {
    let held = billing::queries::find_subscription(db, scope, client).await?;
    held.map(|held| held.id).ok_or_else(|| Error::refused("This client doesn’t have a subscription."))
}
