use chrono::NaiveDate;

use crate::{
    Db, Error, Result, Scope,
    billing::{read_currency, words, zone_in},
    books::{Month, Statement, StatementEntry},
    ids::ClientId,
    money::Money,
    payments::PaymentMethod,
    scope::operators_only,
};

/// What a client was billed, paid and got back in a year of the workspace's zone. For operators, and for those of the client
/// who may see its bills.
///
/// # Errors
/// [`Error::NotFound`] for everyone else, and for a year that is none.
pub async fn statement(db: &Db, scope: &Scope, client: ClientId, year: i32) -> Result<Statement> {
    let is_own = scope.client == Some(client) && scope.role().is_some_and(|role| role.may_bill());
    if !is_own {
        operators_only(scope)?;
    }
    let first = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| (2000..2200).contains(&year));
    let last = NaiveDate::from_ymd_opt(year.saturating_add(1), 1, 1);
    let (first, last) = first.zip(last).ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let zone = zone_in(&mut tx, scope).await?;
    let (from, to) = (Month(first).begin(zone), Month(last).begin(zone));
    let name = sqlx::query_scalar!(
        "SELECT name FROM client WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let bills = sqlx::query!(
        r#"SELECT number AS "number!", issued_at AS "issued_at!", total_minor, currency, bill_from, bill_to FROM invoice
           WHERE workspace_id = $1 AND client_id = $2 AND state IN ('issued', 'paid') AND issued_at >= $3 AND issued_at < $4
           ORDER BY number"#,
        scope.workspace.0,
        client.0,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    let paid = sqlx::query!(
        r#"SELECT p.received_at, p.amount_minor, p.currency, p.method AS "method: PaymentMethod", p.card, i.number AS "number?"
           FROM payment p LEFT JOIN invoice i ON i.id = p.invoice_id
           WHERE p.workspace_id = $1 AND p.client_id = $2 AND p.withdrawn_at IS NULL AND p.received_at >= $3
             AND p.received_at < $4
           ORDER BY p.received_at, p.id"#,
        scope.workspace.0,
        client.0,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    let back = sqlx::query!(
        r#"SELECT b.at AS "at!", b.number, b.amount_minor AS "amount_minor!", b.currency AS "currency!", b.is_refund AS "is_refund!"
           FROM (SELECT r.ended_at AS at, i.number, r.amount_minor, p.currency, true AS is_refund
                 FROM payment_refund r
                 JOIN payment p ON p.workspace_id = r.workspace_id AND p.client_id = r.client_id AND p.id = r.payment_id
                 LEFT JOIN invoice i ON i.id = p.invoice_id
                 WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.state = 'succeeded' AND r.ended_at >= $3 AND r.ended_at < $4
                 UNION ALL
                 SELECT issued_at, number, total_minor, currency, false FROM credit_note
                 WHERE workspace_id = $1 AND client_id = $2 AND issued_at >= $3 AND issued_at < $4) b
           ORDER BY b.at"#,
        scope.workspace.0,
        client.0,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let number = |number: Option<i64>| {
        number.map(|number| format!(", invoice {}", words::number(number.unsigned_abs()))).unwrap_or_default()
    };
    let (mut bill_from, mut bill_to, mut billed) =
        (String::new(), name.clone(), Vec::with_capacity(bills.len()));
    for bill in bills {
        billed.push(StatementEntry {
            at: bill.issued_at,
            what: format!("Invoice {}", words::number(bill.number.unsigned_abs())),
            amount: Money::new(bill.total_minor, read_currency(&bill.currency)?),
        });
        (bill_from, bill_to) = (bill.bill_from, bill.bill_to);
    }
    let paid: Result<Vec<StatementEntry>> = paid
        .into_iter()
        .map(|paid| {
            let how = match paid.method {
                PaymentMethod::Card if paid.card.is_empty() => "Card".to_owned(),
                PaymentMethod::Card => paid.card,
                PaymentMethod::Bank => "Bank transfer".to_owned(),
                PaymentMethod::Balance => "From your balance".to_owned(),
            };
            let amount = Money::new(paid.amount_minor, read_currency(&paid.currency)?);
            Ok(StatementEntry { at: paid.received_at, what: format!("{how}{}", number(paid.number)), amount })
        })
        .collect();
    let given_back: Result<Vec<StatementEntry>> = back
        .into_iter()
        .map(|back| {
            let what = if back.is_refund {
                format!("Refund{}", number(back.number))
            } else {
                let credit = back.number.unwrap_or_default().unsigned_abs();
                format!("Credit note {}", words::credit_number(credit))
            };
            Ok(StatementEntry {
                at: back.at,
                what,
                amount: Money::new(back.amount_minor, read_currency(&back.currency)?),
            })
        })
        .collect();
    Ok(Statement {
        year,
        client_name: name,
        bill_from,
        bill_to,
        billed,
        paid: paid?,
        given_back: given_back?,
    })
}
