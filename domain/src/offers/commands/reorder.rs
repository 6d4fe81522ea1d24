use crate::{Db, Error, Result, Scope, ids::OfferId, live_hints, scope::operators_only};

/// Which way an offer goes in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Nearer to the top.
    Up,
    /// Nearer to the end.
    Down,
}

/// Moves an offer by one place among those that are not archived; at the end of the list it stays.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn reorder(db: &Db, scope: &Scope, offer: OfferId, direction: Direction) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    // Held in the order of their ids: two who move at once wait for each other instead of standing in each other's way.
    sqlx::query!("SELECT id FROM offer WHERE workspace_id = $1 ORDER BY id FOR UPDATE", scope.workspace.0)
        .fetch_all(tx.conn())
        .await?;
    let mut order = sqlx::query_scalar!(
        "SELECT id FROM offer WHERE workspace_id = $1 ORDER BY (state = 'archived'), position, created_at",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let from = order.iter().position(|id| *id == offer.0).ok_or(Error::NotFound)?;
    let to = match direction {
        Direction::Up => from.saturating_sub(1),
        Direction::Down => (from + 1).min(order.len() - 1),
    };
    order.swap(from, to);
    sqlx::query!(
        "UPDATE offer SET position = placed.place::integer
         FROM unnest($2::uuid[]) WITH ORDINALITY AS placed (id, place)
         WHERE offer.workspace_id = $1 AND offer.id = placed.id",
        scope.workspace.0,
        &order,
    )
    .execute(tx.conn())
    .await?;
    live_hints::publish_to_desk(&mut tx, scope, "offer").await?;
    tx.commit().await
}
