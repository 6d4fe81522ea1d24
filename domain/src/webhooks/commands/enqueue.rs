use serde_json::{Value, json};

use crate::{Result, Scope, Tx, ids::WebhookEventId, requests::lock::LockedRequest, webhooks::EventKind};

/// Writes down that something happened, for the webhooks that want it. It is sent if and only if the transaction commits.
///
/// Bodies are thin: what it is about, by its ids and a line. Whoever wants more asks the API.
pub(crate) async fn enqueue(tx: &mut Tx, scope: &Scope, kind: EventKind, data: Value) -> Result<()> {
    let (id, now) = (WebhookEventId::new(), tx.now());
    let body = json!({
        "type": kind.as_str(),
        "timestamp": now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "data": data,
    });
    sqlx::query!(
        "INSERT INTO webhook_event (id, workspace_id, kind, body, at) VALUES ($1, $2, $3, $4, $5)",
        id.0,
        scope.workspace.0,
        kind.as_str(),
        body.to_string(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

impl LockedRequest {
    /// The request, as webhooks are told of it.
    pub(crate) fn webhook_data(&self) -> Value {
        json!({ "client": self.client, "request": self.id, "number": self.number, "title": self.title })
    }
}

/// The same with more.
pub(crate) fn with_fields<const N: usize>(mut data: Value, more: [(&str, Value); N]) -> Value {
    for (name, value) in more {
        data[name] = value;
    }
    data
}
