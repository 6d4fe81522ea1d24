use std::fmt;

use sqlx::types::Json;

use super::{Backend, Settings};
use crate::{Db, Error, Result, runs::Claimed};

/// How the agent of a run is reached, as it is set now.
#[derive(Clone, PartialEq, Eq)]
pub struct Reach {
    pub backend: Backend,
    pub settings: Settings,
    /// What it may use without being asked.
    pub tools: Vec<String>,
    /// What it is let in with. Never for a log, a session or a prompt.
    pub key: Option<String>,
}

impl Reach {
    /// Whether the agent may use the tool without being asked.
    pub fn allows(&self, tool: &str) -> bool {
        self.tools.iter().any(|allowed| allowed == tool)
    }
}

/// Without the key.
impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { backend, settings, tools, key } = self;
        f.debug_struct("Reach")
            .field("backend", backend)
            .field("settings", settings)
            .field("tools", tools)
            .field("has_key", &key.is_some())
            .finish()
    }
}

/// How the agent of a worker's run is reached.
///
/// # Errors
/// [`Error::NotFound`] where the agent is gone; [`Error::Broken`] where its key does not open.
pub async fn reach(db: &Db, claimed: &Claimed) -> Result<Reach> {
    let mut tx = db.begin(&claimed.scope).await?;
    let row = sqlx::query!(
        r#"SELECT backend AS "backend: Backend", settings AS "settings: Json<Settings>", tools FROM agent
           WHERE workspace_id = $1 AND id = $2"#,
        claimed.scope.workspace.0,
        claimed.agent.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let key = super::key::key(db, &claimed.scope, claimed.agent).await?;
    // It never comes back out of the agent's mouth.
    if let Some(key) = &key {
        claimed.hide(key.reveal());
    }
    Ok(Reach {
        backend: row.backend,
        settings: row.settings.0,
        tools: row.tools,
        key: key.map(|key| key.reveal().to_owned()),
    })
}
