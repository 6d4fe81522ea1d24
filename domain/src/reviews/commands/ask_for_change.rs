use super::approve::{in_review, insert};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    db::one_row,
    ids::RequestId,
    requests::{
        commands::{COMMENT, go_on_in, may_work, text},
        lock::{self, LockedBoard, LockedRequest},
        unseen::{self, UnseenEntry},
    },
    session::{Author, Part},
    words,
};

/// Asks for a change: the request is worked on again in the place that it has, and its clock runs on. Each one is
/// counted against what the subscription grants.
///
/// # Errors
/// Field `reason`; [`Error::Refused`] where there is nothing to review, no change is left, or the subscription is not
/// active.
pub async fn ask_for_change(db: &Db, scope: &Scope, request: RequestId, reason: &str) -> Result<()> {
    may_work(scope)?;
    let mut errors = FieldErrors::new();
    let reason = text(&mut errors, "reason", reason, COMMENT, "Tell us what to change.");
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    let (held, row) = lock::lock_request(&mut tx, scope, request).await?;
    row.still_wanted()?;
    in_review(&row)?;
    count(&mut tx, scope, &held, &row).await?;
    insert(&mut tx, scope, &row, false, &reason).await?;
    unseen::write_in(&mut tx, scope, &row, &UnseenEntry::Change(&reason)).await?;
    let author = Author::of(scope);
    row.append(&mut tx, &author, [Part::DataReview { approved: false, reason }]).await?;
    go_on_in(&mut tx, scope, &held, &row, None, &author).await?;
    tx.commit().await
}

async fn count(tx: &mut Tx, scope: &Scope, held: &LockedBoard, row: &LockedRequest) -> Result<()> {
    let allowed = held.terms.and_then(|terms| terms.revisions);
    if let Some(allowed) = allowed.filter(|allowed| row.revisions_used >= *allowed) {
        return Err(Error::refused(none_left(allowed)));
    }
    let done = sqlx::query!(
        "UPDATE request SET revisions_used = revisions_used + 1 WHERE workspace_id = $1 AND client_id = $2 AND id = $3",
        scope.workspace.0,
        row.client.0,
        row.id.0,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())
}

fn none_left(allowed: i32) -> String {
    let used = match allowed {
        0 => "Your plan doesn’t include revisions".to_owned(),
        1 => "You’ve used the one revision in your plan".to_owned(),
        n => format!("You’ve used all {} in your plan", words::count(n.into(), "revision")),
    };
    format!("{used}. Approve it and send the rest as a new request, or leave a comment.")
}

#[cfg(test)]
mod tests {
    use super::none_left;

    #[test]
    fn says_what_is_used_and_what_to_do() {
        let begins = |allowed: i32, words: &str| {
            assert!(none_left(allowed).starts_with(words), "{}", none_left(allowed))
        };
        begins(0, "Your plan doesn’t include revisions. Approve it");
        begins(1, "You’ve used the one revision in your plan. ");
        begins(2, "You’ve used all 2 revisions in your plan. ");
    }
}
