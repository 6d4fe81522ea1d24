//! Requests, each in a folder of its own, with all that belongs to it.

use std::{collections::HashMap, io::Write};

use super::{Packing, conversation};
use crate::{
    Result, deliverables,
    files::{self, File},
    ids::{DeliverableId, FileId},
    requests::{Detail, Priority, queries},
    session,
};

/// Where what a request names lies, from its folder on.
#[derive(Default)]
pub(super) struct Paths {
    pub(super) files: HashMap<FileId, String>,
    pub(super) deliverables: HashMap<(DeliverableId, u32), String>,
}

pub(super) async fn write<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    for number in numbers(packing).await? {
        let (reader, client) = (packing.reader.clone(), packing.claim.client);
        let detail = queries::by_number(packing.db, &reader, client, number.cast_unsigned()).await?;
        request(packing, &detail).await?;
        packing.progress.one_more().await?;
    }
    Ok(())
}

/// Those that were withdrawn, too.
async fn numbers<W>(packing: &Packing<'_, W>) -> Result<Vec<i64>> {
    let mut tx = packing.db.begin(&packing.reader).await?;
    let numbers = sqlx::query_scalar!(
        "SELECT number FROM request WHERE workspace_id = $1 AND client_id = $2 ORDER BY number",
        packing.claim.workspace.0,
        packing.claim.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(numbers)
}

async fn request<W: Write + Send + 'static>(packing: &mut Packing<'_, W>, detail: &Detail) -> Result<()> {
    let title = &detail.card.title;
    let folder = packing.names.place("Requests", &format!("{:04} {title}", detail.card.number));
    let paths = placed(packing, &folder, detail);
    packing.text(&format!("{folder}/request.md"), head(packing, detail, &paths)).await?;
    let conversation =
        session::queries::read(packing.db, &packing.reader, detail.session_stream).await?.conversation;
    let text = conversation::markdown(&packing.times, detail, &conversation, &paths);
    packing.text(&format!("{folder}/conversation.md"), text).await?;
    let json = conversation::json(detail, &conversation)?;
    packing.json(&format!("{folder}/conversation.json"), &json).await?;
    for file in own_files(detail) {
        packing.file(&format!("{folder}/{}", paths.files[&file.id]), file).await?;
        packing.progress.one_more().await?;
    }
    delivered(packing, &folder, detail, &paths).await
}

/// Its files that are not what it came to.
fn own_files(detail: &Detail) -> impl Iterator<Item = &File> {
    let is_delivered = |file: &File| {
        let versions = detail.deliverables.iter().flat_map(|deliverable| &deliverable.versions);
        versions.filter_map(|version| version.file.as_ref()).any(|delivered| delivered.id == file.id)
    };
    detail.files.iter().filter(move |file| !is_delivered(file))
}

/// Gives everything its place before anything names it.
fn placed<W>(packing: &mut Packing<'_, W>, folder: &str, detail: &Detail) -> Paths {
    let mut paths = Paths::default();
    let mut place = |inside: &str, name: &str| {
        let path = packing.names.place(&format!("{folder}/{inside}"), name);
        path.strip_prefix(&format!("{folder}/")).unwrap_or(&path).to_owned()
    };
    for deliverable in &detail.deliverables {
        for version in deliverable.versions.iter().rev() {
            let name = match &version.file {
                Some(file) => numbered(&file.name, version.version),
                None => numbered(&format!("{}.md", without_md(&deliverable.title)), version.version),
            };
            let path = place("Deliverables", &name);
            if let Some(file) = &version.file {
                paths.files.insert(file.id, path.clone());
            }
            paths.deliverables.insert((deliverable.id, version.version), path);
        }
    }
    for file in own_files(detail) {
        paths.files.insert(file.id, place("Files", &file.name));
    }
    paths
}

fn without_md(title: &str) -> &str {
    title.strip_suffix(".md").unwrap_or(title)
}

/// `Lease (version 2).md`
fn numbered(name: &str, version: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 16 && !ending.contains(' ') => {
            format!("{stem} (version {version}).{ending}")
        }
        _ => format!("{name} (version {version})"),
    }
}

