use crate::{
    Db, Error, Result, Tx, mail,
    requests::{
        Column,
        commands::shift_in,
        lock::{LockedBoard, LockedRequest},
        position,
    },
    runs::{self, ClaimedRun},
    session::{Author, RunState},
    webhooks::{
        EventKind,
        commands::{enqueue, with_fields},
    },
};

/// Ends the run and puts what was delivered before the client: the request is in Review, its clock stands still, and
/// the client gets a mail.
///
/// # Errors
/// As [`runs::is_lost`] tells; [`Error::Refused`] where nothing was delivered, and for a sub-run.
pub async fn submit_for_review(db: &Db, claimed: &ClaimedRun) -> Result<()> {
    runs::commands::may_hand_over(claimed)?;
    let scope = &claimed.scope;
    let mut tx = db.begin(scope).await?;
    let (held, row) = runs::commands::lock_claim(&mut tx, claimed).await?;
    if !has_delivered(&mut tx, claimed).await? {
        return Err(Error::refused("Nothing has been delivered yet, so there’s nothing to review."));
    }
    runs::commands::end_in(&mut tx, scope, &held, &row, &claimed.living(), RunState::Completed, None).await?;
    if row.column != Column::Review {
        let position = position::end_in(&mut tx, scope, held.client, Column::Review).await?;
        shift_in(&mut tx, scope, &held, &row, Column::Review, position, &Author::of(scope)).await?;
    }
    mail_client(&mut tx, claimed, &held, &row).await?;
    let told = with_fields(row.webhook_data(), [("run", claimed.run.to_string().into())]);
    enqueue(&mut tx, scope, EventKind::DeliverableSubmitted, told).await?;
    tx.commit().await
}

async fn has_delivered(tx: &mut Tx, claimed: &ClaimedRun) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM deliverable WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3)
           AS "any!""#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.request.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

async fn mail_client(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    held: &LockedBoard,
    row: &LockedRequest,
) -> Result<()> {
    let subject = format!("Ready for your review: {}", row.title);
    let body = format!(
        "{} finished “{}”. Take a look, then approve it or ask for a revision:\n{{link:/portal/requests/{}}}\n\n\
         The clock is paused until you do.\n",
        mail::plain(&claimed.agent_name),
        mail::plain(&row.title),
        row.number,
    );
    mail::commands::queue_to_members_in(tx, &claimed.scope, held.client, &subject, &body).await
}
