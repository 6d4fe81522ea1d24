//! Papers to keep: a PDF of each invoice and credit note, for whoever may see it and for nobody else.

use axum::http::StatusCode;
use domain::{billing, payments::commands};
use sqlx::PgPool;

use super::{
    answer::PageResponse,
    browser::Browser,
    town::{OURS, THEIRS, Town},
};

/// What a PDF says, its line breaks as spaces.
fn read(answer: &PageResponse) -> String {
    let document = lopdf::Document::load_mem(&answer.content).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_paper(answer: &PageResponse, name: &str) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.gist());
    for part in ["application/pdf", "attachment; filename=", name, "no-store", "nosniff"] {
        assert!(answer.headers.contains(part), "{part} in {}", answer.headers);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invoice_is_the_same_paper_for_all_who_may_see_it(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (db, operator, quill) = (&town.ours.db, &town.ours.operator, &town.quill);
    sqlx::query("UPDATE workspace SET bill_sender = jsonb_set(coalesce(bill_sender, '{}'), '{bank}', '\"Routing: 123 000 848\"')")
        .execute(&pool)
        .await
        .unwrap();
    let (invoice, number) = quill.issued;
    let link = commands::create_link(db, &quill.client.owner, invoice).await.unwrap().path();
    let desk = Browser::of(&town, OURS, operator).await;
    let owner = Browser::of(&town, OURS, &quill.client.owner).await;
    let stranger = Browser::new(&town, OURS);
    let mine = format!("/portal/billing/{number}/pdf");
    let printed = billing::words::number(number);
    let paper = owner.get(&mine).await;
    is_paper(&paper, &format!("Invoice {printed}.pdf"));
    let kept = billing::queries::get(db, operator, invoice).await.unwrap();
    let text = read(&paper);
    let address = kept.bill_to.lines().last().unwrap().to_owned();
    let line = kept.lines[0].what.clone();
    for words in [&printed, &kept.total.in_full(), &address, &line, "123 000 848", "Page 1 of 1"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    for (browser, path) in [
        (&desk, format!("/desk/billing/invoices/{invoice}/pdf")),
        (&stranger, format!("{link}/invoice/pdf")),
        (&owner, mine.clone()),
    ] {
        let same = browser.get(&path).await;
        is_paper(&same, "Invoice");
        assert_eq!(same.content, paper.content, "{path}");
    }
    // Nobody else's, not with another workspace's door, another client's people, or a link that has ended.
    let theirs = Browser::of(&town, OURS, &town.bracken.client.owner).await;
    let elsewhere = Browser::of(&town, THEIRS, &town.theirs.operator).await;
    commands::revoke_links(db, operator, invoice).await.unwrap();
    for (browser, path) in [
        (&theirs, mine.clone()),
        (&theirs, format!("/desk/billing/invoices/{invoice}/pdf")),
        (&elsewhere, format!("/desk/billing/invoices/{invoice}/pdf")),
        (&stranger, format!("{link}/invoice/pdf")),
        (&desk, format!("/desk/billing/invoices/{}/pdf", quill.draft)),
    ] {
        let refused = browser.get(&path).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{path}: {}", refused.gist());
    }
    // Paid, it says so, and asks for nothing.
    billing::commands::mark_paid(db, operator, invoice).await.unwrap();
    let paid = read(&owner.get(&mine).await);
    assert!(paid.contains("Paid ") && !paid.contains("Pay by bank transfer"), "{paid}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_credit_note_is_a_paper_too(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (db, operator, quill) = (&town.ours.db, &town.ours.operator, &town.quill);
    let note = billing::queries::get_credit_note(db, operator, quill.credit.0).await.unwrap();
    let printed = billing::words::credit_number(note.number);
    let owner = Browser::of(&town, OURS, &quill.client.owner).await;
    let desk = Browser::of(&town, OURS, operator).await;
    let paper = owner.get(&format!("/portal/billing/credits/{}/pdf", note.number)).await;
    is_paper(&paper, &format!("Credit note {printed}.pdf"));
    assert!(read(&paper).contains(&note.total.in_full()));
    let same = desk.get(&format!("/desk/billing/credits/{}/pdf", note.id)).await;
    assert_eq!(same.content, paper.content);
    let theirs = Browser::of(&town, OURS, &town.bracken.client.owner).await;
    let refused = theirs.get(&format!("/portal/billing/credits/{}/pdf", note.number)).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}
