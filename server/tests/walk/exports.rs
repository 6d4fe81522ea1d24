//! Everything of a client's, downloaded through the real router.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use domain::exports;
use sqlx::PgPool;

use super::{
    browser::Browser,
    town::{OURS, Town},
};

async fn set(town: &Town, sql: &'static str) {
    sqlx::query(sql).bind(town.quill.client.id.0).execute(&town.ours.pool).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_download_is_named_and_whole_and_kept_by_no_cache(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (owner, path) = (&town.quill.client.owner, format!("/portal/data/{}/download", town.quill.export));
    let shown = exports::queries::view(&town.ours.db, owner).await.unwrap();
    let bytes = shown.ready.unwrap().bytes.unwrap();
    let browser = Browser::of(&town, OURS, owner).await;
    let asked = browser.request("GET", &path).header(header::ACCEPT_ENCODING, "gzip, br");
    let zip = browser.send(asked.body(Body::empty()).unwrap()).await;
    assert_eq!((zip.status, zip.kind.as_str()), (StatusCode::OK, "application/zip"), "{}", zip.headers);
    for header in [
        "\"attachment; filename=".to_owned(),
        "quillhaven & Partners 2026-11-23.zip".to_owned(),
        "\"private, no-store\"".to_owned(),
        format!("\"content-length\": \"{bytes}\""),
    ] {
        assert!(zip.headers.contains(&header), "{header} is not in {}", zip.headers);
    }
    assert!(!zip.headers.contains("content-encoding"), "it is packed already");

    set(&town, "UPDATE client_export SET expires_at = created_at WHERE client_id = $1").await;
    let gone = browser.get(&path).await;
    assert_eq!(gone.status, StatusCode::GONE);
    for words in ["That download is no longer available.", "Prepare download"] {
        assert!(gone.body.contains(words), "{words} is not on the page: {}", gone.gist());
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn those_of_a_client_that_has_left_are_shown_the_way_out(pool: PgPool) {
    let town = Town::new(&pool).await;
    set(&town, "UPDATE client SET archived_at = created_at WHERE id = $1").await;
    let browser = Browser::of(&town, OURS, &town.quill.client.owner).await;
    let home = browser.get("/portal").await;
    for words in
        ["Your account is closed.", "You can read and download everything until", "href=\"/portal/data\""]
    {
        assert!(home.body.contains(words), "{words} is not on the page: {}", home.gist());
    }
    let done = browser.post_fields("/portal/data", Vec::new()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.gist());
    let page = browser.get("/portal/data").await;
    assert!(page.body.contains("Preparing the download"), "{}", page.gist());
    let member = Browser::of(&town, OURS, &town.quill.client.member).await;
    let page = member.get("/portal/data").await;
    let ask = "Only an owner can download everything. Ask quillhaven Owner.";
    assert!(page.body.contains(ask) && !page.body.contains("/download\""), "{}", page.gist());
}
