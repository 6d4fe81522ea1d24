//! Queueing mail, in the transaction of what it tells about.

use uuid::Uuid;

use super::{MailPaper, PaperKind, text, times};
use crate::{
    Result, Role, Scope, SystemRole, Tx,
    ids::{ClientId, MailId, WorkspaceId},
};

/// Queues a mail in the name of a workspace.
pub async fn queue_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    recipient: &str,
    subject: &str,
    body: &str,
) -> Result<()> {
    let client = tx.client();
    queue_all(tx, (workspace, client), &[recipient.to_owned()], Letter::of(subject, body, None)).await
}

/// Queues a mail to each of a client's people who has a say in the work and has shown that the address is theirs: such a
/// mail carries words that somebody typed, and whose address it is, nobody knows before.
pub async fn queue_to_members_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    subject: &str,
    body: &str,
) -> Result<()> {
    quote_to_members_in(tx, scope, client, subject, body, None).await
}

/// The same where the body says what an event of a session says: [`unquote_in`] finds the mails by it.
pub(crate) async fn quote_to_members_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    subject: &str,
    body: &str,
    quotes: Option<&str>,
) -> Result<()> {
    to_roles_in(tx, scope, client, &[Role::Owner, Role::Member], (subject, body), quotes).await
}

/// Queues a mail to each of a client's owners who has shown that the address is theirs: about the client itself.
pub async fn queue_to_owners_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    subject: &str,
    body: &str,
) -> Result<()> {
    to_roles_in(tx, scope, client, &[Role::Owner], (subject, body), None).await
}

async fn to_roles_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    roles: &[Role],
    (subject, body): (&str, &str),
    quotes: Option<&str>,
) -> Result<()> {
    let roles: Vec<String> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let people = sqlx::query_scalar!(
        "SELECT p.email FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.removed_at IS NULL AND m.role = ANY($3) AND p.confirmed
         ORDER BY m.created_at",
        scope.workspace.0,
        client.0,
        &roles,
    )
    .fetch_all(tx.conn())
    .await?;
    queue_all(tx, (scope.workspace, Some(client)), &people, Letter::of(subject, body, quotes)).await
}

