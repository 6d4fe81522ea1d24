//! What is done about people, by themselves or by those who may.

pub mod claims;
pub mod confirmations;
pub mod invitations;
pub(crate) mod links;
mod operators;
pub mod people;
mod persons;
pub mod profile;
pub mod resets;
pub mod set_up;
mod sign_in;
pub mod sign_up;
pub mod unused_sign_ups;

pub use operators::create_operator;
pub use sign_in::sign_in;

use crate::{Db, Result, SystemRole};

use super::limits;

/// Clears away what has run out: sign-ins, links, counts of tries, forms that were sent.
pub async fn clear(db: &Db) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let old = now - chrono::Duration::days(7);
    sqlx::query!("DELETE FROM sign_in WHERE expires_at < $1", now).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM password_reset WHERE expires_at < $1", old).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM confirmation WHERE expires_at < $1", old).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM sign_up WHERE created_at < $1", old).execute(tx.conn()).await?;
    limits::clear_in(&mut tx).await?;
    tx.commit().await
}
