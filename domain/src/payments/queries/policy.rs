use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope, Tx,
    payments::{ChasingPlan, ExcessPolicy, commands::PolicyInput},
    scope::operators_only,
};

/// How the workspace chases what is not paid, and what becomes of money that is too much.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn policy(db: &Db, scope: &Scope) -> Result<PolicyInput> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let policy = policy_in(&mut tx, scope).await?;
    tx.commit().await?;
    Ok(policy)
}

/// The same within a transaction.
pub(crate) async fn policy_in(tx: &mut Tx, scope: &Scope) -> Result<PolicyInput> {
    let row = sqlx::query!(
        r#"SELECT excess_by_card AS "excess_by_card: ExcessPolicy", excess_by_bank AS "excess_by_bank: ExcessPolicy",
                  chasing AS "chasing: Json<ChasingPlan>"
           FROM workspace WHERE id = $1"#,
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(PolicyInput {
        chasing: row.chasing.map(|plan| plan.0).unwrap_or_default(),
        excess_by_card: row.excess_by_card,
        excess_by_bank: row.excess_by_bank,
    })
}
