//! How far the packing is, for the page.

use super::claim::Claim;
use crate::{Db, Error, Result, live_hints};

/// In how many steps it is told of.
const STEPS: u32 = 100;
/// At every how many of them open pages are told to look again.
const TOLD: u32 = 10;

pub(super) struct ExportProgress {
    db: Db,
    claim: Claim,
    done: u32,
    total: u32,
    step: u32,
}

impl ExportProgress {
    /// Nothing is packed yet of so many entries.
    pub(super) async fn begin(db: &Db, claim: &Claim, total: u32) -> Result<Self> {
        let mut progress = Self { db: db.clone(), claim: claim.clone(), done: 0, total, step: 0 };
        progress.write(true).await?;
        Ok(progress)
    }

    /// One entry more.
    ///
    /// # Errors
    /// [`Error::Broken`] once another node packs it.
    pub(super) async fn one_more(&mut self) -> Result<()> {
        self.done = (self.done + 1).min(self.total);
        let step = self.done * STEPS / self.total.max(1);
        if step == self.step {
            return Ok(());
        }
        let told = step / TOLD != self.step / TOLD;
        self.step = step;
        self.write(told).await
    }

    async fn write(&mut self, told: bool) -> Result<()> {
        let (claim, scope) = (&self.claim, self.claim.scope());
        let mut tx = self.db.begin(&scope).await?;
        let held = sqlx::query!(
            "UPDATE client_export SET done = $5, total = $6
             WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state = 'working'",
            claim.workspace.0,
            claim.client.0,
            claim.export.0,
            claim.attempt,
            self.done.cast_signed(),
            self.total.cast_signed(),
        )
        .execute(tx.conn())
        .await?
        .rows_affected();
        if held != 1 {
            return Err(lost());
        }
        if told {
            live_hints::publish(&mut tx, &scope, claim.client, "export", None).await?;
        }
        tx.commit().await
    }
}

/// Another node has taken it up meanwhile.
pub(super) fn lost() -> Error {
    Error::Broken("a client's download is packed by another node by now".to_owned())
}
