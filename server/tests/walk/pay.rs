//! A link to pay: it opens one invoice for whoever holds it, opening it changes nothing, and once revoked it opens nothing.

use axum::http::StatusCode;
use domain::{billing, payments::commands};
use sqlx::PgPool;

use super::{
    answer::plain,
    browser::Browser,
    digest::RowWatch,
    town::{OURS, THEIRS, Town},
};

/// The page of a link to quillhaven's open invoice, and what is left to pay there.
async fn linked(town: &Town) -> (String, String) {
    let (db, invoice) = (&town.ours.db, town.quill.issued.0);
    let token = commands::create_link(db, &town.quill.client.owner, invoice).await.unwrap();
    let pay = domain::payments::queries::pay_view(db, &town.quill.client.owner, invoice).await.unwrap();
    (token.path(), pay.rest.minor.to_string())
}

#[sqlx::test(migrations = "../migrations")]
async fn a_scanner_that_opens_a_link_changes_nothing(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (path, _) = linked(&town).await;
    let mut watch = RowWatch::new(&pool, &town.ids()).await;
    let scanner = Browser::new(&town, OURS);
    for address in [&path, &format!("{path}/invoice"), &format!("{path}/done?checkout=cs_1"), &path] {
        let page = scanner.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.gist());
        assert!(page.headers.contains("noindex") && page.headers.contains("no-store"), "{}", page.headers);
        assert!(!page.bytes().contains("brackenmoor"), "{address}: {}", page.gist());
    }
    let changes = watch.changes().await;
    assert!(changes.is_empty(), "{}", changes.join("\n"));
}

#[sqlx::test(migrations = "../migrations")]
async fn how_to_transfer_is_mailed_to_those_who_pay_and_to_nobody_else(pool: PgPool) {
    let town = Town::new(&pool).await;
    sqlx::query("UPDATE workspace SET bill_sender = jsonb_set(coalesce(bill_sender, '{}'), '{bank}', '\"Routing: 123\"')")
        .execute(&pool)
        .await
        .unwrap();
    let (path, rest) = linked(&town).await;
    let stranger = Browser::new(&town, OURS);
    let sent = |rest: &str| {
        [("way", "bank"), ("rest", rest)].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    // An amount that was another when the page was opened.
    let late = stranger.post_fields(&path, sent("1")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(plain(&late.body).contains("The amount has changed"), "{}", late.gist());
    let mails = || async {
        let mails: Vec<(String, String)> =
            sqlx::query_as("SELECT recipient, body FROM mail WHERE subject LIKE 'Bank details%'")
                .fetch_all(&pool)
                .await
                .unwrap();
        mails
    };
    assert!(mails().await.is_empty());
    let answer = stranger.post_fields(&path, sent(&rest)).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    let mails = mails().await;
    assert!(!mails.is_empty());
    for (recipient, body) in mails {
        assert!(recipient.contains("quillhaven"), "{recipient}");
        assert!(body.contains("Routing: 123") && body.contains("Reference: Invoice "), "{body}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_link_ends_where_it_is_revoked_and_says_where_its_invoice_ended(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (path, rest) = linked(&town).await;
    let (db, operator, invoice) = (&town.ours.db, &town.ours.operator, town.quill.issued.0);
    let stranger = Browser::new(&town, OURS);
    // At another workspace's door it is no link.
    assert_eq!(Browser::new(&town, THEIRS).get(&path).await.status, StatusCode::NOT_FOUND);

    billing::commands::void(db, operator, invoice).await.unwrap();
    let page = stranger.get(&path).await;
    assert!(plain(&page.body).contains("There’s nothing to pay"), "{}", page.gist());
    let fields = vec![("way".to_owned(), "another".to_owned()), ("rest".to_owned(), rest)];
    let late = stranger.post_fields(&path, fields).await;
    assert_eq!(late.location, path, "nobody pays what is void: {}", late.gist());

    commands::revoke_links(db, operator, invoice).await.unwrap();
    for address in [&path, &format!("{path}/invoice"), &format!("{path}/done")] {
        let gone = stranger.get(address).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{address}");
        assert!(plain(&gone.body).contains("This payment link doesn’t work anymore"), "{}", gone.gist());
    }
}

/// What nobody owes any more is not asked for on the page.
#[sqlx::test(migrations = "../migrations")]
async fn a_paid_invoice_asks_for_nothing(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (path, _) = linked(&town).await;
    billing::commands::mark_paid(&town.ours.db, &town.ours.operator, town.quill.issued.0).await.unwrap();
    let page = Browser::new(&town, OURS).get(&path).await;
    let text = plain(page.body.split_once("<main").expect("a page").1);
    assert!(text.contains("Paid"), "{text}");
    for wrong in ["Amount due", "What happens when", "Bank transfer", "Due "] {
        assert!(!text.contains(wrong), "it still says {wrong}: {text}");
    }
}
