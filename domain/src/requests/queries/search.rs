use uuid::Uuid;

use super::cards;
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::ClientId,
    requests::{Column, RequestPage},
};

/// Cards on one page of what was found.
const PAGE: i64 = 50;
/// More words than these narrow nothing.
const MOST_WORDS: usize = 8;

/// A client's requests that hold every word in title, brief or number, newest first, a page at a time (from 1). Without
/// words: all of them. Only this client's requests are looked through, by the index of their numbers.
///
/// # Errors
/// [`Error::NotFound`] without a client in the scope.
pub async fn search(
    db: &Db,
    scope: &Scope,
    words: &str,
    column: Option<Column>,
    page: u32,
) -> Result<RequestPage> {
    let Some(client) = scope.client else { return Err(Error::NotFound) };
    let page = page.max(1);
    let mut tx = db.begin(scope).await?;
    let calendar = cards::calendar_in(&mut tx, scope).await?;
    let mut ids = found(&mut tx, scope, client, &wanted(words), column, page).await?;
    let more = ids.len() > PAGE as usize;
    ids.truncate(PAGE as usize);
    let cards = cards::load(&mut tx, scope, &calendar, &ids).await?;
    tx.commit().await?;
    Ok(RequestPage { cards, page, more })
}

/// Requests of the whole workspace that hold every word in title, number or their client's name, newest first; at most
/// fifty, and whether there are more.
///
/// # Errors
/// [`Error::NotFound`] for a scope that is not the whole workspace.
pub async fn search_all(db: &Db, scope: &Scope, words: &str) -> Result<RequestPage> {
    if !scope.is_wide() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let calendar = cards::calendar_in(&mut tx, scope).await?;
    let mut ids = found_anywhere(&mut tx, scope, &wanted(words)).await?;
    let more = ids.len() > PAGE as usize;
    ids.truncate(PAGE as usize);
    let cards = cards::load(&mut tx, scope, &calendar, &ids).await?;
    tx.commit().await?;
    Ok(RequestPage { cards, page: 1, more })
}

async fn found_anywhere(tx: &mut Tx, scope: &Scope, wanted: &[String]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT r.id FROM request r JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
         WHERE r.workspace_id = $1 AND r.withdrawn_at IS NULL
           AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS wanted (word)
                           WHERE position(search_fold(word) IN r.title_folded) = 0
                             AND position(search_fold(word) IN '#' || r.number) = 0
                             AND position(search_fold(word) IN c.name_folded) = 0)
         ORDER BY r.created_at DESC, r.id DESC LIMIT $3",
        scope.workspace.0,
        wanted,
        PAGE + 1,
    )
    .fetch_all(tx.conn())
    .await?)
}

async fn found(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    wanted: &[String],
    column: Option<Column>,
    page: u32,
) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "SELECT id FROM request
         WHERE workspace_id = $1 AND client_id = $2 AND ($3::text IS NULL OR board_column = $3)
           AND withdrawn_at IS NULL
           AND NOT EXISTS (SELECT FROM unnest($4::text[]) AS wanted (word)
                           WHERE position(search_fold(word) IN title_folded) = 0
                             AND position(search_fold(word) IN brief_folded) = 0
                             AND position(search_fold(word) IN '#' || number) = 0)
         ORDER BY number DESC LIMIT $5 OFFSET $6",
        scope.workspace.0,
        client.0,
        column.map(Column::as_str),
        wanted,
        PAGE + 1,
        i64::from(page - 1) * PAGE,
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The words that are looked for, each anywhere and as it is written but for case and accents, which the database takes
/// away on both sides.
fn wanted(words: &str) -> Vec<String> {
    words.replace('\0', "").split_whitespace().take(MOST_WORDS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_WORDS, wanted};

    #[test]
    fn words_are_parted_by_spaces_and_not_too_many() {
        assert_eq!(wanted("  fee   Agree\0ments "), ["fee", "Agreements"]);
        assert!(wanted(" ").is_empty());
        assert_eq!(wanted(&"a ".repeat(50)).len(), MOST_WORDS);
    }
}
