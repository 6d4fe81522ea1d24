//! Calls that move money or change what is kept: a customer, a charge of a card on file, a refund, an answer to a dispute.

use domain::{
    payments::provider::{ChargeFact, ChargeInput, CustomerInput, DisputeFact, RefundFact, RefundInput},
    secret::hash,
};

use crate::{
    client::Stripe,
    failure::Failure,
    form::Form,
    objects::{Any, Customer, Dispute, List, PaymentIntent, Refund, noted},
    read,
};

/// How much of an answer to a dispute Stripe takes in that field.
const EVIDENCE: usize = 20_000;
/// How much of a title it takes as a description.
const TITLE: usize = 1_000;

impl Stripe {
    /// The client's customer, found by address and note, or made.
    pub(crate) async fn find_or_make_customer(&self, input: &CustomerInput) -> Result<String, Failure> {
        if let Some(known) = self.find_customer(input).await? {
            return Ok(known);
        }
        let mut form = Form::default().with("name", &input.name).with("metadata[client]", &input.client);
        if !input.email.is_empty() {
            form = form.with("email", &input.email);
        }
        // Two callers at once make one customer; another name or address is another call to Stripe, hence another key.
        let said: String = hash(&form.encoded()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let key = format!("customer-{}-{said}", input.client);
        Ok(self.post::<Any>("/v1/customers", &form, &key).await?.id)
    }

    /// One that was made before; none without an address to look for it by.
    async fn find_customer(&self, input: &CustomerInput) -> Result<Option<String>, Failure> {
        if input.email.is_empty() {
            return Ok(None);
        }
        let query = Form::default().with("email", &input.email).with("limit", 100);
        let known: List<Customer> = self.get("/v1/customers", &query).await?;
        let same = known.data.into_iter().find(|customer| {
            !customer.deleted && noted(customer.metadata.as_ref(), "client").as_deref() == Some(&input.client)
        });
        Ok(same.map(|customer| customer.id))
    }

    pub(crate) async fn charge_card(&self, input: &ChargeInput) -> Result<ChargeFact, Failure> {
        let form = Form::default()
            .with("amount", input.amount.minor)
            .with("currency", input.amount.currency.code().to_ascii_lowercase())
            .with("customer", &input.customer)
            .with("payment_method", &input.method)
            .with("payment_method_types[0]", "card")
            .with("off_session", !input.is_present)
            .with("confirm", true)
            .with("description", cut(&input.title, TITLE))
            .with("metadata[attempt]", &input.attempt);
        match self.post::<PaymentIntent>("/v1/payment_intents", &form, &input.key).await {
            Ok(intent) => read::charge(&intent).ok_or_else(unreadable),
            Err(failure) => read::declined(failure, input),
        }
    }

    pub(crate) async fn give_back(&self, input: &RefundInput) -> Result<RefundFact, Failure> {
        let form = Form::default()
            .with("payment_intent", &input.charge)
            .with("amount", input.amount.minor)
            .with("metadata[refund]", &input.refund);
        let refund: Refund = self.post("/v1/refunds", &form, &input.key).await?;
        let fact = read::refund(&refund, Some(input.charge.clone())).ok_or_else(unreadable)?;
        // Where the answer leaves out the notes, the call that was just made knows them.
        Ok(RefundFact { refund: Some(fact.refund.unwrap_or_else(|| input.refund.clone())), ..fact })
    }

    pub(crate) async fn submit_evidence(
        &self,
        reference: &str,
        evidence: &str,
    ) -> Result<DisputeFact, Failure> {
        let form = Form::default()
            .with("evidence[uncategorized_text]", cut(evidence, EVIDENCE))
            .with("submit", true);
        let dispute: Dispute = self.put(&format!("/v1/disputes/{reference}"), &form).await?;
        let charge = self.intent_of_dispute(&dispute).await?;
        read::dispute(&dispute, charge).ok_or_else(unreadable)
    }

    pub(crate) async fn detach_card(&self, reference: &str) -> Result<(), Failure> {
        let path = format!("/v1/payment_methods/{reference}/detach");
        match self.put::<Any>(&path, &Form::default()).await {
            Ok(_) => Ok(()),
            // Unknown, or detached already: it is gone either way.
            Err(failure) if read::is_about_the_object(&failure) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

/// An answer without what every such answer has.
pub(crate) fn unreadable() -> Failure {
    Failure::refused("its answer is in a currency or of a kind that is not known here")
}

/// The beginning of a text, in whole characters.
fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}
