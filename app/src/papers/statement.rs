use chrono::{TimeZone as _, Utc};
use domain::{
    Db, Error, Scope,
    books::{StatementEntry, queries},
    ids::ClientId,
    workspaces::Letterhead,
};
use papers::Paper;

use super::{blank, column, party, sum};
use crate::pages::books::sums;

/// What a client was billed, paid and got back in a year.
pub(super) async fn paper(
    db: &Db,
    scope: &Scope,
    head: &Letterhead,
    client: ClientId,
    year: i32,
) -> Result<Paper, Error> {
    let statement = queries::statement(db, scope, client, year).await?;
    // The file's own date is the year's end, whenever it is drawn.
    let end = Utc.with_ymd_and_hms(year, 12, 31, 0, 0, 0).single().ok_or(Error::NotFound)?;
    let mut paper = Paper { number: year.to_string(), ..blank(head, "Statement", end) };
    paper.parties.extend(party("From", &statement.bill_from));
    paper.parties.extend(party("For", &statement.bill_to));
    paper.columns =
        vec![column("Date", 2, false), column("Description", 4, false), column("Amount", 2, true)];
    let parts = [
        ("Billed", &statement.billed),
        ("Paid", &statement.paid),
        ("Credited and refunded", &statement.given_back),
    ];
    for (heading, entries) in parts.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        paper.rows.push(vec![heading.to_owned(), String::new(), String::new()]);
        let row = |entry: &StatementEntry| {
            vec![head.format.day(entry.at), entry.what.clone(), entry.amount.in_full()]
        };
        paper.rows.extend(entries.iter().map(row));
        paper.sums.extend(sums(entries).into_iter().map(|total| sum(heading, total, true)));
    }
    if paper.rows.is_empty() {
        paper.notes.push("Nothing was billed or paid in this year.".to_owned());
    }
    Ok(paper)
}
