//! A month's costs by client, agent and model.

use chrono::{DateTime, Utc};

use crate::{
    Result, Scope, Tx,
    costs::{CostLine, Micros},
    ids::{AgentId, ClientId},
};

/// A line as the database has it.
struct CostRow<T> {
    id: T,
    name: String,
    cost: i64,
    tokens: i64,
    unpriced: i64,
    limit: Option<i64>,
}

impl<T> CostRow<T> {
    fn line<U>(self, id: fn(T) -> U) -> CostLine<U> {
        let Self { name, tokens, unpriced, .. } = self;
        let (cost, limit) = (Micros(self.cost), self.limit.map(Micros));
        CostLine { id: id(self.id), name, cost, tokens, unpriced, limit, pays: None, margin: None }
    }
}

pub(super) async fn clients(
    tx: &mut Tx,
    scope: &Scope,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<CostLine<ClientId>>> {
    let rows = sqlx::query_as!(
        CostRow,
        r#"SELECT c.id, c.name, l.micros AS "limit?", coalesce(s.cost, 0) AS "cost!", coalesce(s.tokens, 0) AS "tokens!",
                  coalesce(s.unpriced, 0) AS "unpriced!"
           FROM client c
           LEFT JOIN cost_limit l ON l.workspace_id = c.workspace_id AND l.client_id = c.id
           LEFT JOIN (
               SELECT client_id, within_bigint(sum(micros)) AS cost, within_bigint(sum(input_tokens) + sum(output_tokens)) AS tokens,
                      count(*) FILTER (WHERE micros IS NULL) AS unpriced
               FROM spend WHERE workspace_id = $1 AND at >= $2 AND at < $3 GROUP BY client_id
           ) s ON s.client_id = c.id
           WHERE c.workspace_id = $1 AND (c.archived_at IS NULL OR s.client_id IS NOT NULL)
           ORDER BY coalesce(s.cost, 0) DESC, c.name"#,
        scope.workspace.0,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.line(ClientId)).collect())
}

pub(super) async fn agents(
    tx: &mut Tx,
    scope: &Scope,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<CostLine<AgentId>>> {
    let rows = sqlx::query_as!(
        CostRow,
        r#"SELECT a.id, a.name, l.micros AS "limit?", coalesce(s.cost, 0) AS "cost!", coalesce(s.tokens, 0) AS "tokens!",
                  coalesce(s.unpriced, 0) AS "unpriced!"
           FROM agent a
           LEFT JOIN cost_limit l ON l.workspace_id = a.workspace_id AND l.agent_id = a.id
           LEFT JOIN (
               SELECT agent_id, within_bigint(sum(micros)) AS cost, within_bigint(sum(input_tokens) + sum(output_tokens)) AS tokens,
                      count(*) FILTER (WHERE micros IS NULL) AS unpriced
               FROM spend WHERE workspace_id = $1 AND at >= $2 AND at < $3 GROUP BY agent_id
           ) s ON s.agent_id = a.id
           WHERE a.workspace_id = $1
           ORDER BY coalesce(s.cost, 0) DESC, a.name"#,
        scope.workspace.0,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.line(AgentId)).collect())
}

pub(super) async fn models(
    tx: &mut Tx,
    scope: &Scope,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<CostLine<String>>> {
    let rows = sqlx::query!(
        r#"SELECT model, coalesce(within_bigint(sum(micros)), 0) AS "cost!", within_bigint(sum(input_tokens) + sum(output_tokens)) AS "tokens!",
                  count(*) FILTER (WHERE micros IS NULL) AS "unpriced!"
           FROM spend WHERE workspace_id = $1 AND at >= $2 AND at < $3
           GROUP BY model ORDER BY 2 DESC, model LIMIT 50"#,
        scope.workspace.0,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (id, name) = (row.model.clone(), row.model);
            CostRow { id, name, cost: row.cost, tokens: row.tokens, unpriced: row.unpriced, limit: None }
        })
        .map(|row| row.line(|model| model))
        .collect())
}
