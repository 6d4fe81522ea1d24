//! Connecting a workspace's account at the provider.

use super::provider::{open_secrets, whose};
use crate::{
    Db, Error, FieldErrors, Result, Scope,
    audit::{self, NewEntry},
    live_hints,
    payments::{
        AccountSecrets, ConnectInput, PaymentAccount, Providers,
        provider::{AccountFact, ProviderError},
        queries,
    },
    scope::operators_only,
    sealed::Secret,
};

/// Webhook secrets that are valid at the same time.
const VALID_SECRETS: usize = 2;

/// Connects the workspace's account, or connects it anew with another key. The key is tried first.
///
/// # Errors
/// Fields `key` and `webhook_secret`; [`Error::NotFound`] for anyone but an operator.
pub async fn connect(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    input: ConnectInput,
) -> Result<PaymentAccount> {
    operators_only(scope)?;
    let key = input.key.trim();
    if key.is_empty() {
        return Err(Error::Fields(FieldErrors::one("key", "Paste the restricted key.")));
    }
    let typed = input.webhook_secret.trim();
    let webhook_secrets = if typed.is_empty() { Vec::new() } else { vec![Secret::new(typed)] };
    let secrets = AccountSecrets { key: Secret::new(key), webhook_secrets };
    let found = providers.of(&secrets).account().await.map_err(beside_key)?;
    store(db, scope, &secrets, Some(&found), "connect_payments").await
}

fn beside_key(error: ProviderError) -> Error {
    let what = match error {
        ProviderError::Unavailable(_) => "The payment provider isn’t answering. Try again in a few minutes.",
        ProviderError::KeyRevoked => {
            "The payment provider doesn’t accept this key. Check that you copied all of it."
        }
        ProviderError::Lacks(right) => {
            let lacks = format!("This key is missing a permission: {right}.");
            return Error::Fields(FieldErrors::one("key", lacks));
        }
        ProviderError::Unknown | ProviderError::Refused(_) => {
            "The payment provider refused this key. Create a new one and paste it here."
        }
    };
    Error::Fields(FieldErrors::one("key", what))
}

/// Seals and keeps the secrets; with what was found of the account, where it was looked at.
async fn store(
    db: &Db,
    scope: &Scope,
    secrets: &AccountSecrets,
    found: Option<&AccountFact>,
    what: &str,
) -> Result<PaymentAccount> {
    let sealed = db.keyring()?.seal(&whose(scope.workspace), &secrets.to_secret()?)?;
    let webhooks = i16::try_from(secrets.webhook_secrets.len()).unwrap_or(i16::MAX);
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    match found {
        Some(found) => {
            sqlx::query!(
                "INSERT INTO payment_account (workspace_id, provider, name, is_live, lacks, key_id, wrapped, sealed,
                        webhook_secrets, connected_at, checked_at, events_read_to)
                 VALUES ($1, 'stripe', $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)
                 ON CONFLICT (workspace_id) DO UPDATE SET name = $2, is_live = $3, lacks = $4, key_id = $5, wrapped = $6,
                        sealed = $7, webhook_secrets = $8, connected_at = $9, checked_at = $9, revoked_at = NULL",
                scope.workspace.0,
                found.name,
                found.is_live,
                &found.lacks,
                sealed.key_id,
                sealed.wrapped,
                sealed.sealed,
                webhooks,
                now,
            )
            .execute(tx.conn())
            .await?;
        }
        None => {
            sqlx::query!(
                "UPDATE payment_account SET key_id = $2, wrapped = $3, sealed = $4, webhook_secrets = $5
                 WHERE workspace_id = $1",
                scope.workspace.0,
                sealed.key_id,
                sealed.wrapped,
                sealed.sealed,
                webhooks,
            )
            .execute(tx.conn())
            .await?;
        }
    }
    let account = queries::account_in(&mut tx, scope).await?.ok_or(Error::NotFound)?;
    let entry = NewEntry::done(what, account.name.as_str());
    audit::commands::record_in(&mut tx, scope, entry).await?;
    live_hints::publish_to_desk(&mut tx, scope, "payment_account").await?;
    tx.commit().await?;
    Ok(account)
}

/// Adds a webhook's secret, as the newest; the one before it stays valid beside it, older ones do not. Empty: all go, and
/// events are read instead.
///
/// # Errors
/// [`Error::Refused`] where no account is connected; [`Error::NotFound`] for anyone but an operator.
pub async fn rotate_webhook_secret(db: &Db, scope: &Scope, webhook_secret: &str) -> Result<PaymentAccount> {
    operators_only(scope)?;
    let mut secrets = open_secrets(db, scope.workspace).await?.ok_or_else(not_connected)?;
    match webhook_secret.trim() {
        "" => secrets.webhook_secrets.clear(),
        typed => {
            secrets.webhook_secrets.retain(|secret| secret.reveal() != typed);
            secrets.webhook_secrets.insert(0, Secret::new(typed));
            secrets.webhook_secrets.truncate(VALID_SECRETS);
        }
    }
    store(db, scope, &secrets, None, "rotate_webhook_secret").await
}

fn not_connected() -> Error {
    Error::refused("No payment account is connected. Connect one first.")
}

/// Looks at the account again: its name, what the key lacks, whether it is still taken.
///
/// # Errors
/// [`Error::Refused`] where no account is connected, and where it cannot be looked at; [`Error::NotFound`] for anyone but
/// an operator.
pub async fn recheck(db: &Db, scope: &Scope, providers: &dyn Providers) -> Result<PaymentAccount> {
    operators_only(scope)?;
    let secrets = open_secrets(db, scope.workspace).await?.ok_or_else(not_connected)?;
    let found = match providers.of(&secrets).account().await {
        Ok(found) => Some(found),
        Err(ProviderError::KeyRevoked) => {
            super::provider::note_revoked(db, scope.workspace).await?;
            None
        }
        Err(error) => return Err(Error::refused(format!("The account couldn’t be checked: {error}."))),
    };
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    if let Some(found) = found {
        sqlx::query!(
            "UPDATE payment_account SET name = $2, is_live = $3, lacks = $4, checked_at = $5, revoked_at = NULL
             WHERE workspace_id = $1",
            scope.workspace.0,
            found.name,
            found.is_live,
            &found.lacks,
            now,
        )
        .execute(tx.conn())
        .await?;
    }
    let account = queries::account_in(&mut tx, scope).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(account)
}

/// Forgets the key and the webhooks' secrets. Payments stay as they were; what is due is paid by bank from then on.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator, and where none is connected.
pub async fn disconnect(db: &Db, scope: &Scope) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let name = sqlx::query_scalar!(
        "DELETE FROM payment_account WHERE workspace_id = $1 RETURNING name",
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("disconnect_payments", name)).await?;
    live_hints::publish_to_desk(&mut tx, scope, "payment_account").await?;
    tx.commit().await
}
