use crate::{Db, Error, Result, Scope, ids::DisputeId, payments::Providers, scope::operators_only};

/// What speaks against a dispute, written from the log: what was delivered, who approved it and when.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn compose_evidence(_db: &Db, scope: &Scope, _dispute: DisputeId) -> Result<String> {
    operators_only(scope)?;
    Err(Error::NotFound)
}

/// Hands in what speaks against a dispute, for good.
///
/// # Errors
/// [`Error::Refused`] where it is too late; [`Error::NotFound`], also for anyone but an operator.
pub async fn answer_dispute(
    _db: &Db,
    scope: &Scope,
    _providers: &dyn Providers,
    _dispute: DisputeId,
    _evidence: &str,
) -> Result<()> {
    operators_only(scope)?;
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}
