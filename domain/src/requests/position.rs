//! Where a card stands within its column: positions are numbers, and a card that is put between two others gets one
//! between theirs.

use uuid::Uuid;

use super::{Column, Position, Priority, lock, lock::LockedRequest};
use crate::{
    Result, Scope, Tx,
    ids::{ClientId, RequestId},
};

/// The position that `place` means for a card in `column`, among the cards that the scope sees: an operator may put a
/// card between those of other clients.
pub(crate) async fn position_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    column: Column,
    place: Position,
) -> Result<f64> {
    if let Position::At(position) = place
        && position.is_finite()
    {
        return Ok(position);
    }
    let found = neighbours(tx, scope, row, column, place).await?;
    if let Some(position) = found.between() {
        return Ok(position);
    }
    // No number is left between the two: number the client's cards anew, and look among those alone.
    spread(tx, scope, row.client, column).await?;
    let own = scope.within(row.client);
    let row = lock::find_in(tx, scope, row.client, row.id).await?;
    let found = neighbours(tx, &own, &row, column, place).await?;
    Ok(found.between().or(found.above).unwrap_or(1.0))
}

/// The end of a client's column.
pub(crate) async fn end_in(tx: &mut Tx, scope: &Scope, client: ClientId, column: Column) -> Result<f64> {
    let last = sqlx::query_scalar!(
        "SELECT max(position) FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND board_column = $3 AND withdrawn_at IS NULL",
        scope.workspace.0,
        client.0,
        column.as_str(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Gap { above: last, below: None }.between().unwrap_or(1.0))
}

/// The end of a priority's group in a client's column: behind the last card that is as urgent or more.
pub(crate) async fn end_of_group_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    column: Column,
    priority: Priority,
) -> Result<f64> {
    let found = group_end(tx, scope, client, column, priority).await?;
    if let Some(position) = found.between() {
        return Ok(position);
    }
    spread(tx, scope, client, column).await?;
    let found = group_end(tx, scope, client, column, priority).await?;
    Ok(found.between().or(found.above).unwrap_or(1.0))
}

async fn group_end(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    column: Column,
    priority: Priority,
) -> Result<Gap> {
    let as_urgent: Vec<String> = match priority {
        Priority::High => vec!["high".into()],
        Priority::Normal => vec!["high".into(), "normal".into()],
        Priority::Low => vec!["high".into(), "normal".into(), "low".into()],
    };
    let row = sqlx::query!(
        "WITH cards AS (
             SELECT position, priority FROM request
             WHERE workspace_id = $1 AND client_id = $2 AND board_column = $3 AND withdrawn_at IS NULL
         ), last AS (SELECT max(position) AS position FROM cards WHERE priority = ANY($4))
         SELECT (SELECT position FROM last) AS above,
                (SELECT min(position) FROM cards
                 WHERE position > coalesce((SELECT position FROM last), '-infinity')) AS below",
        scope.workspace.0,
        client.0,
        column.as_str(),
        &as_urgent,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Gap { above: row.above, below: row.below })
}

/// The cards between which one is put.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    above: Option<f64>,
    below: Option<f64>,
}

impl Gap {
    /// A position strictly between the two; `None` when the numbers are used up.
    fn between(self) -> Option<f64> {
        let position = match (self.above, self.below) {
            (None, None) => 1.0,
            (Some(above), None) => above + 1.0,
            (None, Some(below)) => below - 1.0,
            (Some(above), Some(below)) => f64::midpoint(above, below),
        };
        let fits = self.above.is_none_or(|above| above < position)
            && self.below.is_none_or(|below| position < below);
        fits.then_some(position)
    }
}

async fn neighbours(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    column: Column,
    place: Position,
) -> Result<Gap> {
    let cards = Cards { workspace: scope.workspace.0, client: scope.client, column, but: row.id };
    let gap = match place {
        Position::First => cards.around(tx, None).await?.before_all(),
        Position::Last | Position::At(_) => cards.around(tx, None).await?.behind_all(),
        Position::Before(other) => match cards.find(tx, other).await? {
            Some(position) => {
                let around = cards.around(tx, Some((position, other))).await?;
                Gap { above: around.above.first().copied(), below: Some(position) }
            }
            None => cards.around(tx, None).await?.behind_all(),
        },
        Position::Up => match *cards.around(tx, Some((row.position, row.id))).await?.above {
            [] => cards.around(tx, None).await?.before_all(),
            [next] => Gap { above: None, below: Some(next) },
            [next, above, ..] => Gap { above: Some(above), below: Some(next) },
        },
        Position::Down => match *cards.around(tx, Some((row.position, row.id))).await?.below {
            [] => cards.around(tx, None).await?.behind_all(),
            [next] => Gap { above: Some(next), below: None },
            [next, below, ..] => Gap { above: Some(next), below: Some(below) },
        },
    };
    Ok(gap)
}

/// The cards of a column, but for the one that moves.
struct Cards {
    workspace: Uuid,
    client: Option<ClientId>,
    column: Column,
    but: RequestId,
}

impl Cards {
    async fn find(&self, tx: &mut Tx, card: RequestId) -> Result<Option<f64>> {
        Ok(sqlx::query_scalar!(
            "SELECT position FROM request
             WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2) AND board_column = $3
               AND id = $4 AND id <> $5 AND withdrawn_at IS NULL",
            self.workspace,
            self.client.map(|c| c.0),
            self.column.as_str(),
            card.0,
            self.but.0,
        )
        .fetch_optional(tx.conn())
        .await?)
    }

    /// What stands around a card; without one, the column's two ends.
    async fn around(&self, tx: &mut Tx, card: Option<(f64, RequestId)>) -> Result<Around> {
        let (above, below) = match card {
            Some((position, id)) => ((position, id.0), (position, id.0)),
            None => ((f64::INFINITY, Uuid::max()), (f64::NEG_INFINITY, Uuid::nil())),
        };
        Ok(sqlx::query_as!(
            Around,
            r#"WITH cards AS NOT MATERIALIZED (
                   SELECT position, id FROM request
                   WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2) AND board_column = $3
                     AND id <> $4 AND withdrawn_at IS NULL
               )
               SELECT array(SELECT position FROM cards WHERE (position, id) < ($5, $6)
                            ORDER BY position DESC, id DESC LIMIT 2) AS "above!",
                      array(SELECT position FROM cards WHERE (position, id) > ($7, $8)
                            ORDER BY position, id LIMIT 2) AS "below!""#,
            self.workspace,
            self.client.map(|c| c.0),
            self.column.as_str(),
            self.but.0,
            above.0,
            above.1,
            below.0,
            below.1,
        )
        .fetch_one(tx.conn())
        .await?)
    }
}

/// The positions of up to two cards on each side of a place, the nearest first. Around no card: the last of the column
/// are above, its first are below.
struct Around {
    above: Vec<f64>,
    below: Vec<f64>,
}

impl Around {
    fn before_all(&self) -> Gap {
        Gap { above: None, below: self.below.first().copied() }
    }

    fn behind_all(&self) -> Gap {
        Gap { above: self.above.first().copied(), below: None }
    }
}

/// Numbers a client's cards of a column anew, in their order.
async fn spread(tx: &mut Tx, scope: &Scope, client: ClientId, column: Column) -> Result<()> {
    sqlx::query!(
        "UPDATE request r SET position = n.place
         FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS place FROM request
               WHERE workspace_id = $1 AND client_id = $2 AND board_column = $3 AND withdrawn_at IS NULL) n
         WHERE r.id = n.id",
        scope.workspace.0,
        client.0,
        column.as_str(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
