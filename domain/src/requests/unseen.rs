//! What one side wrote and the other has not looked at: a mail, and a mark on the desk's Today or the client's home.
//!
//! The mail goes out for the first of what is not seen; more of it until then shows on the page. Answering is seeing.

use crate::{
    Actor, Db, Result, Role, Scope, Tx,
    db::one_row,
    ids::RequestId,
    live_hints, mail,
    requests::{
        commands::may_work,
        lock::{self, LockedRequest},
    },
};

/// How much of what was written a mail holds, in characters.
const SHOWN: usize = 2_000;

/// What somebody did to a request in words, or with files.
pub(crate) enum UnseenEntry<'a> {
    /// A comment; empty where files came alone. `event`: which one it is in the session.
    Comment { text: &'a str, files: usize, event: &'a str },
    /// What should be different.
    Change(&'a str),
    /// What was answered to a question about it.
    Answer { question: &'a str, label: &'a str },
}

/// Marks a request for the other side and writes the mail, in the transaction of what was written.
pub(crate) async fn write_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    wrote: &UnseenEntry<'_>,
) -> Result<()> {
    let Actor::Person { name, role, .. } = &scope.actor else { return Ok(()) };
    let by_desk = *role == Role::Operator;
    let now = tx.now();
    let first = sqlx::query!(
        r#"UPDATE request r
           SET desk_unseen_since = CASE WHEN $4 THEN NULL ELSE coalesce(r.desk_unseen_since, $5) END,
               desk_unseen_from = CASE WHEN $4 THEN '' ELSE $6 END,
               client_unseen_since = CASE WHEN $4 THEN coalesce(r.client_unseen_since, $5) END,
               client_unseen_from = CASE WHEN $4 THEN $6 ELSE '' END
           FROM (SELECT id, desk_unseen_since, client_unseen_since FROM request
                 WHERE workspace_id = $1 AND client_id = $2 AND id = $3 FOR NO KEY UPDATE) before
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.id = before.id
           RETURNING CASE WHEN $4 THEN before.client_unseen_since ELSE before.desk_unseen_since END IS NULL AS "first!",
                     (SELECT c.name FROM client c WHERE c.workspace_id = $1 AND c.id = $2) AS "client!""#,
        scope.workspace.0,
        row.client.0,
        row.id.0,
        by_desk,
        now,
        name.as_str(),
    )
    .fetch_one(tx.conn())
    .await?;
    if !first.first {
        return Ok(());
    }
    let (who, title) = (mail::plain(name), mail::plain(&row.title));
    let words = format!("{who} {}", wrote.words(&title));
    if by_desk {
        let subject = match wrote {
            UnseenEntry::Answer { .. } => format!("{who} answered for you: {title}"),
            UnseenEntry::Comment { .. } | UnseenEntry::Change(_) => format!("{who} wrote to you: {title}"),
        };
        let body = format!("{words}\n\nRead and answer it here:\n{{link:/portal/requests/{}}}\n", row.number);
        return mail::commands::quote_to_members_in(tx, scope, row.client, &subject, &body, wrote.event())
            .await;
    }
    let client = mail::plain(&first.client);
    let subject = match wrote {
        UnseenEntry::Comment { .. } => format!("{client} wrote: #{} {title}", row.number),
        UnseenEntry::Change(_) => format!("{client} wants a change: #{} {title}", row.number),
        UnseenEntry::Answer { .. } => format!("{client} answered: #{} {title}", row.number),
    };
    let body = format!(
        "{words}\n\nRead and answer it here:\n{{link:/desk/clients/{}/requests/{}}}\n",
        row.client, row.number
    );
    mail::commands::quote_to_operators_in(tx, scope, &subject, &body, wrote.event()).await
}

/// The mails that quote a comment no longer do, in the transaction that deletes it. Those that wait still say that there
/// was one; what was sent is with whoever got it.
pub(crate) async fn unquote_in(tx: &mut Tx, scope: &Scope, row: &LockedRequest, event: &str) -> Result<()> {
    let Actor::Person { name, role, .. } = &scope.actor else { return Ok(()) };
    let (who, title) = (mail::plain(name), mail::plain(&row.title));
    let link = match role {
        Role::Operator => format!("/portal/requests/{}", row.number),
        _ => format!("/desk/clients/{}/requests/{}", row.client, row.number),
    };
    let body = format!(
        "{who} wrote about “{title}”, then deleted the comment.\n\nSee the request here:\n{{link:{link}}}\n"
    );
    mail::commands::unquote_in(tx, scope, event, &body).await
}

impl UnseenEntry<'_> {
    fn event(&self) -> Option<&str> {
        match self {
            Self::Comment { event, .. } => Some(event),
            Self::Change(_) | Self::Answer { .. } => None,
        }
    }

    fn words(&self, title: &str) -> String {
        let quoted = |text: &str| {
            let shown: String = text.chars().take(SHOWN).collect();
            let more = if text.chars().count() > SHOWN { " …" } else { "" };
            format!("{}{more}", mail::plain(&shown))
        };
        match self {
            Self::Comment { text: "", files, .. } => {
                format!("added {} to “{title}”.", crate::words::count(*files as i64, "file"))
            }
            Self::Comment { text, .. } => format!("wrote about “{title}”:\n\n{}", quoted(text)),
            Self::Change(reason) => format!("wants something changed in “{title}”:\n\n{}", quoted(reason)),
            Self::Answer { question, label } => {
                format!(
                    "answered a question about “{title}”.\n\n{}\n\nAnswer: {}",
                    quoted(question),
                    quoted(label)
                )
            }
        }
    }
}

/// Says that what the other side wrote has been looked at.
///
/// # Errors
/// [`crate::Error::NotFound`] where the scope does not see the request.
pub async fn see(db: &Db, scope: &Scope, request: RequestId) -> Result<()> {
    may_work(scope)?;
    let mut tx = db.begin(scope).await?;
    let client = lock::client_of(&mut tx, scope, request).await?;
    let row = lock::find_in(&mut tx, scope, client, request).await?;
    let done = sqlx::query!(
        "UPDATE request
         SET desk_unseen_since = CASE WHEN $4 THEN NULL ELSE desk_unseen_since END,
             client_unseen_since = CASE WHEN $4 THEN client_unseen_since END
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        client.0,
        request.0,
        scope.role() == Some(Role::Operator),
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())?;
    live_hints::publish(&mut tx, scope, client, "request", Some(row.number)).await?;
    tx.commit().await
}
