//! What becomes of each request.

use super::{timeline::Timeline, work::DemoWorker};
use crate::{Result, Scope, approvals, requests, reviews};

pub(super) async fn exhibits(tale: &Timeline<'_>, rosa: &Scope) -> Result<()> {
    tale.on(12, 1.0);
    let request = tale
        .ask(
            rosa,
            "Index of the Moreno exhibits",
            "Forty-one exhibits, still with their scanner file names. I need an index by date with one line on each.",
            true,
        )
        .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.plan(&["Read all 41 exhibits", "Put them in order", "Write one line on each"]).await?;
    juno.step("Read 41 exhibits", "two are scans of the same letter", 64).await?;
    juno.tick().await?;
    juno.words("Exhibits 17 and 32 are the same letter. I kept 17, the better scan, and noted the duplicate next to it.").await?;
    juno.tick().await?;
    tale.on(11, 4.0);
    juno.deliver("Index of exhibits", include_str!("texts/exhibits.md")).await?;
    tale.on(11, 6.0);
    reviews::commands::approve(tale.db, rosa, request).await
}

pub(super) async fn renewals(tale: &Timeline<'_>, ines: &Scope) -> Result<()> {
    tale.on(9, 0.5);
    let request = tale
        .ask(
            ines,
            "Renewal letters for October",
            "62 policies renew in October. One letter each, the new premium in the first line.",
            true,
        )
        .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.plan(&["Read the list of renewals", "Draft the letter", "Check every premium"]).await?;
    juno.step("Read the list of renewals", "62 policies, 9 with a higher premium", 31).await?;
    juno.tick().await?;
    let asked = juno
        .ask(
            "Nine premiums go up by more than 10%. Should I explain why?",
            "A sentence about repair costs would cover it. Without one, you may get calls.",
            &[("say", "Explain why"), ("leave", "Leave it out")],
        )
        .await?;
    tale.on(9, 5.0);
    approvals::commands::answer(tale.db, ines, asked, "say").await?;
    juno.words(
        "Thanks. The nine letters now have a sentence about repair costs and the name of someone to call.",
    )
    .await?;
    tale.on(8, 2.0);
    juno.deliver("Renewal letters", include_str!("texts/renewals.md")).await?;
    tale.on(8, 3.0);
    reviews::commands::approve(tale.db, ines, request).await
}

pub(super) async fn fee_agreement(tale: &Timeline<'_>, rosa: &Scope) -> Result<()> {
    tale.on(6, 2.0);
    let request = tale
        .ask(
            rosa,
            "Template for a fee agreement",
            "Contingency, one third, plain English. Two pages max.",
            true,
        )
        .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.plan(&["Read your last three agreements", "Draft in plain English", "Fit it on two pages"]).await?;
    juno.step("Read three agreements", "from 2023, 2024 and 2025", 22).await?;
    juno.tick().await?;
    tale.on(5, 3.0);
    juno.deliver("Fee agreement", include_str!("texts/fee-agreement-1.md")).await?;
    tale.on(5, 5.0);
    reviews::commands::ask_for_change(
        tale.db,
        rosa,
        request,
        "Please say in the first paragraph what happens if we lose.",
    )
    .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.words("The first paragraph now says that if they lose, they owe nothing for our time. It comes before the one-third fee.").await?;
    tale.on(4, 1.0);
    juno.deliver("Fee agreement", include_str!("texts/fee-agreement-2.md")).await?;
    tale.on(4, 2.0);
    reviews::commands::approve(tale.db, rosa, request).await
}

pub(super) async fn phone_script(tale: &Timeline<'_>, ines: &Scope) -> Result<()> {
    tale.on(3, 1.0);
    tale.ask(
        ines,
        "Phone script for new leads",
        "For our two new hires: what to ask, in what order, and what never to promise.",
        true,
    )
    .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.plan(&["Find what your best calls have in common", "Write the script", "Flag what not to promise"])
        .await?;
    juno.step("Read the notes of 14 calls", "four led to a policy", 40).await?;
    juno.tick().await?;
    juno.words("All four calls that led to a policy asked about the household before the car, so the script does too.").await?;
    juno.tick().await?;
    tale.on(2, 2.0);
    juno.deliver("Phone script", include_str!("texts/phone-script.md")).await
}

pub(super) async fn listing(tale: &Timeline<'_>, dana: &Scope) -> Result<()> {
    tale.on(2, 3.0);
    tale.ask(
        dana,
        "Listing description, 14 Alder Street",
        "Three bedrooms, south-facing backyard, kitchen redone in 2019. Photos to come.",
        true,
    )
    .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.plan(&["Look at what sold nearby", "Write the description", "Suggest three headlines"]).await?;
    juno.step("Looked at 12 sales nearby", "9 of them led with the yard", 25).await?;
    juno.tick().await?;
    juno.words("I’d lead with the backyard. Nine of the twelve homes that sold nearby this year did.")
        .await?;
    tale.on(1, 4.0);
    juno.ask(
        "OK to name the school across the street?",
        "It helps sell, but some owners would rather leave it out.",
        &[("name", "Name it"), ("leave", "Leave it out")],
    )
    .await?;
    Ok(())
}

pub(super) async fn chronology(tale: &Timeline<'_>, tom: &Scope) -> Result<()> {
    tale.on(1, 5.0);
    let request = tale
        .ask(
            tom,
            "Chronology of the Delgado matter",
            "From the first call to last week’s letter, with sources.",
            true,
        )
        .await?;
    let mut juno = DemoWorker::take_up(tale.db).await?;
    juno.plan(&["Read the file", "List every date with its source", "Flag what’s disputed"]).await?;
    juno.step("Read 23 documents", "the police report is missing", 35).await?;
    juno.words(
        "I have the dates through March. Two letters mention a police report, but it isn’t in the file.",
    )
    .await?;
    juno.fail(
        "Juno couldn’t open the last four documents. Nothing was lost. Try again, or upload them again.",
    )
    .await?;
    requests::commands::comment(tale.db, tom, request, "I’ve asked the police department for a copy.", &[])
        .await
}

pub(super) async fn in_line(tale: &Timeline<'_>, rosa: &Scope, ines: &Scope, dana: &Scope) -> Result<()> {
    tale.on(0, 0.2);
    tale.ask(
        ines,
        "Compare two carriers’ quotes",
        "For the Marsh family: same coverage, two carriers, one page.",
        true,
    )
    .await?;
    tale.ask(ines, "Fall renewal reminders", "A short reminder letter, four weeks ahead.", false).await?;
    tale.ask(dana, "Open-house sign-in sheet", "One page: name, phone, how they heard about it.", true)
        .await?;
    tale.ask(
        dana,
        "Three weeks of social posts",
        "Two a week, with the Alder Street photos once we have them.",
        false,
    )
    .await?;
    tale.ask(
        rosa,
        "Weekly list of deadlines",
        "Every Friday: what’s due in the next ten days, by matter.",
        false,
    )
    .await?;
    Ok(())
}
