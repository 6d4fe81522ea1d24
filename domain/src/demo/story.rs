//! The story itself, in the order of its days.

use chrono::{DateTime, Utc};

use super::{
    calendar::ZONE,
    mark,
    people::{self, BEN, DANA, INES, OLGA, ROSA, TOM},
    sold::{one_at_a_time, two_at_a_time},
    threads::{chronology, exhibits, fee_agreement, in_line, listing, phone_script, renewals},
    timeline::Timeline,
    work::MODEL,
};
use crate::{
    Db, Result, Scope, SystemRole,
    billing::{self, InvoiceState, commands::subscribe_in, queries::InvoiceFilter},
    costs::{self, PriceForm},
    ids::WorkspaceId,
    offers::{self, IntakeAnswer, Offer, OfferDraft},
    workspaces::commands::{NewWorkspace, create_in},
};

/// Working days that it covers.
pub(super) const DAYS: u32 = 24;

/// Tells it, up to `now`.
pub(super) async fn write_story(db: &Db, now: DateTime<Utc>) -> Result<()> {
    mark(db).await?;
    let hash = people::hash().await?;
    let tale = Timeline { db, now };
    let workspace = workspace(db).await?;
    let olga = people::person(db, workspace, None, OLGA, &hash).await?;
    let two = offer(db, &olga, two_at_a_time()).await?;
    let one = offer(db, &olga, one_at_a_time()).await?;
    costs::commands::set_price(db, &olga, &price()).await?;

    tale.on(23, 1.0);
    let harbor = client(
        db,
        &olga,
        "Harbor & Pine Law",
        "Law office",
        "Harbor & Pine Law\n14 Alder Street\nPortland, OR 97205",
        &two,
        &HARBOR,
    )
    .await?;
    let rosa = people::person(db, workspace, Some(harbor), ROSA, &hash).await?;
    let tom = people::person(db, workspace, Some(harbor), TOM, &hash).await?;
    tale.on(18, 2.0);
    let cedar = client(
        db,
        &olga,
        "Cedar Insurance",
        "Insurance agency",
        "Cedar Insurance\n2 Harbor Row\nPortland, OR 97209",
        &one,
        &CEDAR,
    )
    .await?;
    let ines = people::person(db, workspace, Some(cedar), INES, &hash).await?;
    people::person(db, workspace, Some(cedar), BEN, &hash).await?;

    // Two days after the second came, the operator saw both payments on the account.
    tale.on(16, 0.0);
    for client in [harbor, cedar] {
        pay(db, &olga, client).await?;
    }
    exhibits(&tale, &rosa).await?;
    renewals(&tale, &ines).await?;
    fee_agreement(&tale, &rosa).await?;
    phone_script(&tale, &ines).await?;
    tale.on(2, 1.0);
    let willow = client(
        db,
        &olga,
        "Willow Realty",
        "Real estate agency",
        "Willow Realty\n77 Orchard Lane\nPortland, OR 97214",
        &one,
        &WILLOW,
    )
    .await?;
    let dana = people::person(db, workspace, Some(willow), DANA, &hash).await?;
    listing(&tale, &dana).await?;
    chronology(&tale, &tom).await?;
    in_line(&tale, &rosa, &ines, &dana).await?;
    tale.minutes_ago(1);
    tale.ask(&rosa, "Follow up on last week’s intake calls", include_str!("texts/follow-ups.md"), true)
        .await?;
    Ok(())
}

fn price() -> PriceForm {
    PriceForm { model: MODEL.into(), input: "3".into(), cached: "0.30".into(), output: "15".into() }
}

async fn workspace(db: &Db) -> Result<WorkspaceId> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let new = NewWorkspace { name: "Northlight", zone: ZONE.name(), locale: None, currency: "USD" };
    let workspace = create_in(&mut tx, &new).await?;
    let sender = billing::Sender {
        address: "1 Quay Street\nPortland, OR 97201".into(),
        country: "US".into(),
        ..billing::Sender::default()
    };
    // Whoever tries the demo comes from this machine, every time.
    sqlx::query!(
        "UPDATE workspace SET promise = $2, bill_from = $3, bill_sender = $4, unpaid_of_a_network = 1000 WHERE id = $1",
        workspace.id.0,
        "Ask for work the way you’d ask a coworker. Watch it get done. Every request comes back within 48 hours, not \
         counting weekends.",
        sender.printed("Northlight"),
        sqlx::types::Json(&sender) as _,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(workspace.id)
}

async fn offer(db: &Db, olga: &Scope, draft: OfferDraft) -> Result<Offer> {
    let id = offers::commands::create(db, olga, &draft).await?;
    offers::commands::publish(db, olga, id).await?;
    offers::queries::get(db, olga, id).await
}

async fn client(
    db: &Db,
    olga: &Scope,
    name: &str,
    vertical: &str,
    bill_to: &str,
    offer: &Offer,
    answers: &[&str],
) -> Result<crate::ids::ClientId> {
    let intake: Vec<IntakeAnswer> = offer
        .intake
        .iter()
        .zip(answers)
        .map(|(field, answer)| IntakeAnswer {
            key: field.key.clone(),
            label: field.label.clone(),
            kind: field.kind,
            answer: (*answer).to_owned(),
        })
        .collect();
    let id = people::client(db, olga.workspace, name, vertical, bill_to, &intake).await?;
    let mut tx = db.begin(olga).await?;
    subscribe_in(&mut tx, olga, id, offer).await?;
    tx.commit().await?;
    Ok(id)
}

async fn pay(db: &Db, olga: &Scope, client: crate::ids::ClientId) -> Result<()> {
    let invoices = billing::queries::list(db, olga, Some(client), InvoiceFilter::All, 1).await?;
    for invoice in invoices.invoices.iter().filter(|invoice| invoice.state == InvoiceState::Issued) {
        billing::commands::mark_paid(db, olga, invoice.id).await?;
    }
    Ok(())
}

const HARBOR: [&str; 3] =
    ["Family and injury law, two attorneys", "Friendly and plain", "Following up with people who called."];
const CEDAR: [&str; 3] =
    ["Home and auto insurance for 1,900 households", "Brief", "Renewal letters, every fall."];
const WILLOW: [&str; 3] =
    ["We sell homes on the east side", "Friendly and plain", "Listing descriptions and social posts."];
