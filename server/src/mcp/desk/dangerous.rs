//! What is not done here: it is proposed, and a person decides on the desk.

use domain::{
    Error, Result,
    proposals::{self, Action},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{DeskCaller, id, keyed};
use crate::mcp::tool::{Tool, ToolEffect, ToolText, WriteResult};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        proposes::<ClientArgument>(
            (
                "pause_subscription",
                "Pause a subscription",
                "Proposes to pause a client's subscription: nothing is worked on, and what is left of the paid period is \
                 kept. A person decides on the desk; this returns at once, and get_approval tells what came of it.",
            ),
            |asked| Ok(Action::PauseSubscription { client: id(&asked.client)? }),
        ),
        proposes::<EndSubscription>(
            (
                "end_subscription",
                "End a subscription",
                "Proposes to end a client's subscription, with its period or at once. A person decides on the desk; this \
                 returns at once, and get_approval tells what came of it.",
            ),
            |asked| Ok(Action::EndSubscription { client: id(&asked.client)?, at_once: asked.at_once }),
        ),
        proposes::<InvoiceArgument>(
            (
                "issue_invoice",
                "Issue an invoice",
                "Proposes to issue a draft: it gets its number and is mailed to the client. A person decides on the desk; \
                 this returns at once, and get_approval tells what came of it.",
            ),
            |asked| Ok(Action::IssueInvoice { invoice: id(&asked.invoice)? }),
        )
        .wide(),
        proposes::<InvoiceArgument>(
            (
                "void_invoice",
                "Void an invoice",
                "Proposes to void an issued invoice. A person decides on the desk; this returns at once, and get_approval \
                 tells what came of it.",
            ),
            |asked| Ok(Action::VoidInvoice { invoice: id(&asked.invoice)? }),
        )
        .wide(),
        proposes::<ClientArgument>(
            (
                "archive_client",
                "Archive a client",
                "Proposes to archive a client who has left: its people cannot sign in any more. A person decides on the desk; \
                 this returns at once, and get_approval tells what came of it.",
            ),
            |asked| Ok(Action::ArchiveClient { client: id(&asked.client)? }),
        )
        .wide(),
        proposes::<RequestArgument>(
            (
                "withdraw_request",
                "Withdraw a request",
                "Proposes to withdraw a request for good. A person decides on the desk; this returns at once, and \
                 get_approval tells what came of it.",
            ),
            |asked| Ok(Action::WithdrawRequest { client: id(&asked.client)?, number: asked.number }),
        ),
        proposes::<OfferArgument>(
            (
                "publish_offer",
                "Publish an offer",
                "Proposes to put a draft of an offer on sale in the storefront. A person decides on the desk; this returns at \
                 once, and get_approval tells what came of it.",
            ),
            |asked| Ok(Action::PublishOffer { offer: id(&asked.offer)? }),
        )
        .wide(),
        proposes::<OfferArgument>(
            (
                "archive_offer",
                "Archive an offer",
                "Proposes to take an offer off sale. A person decides on the desk; this returns at once, and get_approval \
                 tells what came of it.",
            ),
            |asked| Ok(Action::ArchiveOffer { offer: id(&asked.offer)? }),
        )
        .wide(),
    ]
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct ClientArgument {
    /// The client's id, such as cli_0197…
    client: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct EndSubscription {
    /// The client's id, such as cli_0197…
    client: String,
    /// At once, rather than with the period that is paid.
    #[serde(default)]
    at_once: bool,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct InvoiceArgument {
    /// The invoice's id, such as bill_0197…
    invoice: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct RequestArgument {
    /// The client's id, such as cli_0197…
    client: String,
    /// The request's number with that client.
    number: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct OfferArgument {
    /// The offer's id, such as off_0197…
    offer: String,
}

/// An argument beside the others: what the person who decides reads.
#[derive(Serialize, Deserialize, JsonSchema)]
struct WithReason<A> {
    /// Why, in a sentence or two, for the person who decides.
    reason: String,
    #[serde(flatten)]
    rest: A,
}

fn proposes<A>(words: ToolText, action: fn(&A) -> Result<Action>) -> Tool<DeskCaller>
where
    A: Serialize + for<'de> Deserialize<'de> + JsonSchema + Send + Sync + 'static,
{
    keyed(ToolEffect::Dangerous, words, move |desk: DeskCaller, asked: WithReason<A>| async move {
        let action = action(&asked.rest)?;
        let token = desk.by.token.ok_or(Error::NotFound)?;
        let (id, deed) =
            proposals::commands::propose(&desk.db, &desk.scope, token, &action, &asked.reason).await?;
        let told = json!({
            "state": "waiting for approval",
            "approval": id,
            "would": deed.target,
            "next": "A person decides on the desk. get_approval tells what came of it.",
        });
        let done: WriteResult = (told, deed);
        Ok(done)
    })
}
