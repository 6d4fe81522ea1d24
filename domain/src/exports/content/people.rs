//! The client's people, and what it said about itself.

use std::io::Write;

use serde_json::{Value, json};
use sqlx::types::Json;

use super::{
    Packing,
    times::{iso, iso_ms},
};
use crate::{
    Result,
    accounts::{self, People, display_email},
    billing::Recipient,
    exports::table::csv,
    offers::IntakeAnswer,
};

pub(super) async fn write<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let people = accounts::queries::people(packing.db, &packing.reader).await?;
    packing.text("people.csv", table(&people)).await?;
    packing.json("people.json", &list(&people)).await?;
    let company = company(packing).await?;
    packing.json("company.json", &company).await?;
    packing.progress.one_more().await
}

fn table(people: &People) -> String {
    let head = ["Name", "Email", "Role", "Since"].map(str::to_owned).to_vec();
    let here = people.colleagues.iter().map(|one| {
        vec![one.name.clone(), display_email(&one.email), one.role.as_str().to_owned(), iso_ms(one.since)]
    });
    let asked = people.invited.iter().map(|one| {
        vec![
            String::new(),
            display_email(&one.email),
            format!("invited as {}", one.role.as_str()),
            String::new(),
        ]
    });
    csv(std::iter::once(head).chain(here).chain(asked))
}

fn list(people: &People) -> Value {
    let here: Vec<_> = people
        .colleagues
        .iter()
        .map(|one| json!({ "name": one.name, "email": one.email, "role": one.role, "since": iso_ms(one.since) }))
        .collect();
    let invited: Vec<_> = people
        .invited
        .iter()
        .map(|one| json!({ "email": one.email, "role": one.role, "expires": iso_ms(one.expires) }))
        .collect();
    json!({ "people": here, "invited": invited })
}

/// What the client's own forms asked of it.
async fn company<W>(packing: &Packing<'_, W>) -> Result<Value> {
    let mut tx = packing.db.begin(&packing.reader).await?;
    let row = sqlx::query!(
        r#"SELECT name, vertical, intake AS "intake: Json<Vec<IntakeAnswer>>", bill_to,
                  bill_details AS "details: Json<Recipient>", bill_email, created_at, archived_at
           FROM client WHERE workspace_id = $1 AND id = $2"#,
        packing.claim.workspace.0,
        packing.claim.client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(json!({
        "name": row.name,
        "vertical": row.vertical,
        "answers": row.intake.0,
        "bill_to": row.bill_to,
        "bill_details": row.details.map(|details| details.0),
        "bill_email": row.bill_email,
        "client_since": iso(row.created_at),
        "left_at": row.archived_at.map(iso),
    }))
}
