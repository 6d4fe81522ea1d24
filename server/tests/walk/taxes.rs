//! Taxes and books, as the operator and a client's people read them.

use axum::http::StatusCode;
use domain::billing;
use sqlx::PgPool;

use super::{
    answer::{PageResponse, plain},
    browser::Browser,
    town::{OURS, Town},
};

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn text(answer: &PageResponse) -> String {
    plain(answer.body.split_once("<main").expect("a page").1)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rate_is_on_the_next_invoice(pool: PgPool) {
    let town = Town::new(&pool).await;
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let wrong = [("country", "US"), ("name", "Sales tax"), ("percent", "lots"), ("kind", "standard")];
    let told = desk.post_fields("/desk/settings/tax/rates", fields(&wrong)).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", told.gist());
    assert!(text(&told).contains("Enter a percentage from 0 to 100"), "{}", told.gist());
    assert!(told.body.contains("value=\"lots\""), "what was typed stays");
    let right = [("country", "US"), ("name", "Sales tax"), ("percent", "8.875"), ("kind", "standard")];
    let added = desk.post_fields("/desk/settings/tax/rates", fields(&right)).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.gist());
    // A business of the United States says so in its billing details.
    let owner = Browser::of(&town, OURS, &town.quill.client.owner).await;
    let details = [
        ("bill_address", "3 Quay Street"),
        ("bill_country", "US"),
        ("bill_kind", "business"),
        ("bill_tax_number", "00-1234567"),
    ];
    let told = owner.post_fields("/portal/billing/details", fields(&details)).await;
    assert!(text(&told).contains("A right one looks like 91-1144442"), "{}", told.gist());
    let mut details = details;
    details[3].1 = "911144442";
    let kept = owner.post_fields("/portal/billing/details", fields(&details)).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.gist());
    let (db, operator) = (&town.ours.db, &town.ours.operator);
    let draft = town.quill.draft;
    billing::commands::issue(db, operator, draft).await.unwrap();
    let number = billing::queries::get(db, operator, draft).await.unwrap().number.unwrap();
    for (browser, path) in
        [(&desk, format!("/desk/billing/invoices/{draft}")), (&owner, format!("/portal/billing/{number}"))]
    {
        let page = browser.get(&path).await;
        let text = text(&page);
        for words in ["Subtotal", "Sales tax 8.875% on", "Tax number: 91-1144442"] {
            assert!(text.contains(words), "{path} lacks {words}: {}", page.gist());
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_preview_keeps_nothing(pool: PgPool) {
    let town = Town::new(&pool).await;
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let typed = [
        ("mode", "with"),
        ("sold", "standard"),
        ("is_small_business", "on"),
        ("small_business_words", "Too small to tax"),
        ("do", "preview"),
    ];
    let shown = desk.post_fields("/desk/settings/tax", fields(&typed)).await;
    assert!(shown.status.is_success() && shown.body.contains("Too small to tax"), "{}", shown.gist());
    let page = desk.get("/desk/settings/tax").await;
    assert!(!page.body.contains("Too small to tax"), "{}", page.gist());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_month_is_downloaded_as_it_is_called(pool: PgPool) {
    let town = Town::new(&pool).await;
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let file = desk.get("/desk/books/2026-11/invoices").await;
    assert_eq!(
        (file.status, file.kind.as_str()),
        (StatusCode::OK, "text/csv; charset=utf-8"),
        "{}",
        file.headers
    );
    assert!(file.headers.contains("invoices-2026-11.csv"), "{}", file.headers);
    assert!(file.body.contains("\"kind\",\"number\",\"client\""), "{}", file.body);
    for gone in ["/desk/books/2026-13/invoices", "/desk/books/2026-11/payouts"] {
        assert_eq!(desk.get(gone).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
}
