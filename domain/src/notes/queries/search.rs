use crate::{Db, Result, Scope, ids::ClientId, notes::NoteMatch};

/// The most notes that one search answers.
const MOST: i64 = 50;

/// The client's notes that have the words, the best first. `words` as one types them into a search: quotes hold words
/// together, `or` and a minus say what they say; accents say nothing. Without words the notes that were written last.
pub async fn search(
    db: &Db,
    scope: &Scope,
    client: ClientId,
    words: &str,
    most: u32,
) -> Result<Vec<NoteMatch>> {
    let words = words.replace('\0', "");
    let words = words.trim();
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"WITH wanted AS (
               SELECT websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3) AS words,
                      websearch_to_tsquery('english', search_fold($3))
                          || websearch_to_tsquery('simple', search_fold($3)) AS folded
           ), found AS MATERIALIZED (
               SELECT n.path, n.version, n.body, n.updated_at, ts_rank_cd(n.words_folded, wanted.folded) AS rank
               FROM note n, wanted
               WHERE n.workspace_id = $1 AND n.client_id = $2 AND ($3 = '' OR n.words_folded @@ wanted.folded)
               ORDER BY rank DESC, n.updated_at DESC, n.path LIMIT $4
           )
           SELECT path, version, updated_at,
                  ts_headline('english', body, wanted.words || wanted.folded,
                              'StartSel=**, StopSel=**, MaxFragments=2, MaxWords=25, MinWords=8, FragmentDelimiter=" … "')
                      AS "snippet!"
           FROM found, wanted ORDER BY rank DESC, updated_at DESC, path"#,
        scope.workspace.0,
        client.0,
        words,
        i64::from(most).clamp(1, MOST),
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| NoteMatch {
            path: row.path,
            version: row.version.cast_unsigned(),
            snippet: row.snippet,
            at: row.updated_at.timestamp_millis(),
        })
        .collect())
}
