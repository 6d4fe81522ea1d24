use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use super::today;
use crate::{
    Db, Error, Result, Scope, Tx,
    desk::{Board, BoardCard, BoardColumn, Few, Start},
    ids::ClientId,
    requests::{Card, Column, SlotCount, commands, queries},
};

/// The board of all clients, or of one: all open requests, and what was done in the last seven days.
///
/// # Errors
/// [`Error::NotFound`] for a scope that is not the whole workspace.
pub async fn board(db: &Db, scope: &Scope, client: Option<ClientId>) -> Result<Board> {
    if !scope.is_wide() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    // One more than is shown tells whether there are more.
    let cards = queries::board_in(&mut tx, scope, client, queries::COLUMN_CARDS as i64 + 1).await?;
    let places = places(&mut tx, scope, &cards).await?;
    let (clients, all) = total(&mut tx, scope, client).await?;
    let at_work = today::at_work(&mut tx, scope).await?;
    let now = tx.now().timestamp_millis();
    tx.commit().await?;
    Ok(Board { columns: columns(cards, &places, now), clients, places: all, at_work })
}

fn columns(cards: Vec<Card>, places: &HashMap<ClientId, SlotCount>, now: i64) -> Vec<BoardColumn> {
    let starts = starts(&cards, places);
    let mut by_column: HashMap<Column, Vec<BoardCard>> = HashMap::new();
    for card in cards {
        let found = BoardCard {
            moves: commands::moves(&card),
            start: starts.get(&(card.client, card.number)).copied(),
            is_ageing: is_ageing(&card, now),
            card,
        };
        by_column.entry(found.card.column).or_default().push(found);
    }
    let column = |column| {
        let cards = Few::of(by_column.remove(&column).unwrap_or_default(), queries::COLUMN_CARDS);
        BoardColumn { column, cards: cards.shown, more: cards.more }
    };
    Column::ALL.map(column).into()
}

/// Whether it has stood in its column for so long that somebody should look at it.
fn is_ageing(card: &Card, now: i64) -> bool {
    let patience = match card.column {
        Column::Backlog | Column::UpNext => TimeDelta::days(7),
        Column::Waiting | Column::Review => TimeDelta::days(2),
        Column::InProgress | Column::Done => return false,
    };
    now - card.moved_at >= patience.num_milliseconds()
}

/// When each request of Up next is started, by client and number.
fn starts(cards: &[Card], places: &HashMap<ClientId, SlotCount>) -> HashMap<(ClientId, u64), Start> {
    let clients: HashSet<ClientId> = cards.iter().map(|card| card.client).collect();
    let mut starts = HashMap::new();
    for client in clients {
        let own = |wanted: fn(Column) -> bool| {
            cards.iter().filter(move |card| card.client == client && wanted(card.column))
        };
        let mut active: Vec<&Card> = own(Column::is_active).collect();
        // The clock that runs out first is the place that is free first, as far as anyone knows.
        active.sort_by_key(|card| (card.due_at.is_none(), card.due_at, card.moved_at));
        let line: Vec<u64> = own(|column| column == Column::UpNext).map(|card| card.number).collect();
        let places = places.get(&client).copied().unwrap_or_default();
        let before: Vec<u64> = active.iter().map(|card| card.number).chain(line.iter().copied()).collect();
        for (at, number) in line.iter().enumerate() {
            starts.insert((client, *number), start(at, places, &before));
        }
    }
    starts
}

/// When the request at place `at` of its line is started; `before`: what has to be done first, one after another.
fn start(at: usize, places: SlotCount, before: &[u64]) -> Start {
    let free = places.allowed.unwrap_or(0).saturating_sub(places.taken) as usize;
    match at.checked_sub(free) {
        _ if !places.active => Start::WhenActive,
        None => Start::Next,
        Some(at) => before.get(at).map_or(Start::Later, |number| Start::After(*number)),
    }
}

/// The places of the clients whose cards are shown.
async fn places(tx: &mut Tx, scope: &Scope, cards: &[Card]) -> Result<HashMap<ClientId, SlotCount>> {
    let clients: HashSet<uuid::Uuid> = cards.iter().map(|card| card.client.0).collect();
    let clients: Vec<uuid::Uuid> = clients.into_iter().collect();
    let rows = sqlx::query!(
        r#"SELECT s.client_id, s.active_limit, s.state = 'active' AS "active!",
                  (SELECT count(*) FROM request r
                   WHERE r.workspace_id = s.workspace_id AND r.client_id = s.client_id AND r.withdrawn_at IS NULL
                     AND r.board_column IN ('in_progress', 'waiting', 'review')) AS "taken!"
           FROM subscription s
           WHERE s.workspace_id = $1 AND s.client_id = ANY($2) AND s.state <> 'ended'"#,
        scope.workspace.0,
        &clients,
    )
    .fetch_all(tx.conn())
    .await?;
    let places = rows.into_iter().map(|row| {
        let taken = u32::try_from(row.taken).unwrap_or(u32::MAX);
        (
            ClientId(row.client_id),
            SlotCount { taken, allowed: Some(row.active_limit.cast_unsigned()), active: row.active },
        )
    });
    Ok(places.collect())
}

/// How many clients hold a subscription, and the sum of their places.
async fn total(tx: &mut Tx, scope: &Scope, client: Option<ClientId>) -> Result<(u64, SlotCount)> {
    let row = sqlx::query!(
        r#"SELECT count(*) AS "clients!", coalesce(sum(active_limit), 0)::bigint AS "allowed!",
                  coalesce(bool_or(state = 'active'), false) AS "active!",
                  (SELECT count(*) FROM request
                   WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2) AND withdrawn_at IS NULL
                     AND board_column IN ('in_progress', 'waiting', 'review')) AS "taken!"
           FROM subscription
           WHERE workspace_id = $1 AND ($2::uuid IS NULL OR client_id = $2) AND state <> 'ended'"#,
        scope.workspace.0,
        client.map(|id| id.0),
    )
    .fetch_one(tx.conn())
    .await?;
    let places = SlotCount {
        taken: u32::try_from(row.taken).unwrap_or(u32::MAX),
        allowed: u32::try_from(row.allowed).ok(),
        active: row.active,
    };
    Ok((row.clients.cast_unsigned(), places))
}
