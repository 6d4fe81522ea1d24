use domain::{
    Db, Error, Scope,
    billing::{queries, words},
    ids::CreditNoteId,
    money::Money,
    workspaces::Letterhead,
};
use papers::Paper;

use super::{blank, column, fact, notes, party, sum, tax_sums};

pub(super) async fn paper(
    db: &Db,
    scope: &Scope,
    head: &Letterhead,
    credit: CreditNoteId,
) -> Result<Paper, Error> {
    let note = queries::get_credit_note(db, scope, credit).await?;
    let mut paper =
        Paper { number: words::credit_number(note.number), ..blank(head, "Credit note", note.issued_at) };
    paper.parties.extend(party("From", &note.bill_from));
    paper.parties.extend(party("Bill to", &note.bill_to));
    paper.facts.push(fact("Issued", head.format.day(note.issued_at)));
    paper.facts.extend(note.invoice.map(|(_, number)| fact("Credits invoice", words::number(number))));
    paper.columns = vec![column("Description", 4, false), column("Amount", 1, true)];
    let currency = note.total.currency;
    paper.rows = note
        .lines
        .iter()
        .map(|line| vec![line.what.clone(), Money::new(line.minor, currency).in_full()])
        .collect();
    paper.sums = note.tax.as_ref().map(|tax| tax_sums(tax, currency)).unwrap_or_default();
    paper.sums.push(sum("Credited", note.total, true));
    paper.notes = notes([note.tax.as_ref().map_or("", |tax| tax.words.as_str()), &note.note]);
    Ok(paper)
}
