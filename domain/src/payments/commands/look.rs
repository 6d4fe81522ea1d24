use super::{
    attempts::{Attempt, AttemptKey, attempt_in},
    provider::{provider_of, refusal},
    snapshots::{self, ObjectSnapshot, apply_in},
};
use crate::{
    Db, Error, Result, Scope,
    ids::{ClientId, PaymentAttemptId},
    payments::{ChargeOutcome, Providers, may_pay, provider::CheckoutState},
};

/// Reads a page to pay on, a card's page or a charge anew, by its reference, and acts on it: for the page one comes back to.
/// `reference` may be an attempt's id as well. Of a card's page, [`ChargeOutcome::Paid`] says that a card is kept.
///
/// # Errors
/// [`Error::NotFound`] for a reference that is nothing of the scope's; [`Error::Refused`] where the provider does not answer.
pub async fn look_again(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    reference: &str,
) -> Result<ChargeOutcome> {
    may_pay(scope)?;
    let server = Scope::system(scope.workspace);
    let known = find(db, &server, reference).await?;
    if let Some(attempt) = &known {
        if scope.client.is_some_and(|own| own != attempt.client) {
            return Err(Error::NotFound);
        }
        if attempt.is_over() {
            return Ok(attempt.outcome());
        }
    }
    let at_provider = known.as_ref().and_then(|attempt| attempt.charge.clone().or(attempt.checkout.clone()));
    let at_provider = match (&known, at_provider) {
        (_, Some(at_provider)) => at_provider,
        // Its call is being made, or was cut off.
        (Some(attempt), None) => return Ok(attempt.outcome()),
        (None, None) => reference.to_owned(),
    };
    let provider = provider_of(db, scope.workspace, providers).await?;
    let snapshot = match snapshots::read(&*provider, &at_provider).await {
        Ok(snapshot) => snapshot,
        Err(error) => return Err(refusal(db, scope.workspace, error).await),
    };
    if known.is_none() && !is_own_setup(scope, &snapshot) {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(&server).await?;
    apply_in(&mut tx, &server, &snapshot).await?;
    let Some(attempt) = known else {
        tx.commit().await?;
        let kept = matches!(&snapshot, ObjectSnapshot::Checkout { fact, .. } if fact.state == CheckoutState::Complete);
        return Ok(if kept { ChargeOutcome::Paid } else { ChargeOutcome::NotPaid });
    };
    let after = attempt_in(&mut tx, &server, AttemptKey::Id(attempt.id), false).await?;
    tx.commit().await?;
    Ok(after.ok_or(Error::NotFound)?.outcome())
}

async fn find(db: &Db, server: &Scope, reference: &str) -> Result<Option<Attempt>> {
    let key = match reference.parse::<PaymentAttemptId>() {
        Ok(id) => AttemptKey::Id(id),
        Err(_) => AttemptKey::Reference(reference),
    };
    let mut tx = db.begin(server).await?;
    let found = attempt_in(&mut tx, server, key, false).await?;
    tx.commit().await?;
    Ok(found)
}

/// Whether it is a page that keeps a card for a client of the scope's.
fn is_own_setup(scope: &Scope, snapshot: &ObjectSnapshot) -> bool {
    let ObjectSnapshot::Checkout { fact, .. } = snapshot else { return false };
    let client = fact.client.as_deref().and_then(|id| id.parse::<ClientId>().ok());
    client.is_some_and(|client| scope.client.is_none_or(|own| own == client))
}
