//! The story itself, in the order of its days.

use chrono::{DateTime, Utc};

use super::{
    calendar::ZONE,
    mark,
    people::{self, BEN, DANA, INES, OLGA, ROSA, TOM},
    tale::Tale,
    work::{MODEL, Worker},
};
use crate::{
    Db, Office, Result, Scope, approvals,
    billing::{self, InvoiceState, commands::subscribe_in, queries::Filter},
    costs::{self, TypedPrice},
    ids::WorkspaceId,
    money::{Currency, Money},
    offers::{self, Draft, IntakeAnswer, IntakeField, IntakeKind, Interval, Offer, Starts, Terms},
    requests, reviews,
    workspaces::commands::{NewWorkspace, create_in},
};

/// Working days that it covers.
pub(super) const DAYS: u32 = 24;

/// Tells it, up to `now`.
pub(super) async fn tell(db: &Db, now: DateTime<Utc>) -> Result<()> {
    mark(db).await?;
    let hash = people::hash().await?;
    let tale = Tale { db, now };
    let workspace = workspace(db).await?;
    let olga = people::person(db, workspace, None, OLGA, &hash).await?;
    let two = offer(db, &olga, two_at_a_time()).await?;
    let one = offer(db, &olga, one_at_a_time()).await?;
    costs::set_price(db, &olga, &price()).await?;

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
        "Estate agency",
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

fn price() -> TypedPrice {
    TypedPrice { model: MODEL.into(), input: "3".into(), cached: "0.30".into(), output: "15".into() }
}

async fn workspace(db: &Db) -> Result<WorkspaceId> {
    let mut tx = db.begin_as(Office::Auth).await?;
    let new = NewWorkspace { name: "Northlight", zone: ZONE.name(), currency: "USD" };
    let workspace = create_in(&mut tx, &new).await?;
    sqlx::query!(
        "UPDATE workspace SET promise = $2, bill_from = $3 WHERE id = $1",
        workspace.id.0,
        "Ask for work as you would ask a colleague. Watch it being done. Stop it, steer it, approve it. Every request \
         back within 48 hours, weekends aside.",
        "Northlight\n1 Quay Street\nPortland, OR 97201",
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(workspace.id)
}

async fn offer(db: &Db, olga: &Scope, draft: Draft) -> Result<Offer> {
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
    let invoices = billing::queries::list(db, olga, Some(client), Filter::All, 1).await?;
    for invoice in invoices.invoices.iter().filter(|invoice| invoice.state == InvoiceState::Issued) {
        billing::commands::mark_paid(db, olga, invoice.id).await?;
    }
    Ok(())
}

fn two_at_a_time() -> Draft {
    draft(
        "Two at a time",
        "For an office where something is always waiting.",
        500_000,
        2,
        None,
        &["Pause when you like, keep the days"],
    )
}

fn one_at_a_time() -> Draft {
    draft(
        "One at a time",
        "For a steady stream of work, one thing after another.",
        300_000,
        1,
        Some(2),
        &["Pause when you like, keep the days"],
    )
}

fn draft(
    name: &str,
    summary: &str,
    minor: i64,
    active_limit: u32,
    revisions: Option<u32>,
    points: &[&str],
) -> Draft {
    Draft {
        name: name.into(),
        summary: summary.into(),
        vertical: "law offices, insurance agencies, estate agents".into(),
        terms: Terms {
            price: Money::new(minor, Currency::USD),
            interval: Interval::Month,
            active_limit,
            cycle_hours: 48,
            revisions,
            starts: Starts::AtOnce,
        },
        points: points.iter().map(|point| (*point).to_owned()).collect(),
        intake: intake(),
    }
}

fn intake() -> Vec<IntakeField> {
    let field = |key: &str, label: &str, hint: &str, kind, options: &[&str], required| IntakeField {
        key: key.into(),
        label: label.into(),
        hint: hint.into(),
        kind,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        required,
    };
    vec![
        field("field", "What does your business do?", "A sentence is enough.", IntakeKind::Text, &[], true),
        field(
            "tone",
            "How do you write to your clients?",
            "",
            IntakeKind::Choice,
            &["Formal", "Friendly and plain", "Brief"],
            true,
        ),
        field(
            "first",
            "What would you hand over first?",
            "Whatever costs you evenings.",
            IntakeKind::Long,
            &[],
            false,
        ),
    ]
}

const HARBOR: [&str; 3] =
    ["Family and injury law, two attorneys", "Friendly and plain", "Writing back to people who called."];
const CEDAR: [&str; 3] =
    ["Home and motor insurance for 1,900 households", "Brief", "Renewal letters, every autumn."];
const WILLOW: [&str; 3] =
    ["We sell homes on the east side", "Friendly and plain", "Listing texts and posts."];

async fn exhibits(tale: &Tale<'_>, rosa: &Scope) -> Result<()> {
    tale.on(12, 1.0);
    let request = tale
        .ask(
            rosa,
            "Index of the Moreno exhibits",
            "Forty-one exhibits, named as they were scanned. I need an index by date with one line on each.",
            true,
        )
        .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.plan(&["Read all 41 exhibits", "Put them in order", "Write one line on each"]).await?;
    juno.step("Read 41 exhibits", "two are scans of the same letter", 64).await?;
    juno.tick().await?;
    juno.words("Exhibits 17 and 32 are the same letter. I kept 17, which is the better scan, and noted the other beside it.").await?;
    juno.tick().await?;
    tale.on(11, 4.0);
    juno.deliver("Index of exhibits", include_str!("texts/exhibits.md")).await?;
    tale.on(11, 6.0);
    reviews::approve(tale.db, rosa, request).await
}

async fn renewals(tale: &Tale<'_>, ines: &Scope) -> Result<()> {
    tale.on(9, 0.5);
    let request = tale
        .ask(
            ines,
            "Renewal letters for October",
            "62 policies renew in October. One letter each, the new premium in the first line.",
            true,
        )
        .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.plan(&["Read the list of renewals", "Draft the letter", "Check every premium"]).await?;
    juno.step("Read the list of renewals", "62 policies, 9 with a higher premium", 31).await?;
    juno.tick().await?;
    let asked = juno
        .ask(
            "Nine premiums rise by more than a tenth. Shall I say why?",
            "A sentence on repair costs would explain it. Without it you may get calls.",
            &[("say", "Say why"), ("leave", "Leave it out")],
        )
        .await?;
    tale.on(9, 5.0);
    approvals::answer(tale.db, ines, asked, "say").await?;
    juno.words("Thank you. The nine letters now have a sentence on repair costs, and a name to call.")
        .await?;
    tale.on(8, 2.0);
    juno.deliver("Renewal letters", include_str!("texts/renewals.md")).await?;
    tale.on(8, 3.0);
    reviews::approve(tale.db, ines, request).await
}

async fn fee_agreement(tale: &Tale<'_>, rosa: &Scope) -> Result<()> {
    tale.on(6, 2.0);
    let request = tale
        .ask(
            rosa,
            "Template for a fee agreement",
            "Contingency, a third, plain words. Two pages at most.",
            true,
        )
        .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.plan(&["Read your last three agreements", "Draft in plain words", "Fit it on two pages"]).await?;
    juno.step("Read three agreements", "from 2023, 2024 and 2025", 22).await?;
    juno.tick().await?;
    tale.on(5, 3.0);
    juno.deliver("Fee agreement", include_str!("texts/fee-agreement-1.md")).await?;
    tale.on(5, 5.0);
    reviews::ask_for_change(
        tale.db,
        rosa,
        request,
        "Please say in the first paragraph what happens when we lose.",
    )
    .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.words("If you lose, you owe nothing for our time: that now stands in the first paragraph, before the third is named.").await?;
    tale.on(4, 1.0);
    juno.deliver("Fee agreement", include_str!("texts/fee-agreement-2.md")).await?;
    tale.on(4, 2.0);
    reviews::approve(tale.db, rosa, request).await
}

async fn phone_script(tale: &Tale<'_>, ines: &Scope) -> Result<()> {
    tale.on(3, 1.0);
    tale.ask(
        ines,
        "Phone script for new leads",
        "For the two new colleagues: what to ask, in which order, and what never to promise.",
        true,
    )
    .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.plan(&[
        "Listen to what your best calls have in common",
        "Write the script",
        "Mark what must not be promised",
    ])
    .await?;
    juno.step("Read the notes of 14 calls", "four ended in a policy", 40).await?;
    juno.tick().await?;
    juno.words("The four calls that ended in a policy all asked about the household before the car. The script does the same.").await?;
    juno.tick().await?;
    tale.on(2, 2.0);
    juno.deliver("Phone script", include_str!("texts/phone-script.md")).await
}

async fn listing(tale: &Tale<'_>, dana: &Scope) -> Result<()> {
    tale.on(2, 3.0);
    tale.ask(
        dana,
        "Listing text, 14 Alder Street",
        "Three bedrooms, a garden to the south, a kitchen from 2019. Photos come later.",
        true,
    )
    .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.plan(&["Look at what sold nearby", "Write the text", "Suggest three titles"]).await?;
    juno.step("Looked at 12 sales nearby", "gardens were named first in 9 of them", 25).await?;
    juno.tick().await?;
    juno.words("I would begin with the garden: nine of the twelve homes that sold nearby this year did.")
        .await?;
    tale.on(1, 4.0);
    juno.ask(
        "May I name the school across the street?",
        "It sells, but some owners would rather not have it in the text.",
        &[("name", "Name it"), ("leave", "Leave it out")],
    )
    .await?;
    Ok(())
}

async fn chronology(tale: &Tale<'_>, tom: &Scope) -> Result<()> {
    tale.on(1, 5.0);
    let request = tale
        .ask(
            tom,
            "Chronology of the Delgado matter",
            "From the first call to last week’s letter, with sources.",
            true,
        )
        .await?;
    let mut juno = Worker::take_up(tale.db).await?;
    juno.plan(&["Read the file", "List every date with its source", "Mark what is contested"]).await?;
    juno.step("Read 23 documents", "the police report is missing", 35).await?;
    juno.words(
        "I have the dates up to March. The police report is named in two letters and is not in the file.",
    )
    .await?;
    juno.fail(
        "Juno could not open the last four documents. Nothing is lost; try again, or add them once more.",
    )
    .await?;
    requests::commands::comment(tale.db, tom, request, "I have asked the court for a copy.", &[]).await
}

async fn in_line(tale: &Tale<'_>, rosa: &Scope, ines: &Scope, dana: &Scope) -> Result<()> {
    tale.on(0, 0.2);
    tale.ask(
        ines,
        "Compare two carriers’ quotes",
        "For the Marsh family: same cover, two carriers, one page.",
        true,
    )
    .await?;
    tale.ask(ines, "Renewal reminders, autumn", "A short reminder four weeks before, by mail.", false)
        .await?;
    tale.ask(dana, "Open-house sign-in sheet", "One page, name, phone, how they heard of it.", true).await?;
    tale.ask(dana, "Three weeks of posts", "Two a week, with the Alder Street photos when they come.", false)
        .await?;
    tale.ask(
        rosa,
        "Weekly list of deadlines",
        "Every Friday: what is due in the next ten days, by matter.",
        false,
    )
    .await?;
    Ok(())
}
