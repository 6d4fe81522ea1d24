use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use super::{PAGE, Progress, number_or_blank};
use crate::{
    Result,
    billing::{InvoiceLine, read_currency, words as billing_words},
    books::{
        BookFile,
        csv::{Cell, amount, row, words},
    },
    money::{Currency, Money},
    tax::Assessment,
};

/// An invoice or a credit note.
struct Bill {
    kind: String,
    id: Uuid,
    number: i64,
    name: String,
    issued_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    paid_at: Option<DateTime<Utc>>,
    state: String,
    currency: String,
    lines: Json<Vec<InvoiceLine>>,
    total: i64,
    net: i64,
    tax: Option<Json<Assessment>>,
    /// The number of the invoice that a credit note takes back.
    credits: Option<i64>,
}

impl Bill {
    fn is_credit(&self) -> bool {
        self.kind == "credit_note"
    }

    fn number(&self) -> String {
        let number = self.number.unsigned_abs();
        if self.is_credit() { billing_words::credit_number(number) } else { billing_words::number(number) }
    }

    /// An amount of it; a credit note's are below zero.
    fn signed(&self, minor: i64, currency: Currency) -> Cell {
        amount(Money::new(if self.is_credit() { -minor } else { minor }, currency))
    }
}

impl Progress {
    /// A page of invoices and credit notes, as the portal's own columns or as Xero's.
    pub(super) async fn bills(&mut self) -> Result<String> {
        let mut tx = self.db.begin(&self.scope).await?;
        let rows = sqlx::query_as!(
            Bill,
            r#"SELECT b.kind AS "kind!", b.id AS "id!", b.number AS "number!", c.name, b.issued_at AS "issued_at!", b.due_at, b.paid_at,
                      b.state AS "state!", b.currency AS "currency!", b.lines AS "lines!: Json<Vec<InvoiceLine>>",
                      b.total_minor AS "total!", b.net_minor AS "net!", b.tax AS "tax: Json<Assessment>", b.credits
               FROM (SELECT 'invoice' AS kind, id, client_id, number, issued_at, due_at, paid_at, state, currency, lines,
                            total_minor, coalesce(net_minor, total_minor) AS net_minor, tax, NULL::bigint AS credits
                     FROM invoice WHERE workspace_id = $1 AND state <> 'draft' AND issued_at >= $2 AND issued_at < $3
                     UNION ALL
                     SELECT 'credit_note', n.id, n.client_id, n.number, n.issued_at, NULL, n.settled_at,
                            CASE WHEN n.settled_at IS NULL THEN 'open' ELSE 'paid_back' END, n.currency, n.lines, n.total_minor,
                            coalesce(n.net_minor, n.total_minor), n.tax, i.number
                     FROM credit_note n LEFT JOIN invoice i ON i.id = n.invoice_id
                     WHERE n.workspace_id = $1 AND n.issued_at >= $2 AND n.issued_at < $3) b
               JOIN client c ON c.workspace_id = $1 AND c.id = b.client_id
               WHERE $4::timestamptz IS NULL OR (b.issued_at, b.id) > ($4, $5::uuid)
               ORDER BY b.issued_at, b.id LIMIT $6"#,
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
        self.read(rows.len(), rows.last().map(|row| (row.issued_at, row.id)));
        let mut text = String::new();
        for bill in rows {
            let currency = read_currency(&bill.currency)?;
            match self.file {
                // What was never to be paid is no sale.
                BookFile::Xero if bill.state == "void" => {}
                BookFile::Xero => text.push_str(&self.xero_rows(&bill, currency)),
                _ => text.push_str(&self.bill_row(&bill, currency)),
            }
        }
        Ok(text)
    }

    fn bill_row(&self, bill: &Bill, currency: Currency) -> String {
        let tax = bill.tax.as_ref().map(|tax| &tax.0);
        let rates =
            tax.map(|tax| tax.sums.iter().map(|sum| sum.word.as_str()).collect::<Vec<_>>().join("; "));
        row(&[
            words(bill.kind.as_str()),
            words(bill.number()),
            words(bill.name.as_str()),
            self.day(Some(bill.issued_at)),
            self.day(bill.due_at),
            self.day(bill.paid_at),
            words(bill.state.as_str()),
            words(bill.currency.as_str()),
            bill.signed(bill.net, currency),
            bill.signed(bill.total - bill.net, currency),
            bill.signed(bill.total, currency),
            words(rates.unwrap_or_default()),
            words(tax.map_or("", |tax| tax.treatment.as_str())),
            number_or_blank(bill.credits),
        ])
    }

    /// A row for each line.
    fn xero_rows(&self, bill: &Bill, currency: Currency) -> String {
        let tax = bill.tax.as_ref().map(|tax| &tax.0);
        let rows = bill.lines.iter().enumerate().map(|(place, line)| {
            let of = tax.and_then(|tax| tax.lines.get(place).map(|of| (tax, of)));
            let (net, charged) = of.map_or((line.minor, 0), |(_, of)| (of.net, of.tax));
            let word = of.and_then(|(tax, of)| tax.sums.iter().find(|sum| sum.rate == of.rate));
            row(&[
                words(bill.name.as_str()),
                words(bill.number()),
                number_or_blank(bill.credits),
                self.day(Some(bill.issued_at)),
                self.day(bill.due_at.or(Some(bill.issued_at))),
                words(line.what.as_str()),
                Cell::Number("1".to_owned()),
                bill.signed(net, currency),
                words("200"),
                words(word.map_or("Tax Exempt", |sum| sum.word.as_str())),
                bill.signed(charged, currency),
                words(bill.currency.as_str()),
            ])
        });
        rows.collect()
    }
}
