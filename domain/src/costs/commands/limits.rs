use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx, agents,
    audit::{self, NewEntry},
    costs::{LimitHit, Micros, Subject},
    ids::ClientId,
    money::MoneyError,
    requests::commands::operator,
    runs::ClaimedRun,
};

impl Subject {
    pub(in crate::costs) fn ids(self) -> (Option<uuid::Uuid>, Option<uuid::Uuid>) {
        match self {
            Self::Agent(id) => (Some(id.0), None),
            Self::Client(id) => (None, Some(id.0)),
        }
    }

    /// The client whose costs they are, where it is one alone.
    async fn client_in(self, tx: &mut Tx, scope: &Scope) -> Result<Option<ClientId>> {
        match self {
            Self::Agent(id) => agents::queries::client_in(tx, scope, id).await,
            Self::Client(id) => Ok(Some(id)),
        }
    }
}

/// Raises a limit as an operator has allowed; one that was raised or lifted meanwhile stays.
pub(crate) async fn raise(db: &Db, claimed: &ClaimedRun, hit: &LimitHit) -> Result<()> {
    let scope = Scope::system(claimed.scope.workspace);
    let (agent, client) = hit.subject.ids();
    let mut tx = db.begin(&scope).await?;
    sqlx::query!(
        "UPDATE cost_limit SET micros = greatest(micros, $4)
         WHERE workspace_id = $1 AND (agent_id = $2 OR client_id = $3)",
        scope.workspace.0,
        agent,
        client,
        hit.raised().0,
    )
    .execute(tx.conn())
    .await?;
    let of = hit.subject.client_in(&mut tx, &scope).await?;
    let entry = NewEntry { client: of, ..NewEntry::done("raise_limit", hit.name.as_str()) };
    audit::commands::record_in(
        &mut tx,
        &scope,
        entry.changed(hit.limit.to_string(), hit.raised().to_string()),
    )
    .await?;
    tx.commit().await
}

/// Sets the most that it may cost in a month, typed in dollars; nothing typed: no limit.
///
/// # Errors
/// Field `limit`; [`Error::NotFound`].
pub async fn set_limit(db: &Db, scope: &Scope, subject: Subject, typed: &str) -> Result<()> {
    operator(scope)?;
    let limit = checked(typed)?;
    let (agent, client) = subject.ids();
    let mut tx = db.begin(scope).await?;
    let name = exists(&mut tx, scope, subject).await?;
    sqlx::query!(
        "DELETE FROM cost_limit WHERE workspace_id = $1 AND (agent_id = $2 OR client_id = $3)",
        scope.workspace.0,
        agent,
        client,
    )
    .execute(tx.conn())
    .await?;
    if let Some(limit) = limit {
        sqlx::query!(
            "INSERT INTO cost_limit (workspace_id, agent_id, client_id, micros) VALUES ($1, $2, $3, $4)",
            scope.workspace.0,
            agent,
            client,
            limit.0,
        )
        .execute(tx.conn())
        .await?;
    }
    let entry = NewEntry::done(if limit.is_some() { "set_limit" } else { "remove_limit" }, name);
    let entry = NewEntry { client: subject.client_in(&mut tx, scope).await?, ..entry };
    audit::commands::record_in(
        &mut tx,
        scope,
        NewEntry { after: limit.map(|limit| limit.to_string()), ..entry },
    )
    .await?;
    tx.commit().await
}

/// Holds it, so that two who set its limit do so one after the other.
async fn exists(tx: &mut Tx, scope: &Scope, subject: Subject) -> Result<String> {
    let found = match subject {
        Subject::Agent(id) => {
            sqlx::query_scalar!(
                "SELECT name FROM agent WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
                scope.workspace.0,
                id.0
            )
            .fetch_optional(tx.conn())
            .await?
        }
        Subject::Client(id) => {
            sqlx::query_scalar!(
                "SELECT name FROM client WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
                scope.workspace.0,
                id.0
            )
            .fetch_optional(tx.conn())
            .await?
        }
    };
    found.ok_or(Error::NotFound)
}

fn checked(typed: &str) -> Result<Option<Micros>> {
    match Micros::parse(typed) {
        Err(MoneyError::Empty) => Ok(None),
        Ok(limit) if limit.0 > 0 => Ok(Some(limit)),
        Ok(_) => {
            Err(wrong("Enter more than 0, or leave blank for no limit. To stop an agent, pause it.".into()))
        }
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn wrong(words: String) -> Error {
    Error::Fields(FieldErrors::one("limit", words))
}
