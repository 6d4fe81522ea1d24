//! The provider of a workspace: its secrets opened, and what its errors mean for the account.

use std::sync::Arc;

use crate::{
    Db, Error, Result, Scope,
    ids::WorkspaceId,
    payments::{
        AccountSecrets, Providers,
        provider::{PaymentProvider, ProviderError},
    },
    sealed::{SealContext, SealedSecret},
};

pub(super) fn whose(workspace: WorkspaceId) -> SealContext {
    SealContext::new(workspace, "payment_account")
}

/// The secrets of the workspace's account, for whoever checks a webhook's signature; none where no account is connected.
///
/// # Errors
/// The database's; [`Error::Broken`] where they do not open.
pub async fn open_secrets(db: &Db, workspace: WorkspaceId) -> Result<Option<AccountSecrets>> {
    let mut tx = db.begin(&Scope::system(workspace)).await?;
    let row = sqlx::query!(
        "SELECT key_id, wrapped, sealed FROM payment_account WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(None) };
    let sealed = SealedSecret { key_id: row.key_id, wrapped: row.wrapped, sealed: row.sealed };
    let secret = db.keyring()?.open(&whose(workspace), &sealed)?;
    AccountSecrets::from_secret(&secret).map(Some)
}

/// The workspace's provider.
///
/// # Errors
/// [`Error::Refused`] where no account is connected.
pub(super) async fn provider_of(
    db: &Db,
    workspace: WorkspaceId,
    providers: &dyn Providers,
) -> Result<Arc<dyn PaymentProvider>> {
    let secrets = open_secrets(db, workspace).await?;
    secrets.map(|secrets| providers.of(&secrets)).ok_or_else(no_cards)
}

pub(super) fn no_cards() -> Error {
    Error::refused("Cards aren’t accepted here right now. Please pay by bank transfer.")
}

/// What a person is told of a call that came to nothing. A key that is not taken any more is noted at the account.
pub(super) async fn refusal(db: &Db, workspace: WorkspaceId, error: ProviderError) -> Error {
    match error {
        ProviderError::Unavailable(why) => {
            tracing::warn!(workspace.id = %workspace, error.message = why, "the payment provider does not answer");
            Error::refused("Card payments aren’t answering right now. Try again in a few minutes.")
        }
        ProviderError::KeyRevoked => match note_revoked(db, workspace).await {
            Ok(()) => no_cards(),
            Err(error) => error,
        },
        error @ (ProviderError::Lacks(_) | ProviderError::Refused(_) | ProviderError::Unknown) => {
            tracing::error!(workspace.id = %workspace, error.message = %error, "the payment provider refused a call");
            Error::refused("The card couldn’t be used. Please pay by bank transfer, or contact us.")
        }
    }
}

/// Notes once that the provider takes the key no more; the operators are told.
pub(super) async fn note_revoked(db: &Db, workspace: WorkspaceId) -> Result<()> {
    let scope = Scope::system(workspace);
    let mut tx = db.begin(&scope).await?;
    let now = tx.now();
    let noted = sqlx::query!(
        "UPDATE payment_account SET revoked_at = $2 WHERE workspace_id = $1 AND revoked_at IS NULL",
        workspace.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    if noted.rows_affected() > 0 {
        let body = "Your payment provider no longer accepts the key that’s saved here, so no card can be charged until you \
                    connect the account again. Bank transfers still work.\n\nConnect it again:\n\n{link:/desk/payments}\n";
        crate::mail::commands::queue_to_operators_in(&mut tx, &scope, "Card payments stopped working", body)
            .await?;
        crate::live_hints::publish_to_desk(&mut tx, &scope, "payment_account").await?;
    }
    tx.commit().await
}
