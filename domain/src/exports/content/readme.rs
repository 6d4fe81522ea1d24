//! What is in it, when it was made, and what is not in it.

use std::io::Write;

use super::Packing;
use crate::{Result, format::zone_name};

pub(super) async fn write<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let (company, workspace) = names(packing).await?;
    let mut text = format!(
        "Everything {workspace} keeps for {company}\n\
         Prepared {} ({})\n\n\
         Requests/         A folder for each request: what was asked for, the conversation\n\
         \x20                 (as text and for programs), what was delivered, and its files.\n\
         Files/            Files that were added and never sent with a request.\n\
         Notes/            Notes about your business.\n\
         Invoices/         Invoices and credit notes.\n\
         payments.json     What you paid, and what went back.\n\
         subscriptions.json, company.json\n\
         \x20                 What you subscribed to, and what you told us about your business.\n\
         people.csv, people.json\n\
         \x20                 Who has access, and who is invited.\n\n\
         Files that end in .md are plain text. Any editor opens them.\n\
         Times in them are in {}. Times in .json files are in UTC.\n\
         Folders with nothing in them are left out.\n",
        packing.times.at(packing.times.now),
        zone_name(packing.times.format.zone),
        zone_name(packing.times.format.zone),
    );
    if !packing.missing.is_empty() {
        text += "\nThese files couldn’t be read and are not included. Please tell us:\n";
        packing.missing.iter().for_each(|path| text += &format!("- {path}\n"));
    }
    packing.text("Read me first.txt", text.replace('\n', "\r\n")).await
}

/// The client's name and the workspace's, as the portal shows them.
async fn names<W>(packing: &Packing<'_, W>) -> Result<(String, String)> {
    let mut tx = packing.db.begin(&packing.reader).await?;
    let row = sqlx::query!(
        r#"SELECT c.name AS company, w.name AS workspace FROM client c JOIN workspace w ON w.id = c.workspace_id
           WHERE c.workspace_id = $1 AND c.id = $2"#,
        packing.claim.workspace.0,
        packing.claim.client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok((row.company, row.workspace))
}
