mod bills;
mod columns;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures::stream::{self, BoxStream, StreamExt};
use uuid::Uuid;

use columns::columns;

use crate::{
    Db, Result, Scope,
    billing::{read_currency, words as billing_words, zone_in},
    books::{
        BookFile, Month,
        csv::{Cell, amount, head, row, words},
    },
    money::Money,
    scope::operators_only,
};

/// How many rows are read at a time: no transaction waits for whoever downloads.
const PAGE: i64 = 500;
/// Begins a file that a spreadsheet reads as UTF-8.
const MARK: &str = "\u{feff}";

/// A file on its way.
pub struct BookDownload {
    /// `invoices-2026-11.csv`
    pub name: String,
    pub pieces: BoxStream<'static, Result<Bytes>>,
}

struct Progress {
    db: Db,
    scope: Scope,
    file: BookFile,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: Tz,
    /// The last row that was read.
    after: Option<(DateTime<Utc>, Uuid)>,
    is_begun: bool,
    is_done: bool,
}

/// A file of a month's books, read in pieces as it is written.
///
/// # Errors
/// [`crate::Error::NotFound`] for anyone but an operator; its pieces' where the database goes away.
pub async fn download(db: &Db, scope: &Scope, file: BookFile, month: Month) -> Result<BookDownload> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let zone = zone_in(&mut tx, scope).await?;
    tx.commit().await?;
    let begun = Progress {
        db: db.clone(),
        scope: scope.clone(),
        file,
        from: month.begin(zone),
        to: month.next().begin(zone),
        zone,
        after: None,
        is_begun: false,
        is_done: false,
    };
    let pieces = stream::try_unfold(begun, |mut progress: Progress| async move {
        if progress.is_done {
            return Ok(None);
        }
        let mut text = String::new();
        if !progress.is_begun {
            progress.is_begun = true;
            text.push_str(if progress.file == BookFile::Xero { "" } else { MARK });
            text.push_str(&head(columns(progress.file)));
        }
        text.push_str(&progress.page().await?);
        Ok(Some((Bytes::from(text), progress)))
    });
    Ok(BookDownload { name: format!("{}-{}.csv", file.as_str(), month.code()), pieces: pieces.boxed() })
}

/// An invoice's number, where there is one.
fn number_or_blank(number: Option<i64>) -> Cell {
    words(number.map(|number| billing_words::number(number.unsigned_abs())).unwrap_or_default())
}

impl Progress {
    fn day(&self, at: Option<DateTime<Utc>>) -> Cell {
        words(at.map(|at| at.with_timezone(&self.zone).format("%Y-%m-%d").to_string()).unwrap_or_default())
    }

    async fn page(&mut self) -> Result<String> {
        match self.file {
            BookFile::Invoices | BookFile::Xero => self.bills().await,
            BookFile::Payments | BookFile::Fees => self.payments().await,
            BookFile::Refunds => self.refunds().await,
        }
    }

    fn read(&mut self, rows: usize, last: Option<(DateTime<Utc>, Uuid)>) {
        self.is_done = i64::try_from(rows).is_ok_and(|rows| rows < PAGE);
        self.after = last.or(self.after);
    }

    async fn payments(&mut self) -> Result<String> {
        let mut tx = self.db.begin(&self.scope).await?;
        let rows = sqlx::query!(
            r#"SELECT p.id, p.received_at, c.name, i.number AS "number?", p.method, p.card, p.reference, p.currency,
                      p.amount_minor, p.applied_minor, p.fee_minor, p.withdrawn_at
               FROM payment p
               JOIN client c ON c.workspace_id = p.workspace_id AND c.id = p.client_id
               LEFT JOIN invoice i ON i.id = p.invoice_id
               WHERE p.workspace_id = $1 AND p.received_at >= $2 AND p.received_at < $3 AND (NOT $7 OR p.fee_minor IS NOT NULL)
                 AND ($4::timestamptz IS NULL OR (p.received_at, p.id) > ($4, $5::uuid))
               ORDER BY p.received_at, p.id LIMIT $6"#,
            self.scope.workspace.0,
            self.from,
            self.to,
            self.after.map(|(at, _)| at),
            self.after.map(|(_, id)| id),
            PAGE,
            self.file == BookFile::Fees,
        )
        .fetch_all(tx.conn())
        .await?;
        tx.commit().await?;
        self.read(rows.len(), rows.last().map(|row| (row.received_at, row.id)));
        let mut text = String::new();
        for paid in rows {
            let currency = read_currency(&paid.currency)?;
            let money = |minor: i64| amount(Money::new(minor, currency));
            let number = number_or_blank(paid.number);
            let (received, client) = (self.day(Some(paid.received_at)), words(paid.name));
            text.push_str(&if self.file == BookFile::Fees {
                let fee = paid.fee_minor.unwrap_or_default();
                row(&[
                    received,
                    client,
                    number,
                    words(paid.reference),
                    words(paid.currency),
                    money(paid.amount_minor),
                    money(fee),
                    money(paid.amount_minor - fee),
                ])
            } else {
                row(&[
                    received,
                    client,
                    number,
                    words(paid.method),
                    words(paid.card),
                    words(paid.reference),
                    words(paid.currency),
                    money(paid.amount_minor),
                    money(paid.applied_minor),
                    paid.fee_minor.map_or_else(|| words(""), money),
                    self.day(paid.withdrawn_at),
                ])
            });
        }
        Ok(text)
    }

    async fn refunds(&mut self) -> Result<String> {
        let mut tx = self.db.begin(&self.scope).await?;
        let rows = sqlx::query!(
            r#"SELECT r.id, r.asked_at, r.ended_at, c.name, i.number AS "number?", r.state, p.currency, r.amount_minor, r.reason,
                      r.reference
               FROM payment_refund r
               JOIN payment p ON p.workspace_id = r.workspace_id AND p.client_id = r.client_id AND p.id = r.payment_id
               JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
               LEFT JOIN invoice i ON i.id = p.invoice_id
               WHERE r.workspace_id = $1 AND r.asked_at >= $2 AND r.asked_at < $3
                 AND ($4::timestamptz IS NULL OR (r.asked_at, r.id) > ($4, $5::uuid))
               ORDER BY r.asked_at, r.id LIMIT $6"#,
            self.scope.workspace.0,
            self.from,
            self.to,
            self.after.map(|(at, _)| at),
            self.after.map(|(_, id)| id),
            PAGE,
        )
        .fetch_all(tx.conn())
        .await?;
        tx.commit().await?;
        self.read(rows.len(), rows.last().map(|row| (row.asked_at, row.id)));
        let mut text = String::new();
        for back in rows {
            let money = amount(Money::new(back.amount_minor, read_currency(&back.currency)?));
            text.push_str(&row(&[
                self.day(Some(back.asked_at)),
                self.day(back.ended_at),
                words(back.name),
                number_or_blank(back.number),
                words(back.state),
                words(back.currency),
                money,
                words(back.reason),
                words(back.reference.unwrap_or_default()),
            ]));
        }
        Ok(text)
    }
}
