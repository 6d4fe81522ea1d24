use super::card_on_file_in;
use crate::{
    Db, Result, Scope,
    ids::{ClientId, WorkspaceId},
    payments::{CardOnFile, may_pay},
};

/// What a client pays with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    pub card: Option<CardOnFile>,
    /// Whether the workspace takes cards now.
    pub takes_cards: bool,
}

/// What a client pays with.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not see its bills.
pub async fn wallet(db: &Db, scope: &Scope, client: ClientId) -> Result<Wallet> {
    may_pay(scope)?;
    let mut tx = db.begin(scope).await?;
    let card = card_on_file_in(&mut tx, scope, client).await?;
    tx.commit().await?;
    Ok(Wallet { card, takes_cards: takes_cards(db, scope.workspace).await? })
}

/// Whether the workspace takes cards: an account is connected, and its key works. Anybody may know.
///
/// # Errors
/// The database's.
pub async fn takes_cards(db: &Db, workspace: WorkspaceId) -> Result<bool> {
    let mut tx = db.begin(&Scope::system(workspace)).await?;
    let takes = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM payment_account WHERE workspace_id = $1 AND revoked_at IS NULL) AS "takes!""#,
        workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(takes)
}
