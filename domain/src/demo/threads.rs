//! What becomes of each request.

use super::{tale::Tale, work::Worker};
use crate::{Result, Scope, approvals, requests, reviews};

pub(super) async fn exhibits(tale: &Tale<'_>, rosa: &Scope) -> Result<()> {
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

pub(super) async fn renewals(tale: &Tale<'_>, ines: &Scope) -> Result<()> {
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

pub(super) async fn fee_agreement(tale: &Tale<'_>, rosa: &Scope) -> Result<()> {
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

pub(super) async fn phone_script(tale: &Tale<'_>, ines: &Scope) -> Result<()> {
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

pub(super) async fn listing(tale: &Tale<'_>, dana: &Scope) -> Result<()> {
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

pub(super) async fn chronology(tale: &Tale<'_>, tom: &Scope) -> Result<()> {
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

pub(super) async fn in_line(tale: &Tale<'_>, rosa: &Scope, ines: &Scope, dana: &Scope) -> Result<()> {
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