/// Queues a mail to whoever sees to a client's bills: the address that it has its invoices sent to or, without one, each
/// of its people with that role. An address that an operator invited counts as well before it is accepted; one that a
/// client's own people typed does not. It goes to addresses that nobody has confirmed, too: it must hold no word that
/// somebody typed. The paper, on which such words stand, goes with it to those of the client's people alone who have shown that the address is theirs, and
/// to those whom an operator invited. Answers how many there were.
pub async fn queue_to_payers_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    subject: &str,
    body: &str,
    paper: Option<MailPaper>,
) -> Result<usize> {
    let people = sqlx::query!(
        r#"WITH own AS (SELECT bill_email FROM client WHERE workspace_id = $1 AND id = $2 AND bill_email <> '')
           SELECT email AS "email!", bool_or(is_known) AS "is_known!" FROM (
           SELECT bill_email AS email, EXISTS (
               SELECT FROM person p JOIN membership m ON m.person_id = p.id AND m.workspace_id = $1 AND m.client_id = $2
               WHERE p.email = own.bill_email AND p.confirmed AND m.removed_at IS NULL) AS is_known
           FROM own
           UNION
           SELECT p.email, p.confirmed FROM membership m JOIN person p ON p.id = m.person_id
           WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.removed_at IS NULL AND m.role IN ('owner', 'billing')
             AND NOT EXISTS (SELECT FROM own)
           UNION
           SELECT i.email, true FROM invitation i JOIN membership o ON o.person_id = i.invited_by AND o.workspace_id = i.workspace_id
           WHERE i.workspace_id = $1 AND i.client_id = $2 AND i.role IN ('owner', 'billing') AND i.accepted_at IS NULL
             AND i.revoked_at IS NULL AND o.role = 'operator' AND NOT EXISTS (SELECT FROM own)
           ) payer GROUP BY email ORDER BY 1"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let count = people.len();
    let (known, others): (Vec<_>, Vec<_>) = people.into_iter().partition(|row| row.is_known);
    for (rows, paper) in [(known, paper), (others, None)] {
        let people: Vec<String> = rows.into_iter().map(|row| row.email).collect();
        let letter = Letter { subject, body, quotes: None, paper };
        queue_all(tx, (scope.workspace, Some(client)), &people, letter).await?;
    }
    Ok(count)
}

/// Queues a mail to each operator of the workspace, about the scope's client where it has one.
pub async fn queue_to_operators_in(tx: &mut Tx, scope: &Scope, subject: &str, body: &str) -> Result<()> {
    operators_in(tx, scope, scope.client, (subject, body), None).await
}

/// The same about that client: the mail goes when the client is erased.
pub async fn queue_to_operators_about_in(
    tx: &mut Tx,
    scope: &Scope,
    client: Option<ClientId>,
    subject: &str,
    body: &str,
) -> Result<()> {
    operators_in(tx, scope, client, (subject, body), None).await
}

/// The same where the body says what an event of a session says.
pub(crate) async fn quote_to_operators_in(
    tx: &mut Tx,
    scope: &Scope,
    subject: &str,
    body: &str,
    quotes: Option<&str>,
) -> Result<()> {
    operators_in(tx, scope, scope.client, (subject, body), quotes).await
}

async fn operators_in(
    tx: &mut Tx,
    scope: &Scope,
    client: Option<ClientId>,
    (subject, body): (&str, &str),
    quotes: Option<&str>,
) -> Result<()> {
    let people = sqlx::query_scalar!(
        "SELECT p.email FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.workspace_id = $1 AND m.client_id IS NULL AND m.removed_at IS NULL ORDER BY m.created_at",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    queue_all(tx, (scope.workspace, client), &people, Letter::of(subject, body, quotes)).await
}

/// Puts another body in the place of all that quote an event, whatever has become of them. The product does not read its
/// mail back, so it is the sender's office that does it.
pub(crate) async fn unquote_in(tx: &mut Tx, scope: &Scope, event: &str, body: &str) -> Result<()> {
    tx.enter_as(SystemRole::Jobs).await?;
    sqlx::query!(
        "UPDATE mail SET body = $3, quotes = NULL WHERE workspace_id = $1 AND quotes = $2",
        scope.workspace.0,
        event,
        body,
    )
    .execute(tx.conn())
    .await?;
    tx.enter(scope).await
}

/// What a mail says.
struct Letter<'a> {
    subject: &'a str,
    body: &'a str,
    /// The event that it quotes.
    quotes: Option<&'a str>,
    paper: Option<MailPaper>,
}

impl<'a> Letter<'a> {
    fn of(subject: &'a str, body: &'a str, quotes: Option<&'a str>) -> Self {
        Self { subject, body, quotes, paper: None }
    }
}

/// `of`: the workspace, and the client whom the mail is about.
async fn queue_all(
    tx: &mut Tx,
    of: (WorkspaceId, Option<ClientId>),
    people: &[String],
    letter: Letter<'_>,
) -> Result<()> {
    let Letter { subject, body, quotes, paper } = letter;
    let (paper, paper_id) = paper.map(MailPaper::parts).unzip();
    let ids: Vec<Uuid> = people.iter().map(|_| MailId::new().0).collect();
    let (workspace, client) = of;
    let bodies = times::for_each_in(tx, workspace, people, body).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO mail (id, workspace_id, client_id, recipient, subject, body, quotes, not_before, created_at, paper, paper_id)
         SELECT m.id, $3, $8, m.recipient, $4, m.body, $7, $6, $6, $9, $10
         FROM unnest($1::uuid[], $2::text[], $5::text[]) AS m (id, recipient, body)",
        &ids,
        people,
        workspace.0,
        text::one_line(subject),
        &bodies,
        now,
        quotes,
        client.map(|client| client.0),
        paper.map(PaperKind::as_str),
        paper_id,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