async fn delivered<W: Write + Send + 'static>(
    packing: &mut Packing<'_, W>,
    folder: &str,
    detail: &Detail,
    paths: &Paths,
) -> Result<()> {
    for deliverable in &detail.deliverables {
        for version in deliverable.versions.iter().rev() {
            let path = format!("{folder}/{}", paths.deliverables[&(deliverable.id, version.version)]);
            match &version.file {
                Some(file) => packing.file(&path, file).await?,
                None => {
                    let reader = packing.reader.clone();
                    let full =
                        deliverables::queries::version(packing.db, &reader, deliverable.id, version.version)
                            .await?;
                    packing.text(&path, full.body.unwrap_or_default()).await?;
                }
            }
            packing.progress.one_more().await?;
        }
    }
    Ok(())
}

/// What stands on its page beside the conversation.
fn head<W>(packing: &Packing<'_, W>, detail: &Detail, paths: &Paths) -> String {
    let (card, times) = (&detail.card, &packing.times);
    let mut facts = vec![match detail.withdrawn_at {
        Some(at) => format!("Status: withdrawn {}", times.words(at)),
        None => format!("Status: {}", card.column.label()),
    }];
    let by = if detail.asked_by.is_empty() { String::new() } else { format!(" by {}", detail.asked_by) };
    facts.push(format!("Asked{by}: {}", times.words(card.created_at)));
    match card.priority {
        Priority::Low => facts.push("Priority: low".to_owned()),
        Priority::Normal => {}
        Priority::High => facts.push("Priority: high".to_owned()),
    }
    facts.extend(card.agent.as_ref().map(|agent| format!("Worked on by: {agent}")));
    facts.extend(detail.started_at.map(|at| format!("Started: {}", times.words(at))));
    facts.extend(card.done_at.map(|at| match &card.done_by {
        Some(by) => format!("Done: {}, approved by {by}", times.words(at)),
        None => format!("Done: {}", times.words(at)),
    }));
    let mut text = format!("# {} (#{})\n\n", card.title, card.number);
    facts.iter().for_each(|fact| text += &format!("- {fact}\n"));
    text += &format!("\n{}\n\n## Details\n\n{}\n", times.note(), detail.brief);
    text += &listed("Files", own_files(detail).map(|file| (&file.name, &paths.files[&file.id])));
    let versions = detail.deliverables.iter().flat_map(|deliverable| {
        let of = |version: &deliverables::Version| {
            (&deliverable.title, &paths.deliverables[&(deliverable.id, version.version)])
        };
        deliverable.versions.iter().map(of).collect::<Vec<_>>()
    });
    text + &listed("Deliverables", versions)
}

fn listed<'a>(heading: &str, links: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let lines: String = links.map(|(name, path)| format!("- {}\n", conversation::link(name, path))).collect();
    if lines.is_empty() { lines } else { format!("\n## {heading}\n\n{lines}") }
}

/// Files that were added and belong to no request.
pub(super) async fn loose_files<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let mut tx = packing.db.begin(&packing.reader).await?;
    let ids = sqlx::query_scalar!(
        "SELECT f.id FROM file f
         WHERE f.workspace_id = $1 AND f.client_id = $2 AND f.request_id IS NULL
           AND NOT EXISTS (SELECT FROM deliverable_version v
                           WHERE v.workspace_id = f.workspace_id AND v.client_id = f.client_id AND v.file_id = f.id)
         ORDER BY f.created_at, f.id",
        packing.claim.workspace.0,
        packing.claim.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    for id in ids {
        match files::queries::get(packing.db, &packing.reader, FileId(id)).await {
            Ok(file) => {
                let path = packing.names.place("Files", &file.name);
                packing.file(&path, &file).await?;
            }
            // Cleared meanwhile: nobody sent it.
            Err(crate::Error::NotFound) => {}
            Err(error) => return Err(error),
        }
        packing.progress.one_more().await?;
    }
    Ok(())
}
