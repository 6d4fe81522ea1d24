//! What is named that is not one's own, and what those who are not signed in are told.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use server::router;
use sqlx::PgPool;

use super::{
    browser::Browser,
    digest::RowWatch,
    examples::{is_hook, path},
    town::{OURS, Town},
};

/// What an owner names in a form or an address that is not their client's.
#[sqlx::test(migrations = "../migrations")]
async fn nothing_foreign_is_reached_by_naming_it(pool: PgPool) {
    let town = Town::new(&pool).await;
    let ours = town.ids();
    let mut watch = RowWatch::new(&pool, &ours).await;
    let number = town.bracken.portal.review.0.number;
    let approval = town.quill.portal.waiting.1;
    let deliverable = town.quill.portal.review.1;
    let operator = super::tenant::membership(&town.ours.operator);
    let owner = Browser::of(&town, OURS, &town.bracken.client.owner).await;
    for path in [
        format!("/portal/requests/{number}/approval/{approval}"),
        format!("/portal/people/{operator}/role"),
        format!("/portal/people/{operator}/removal"),
        format!("/portal/people/{}/removal", town.quill.spare[0]),
        format!("/portal/people/invitations/{}/mail", town.candidate),
        format!("/portal/people/invitations/{}/revocation", town.candidate),
    ] {
        let fields = vec![("answer".into(), "yes".into()), ("role".into(), "member".into())];
        let answer = owner.post_fields(&path, fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.gist());
    }
    let answer = owner.get(&format!("/portal/requests/{number}/deliverables/{deliverable}")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);

    // An operator's addresses name a client and what is its.
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let (one, other) = (town.quill.client.id, town.bracken.client.id);
    let theirs = town.quill.desk.review.0.number;
    let crossed = format!("/desk/clients/{other}/requests");
    for path in [
        format!("{crossed}/{theirs}"),
        format!("{crossed}/{theirs}/now"),
        format!("{crossed}/{number}/deliverables/{deliverable}"),
    ] {
        assert_eq!(desk.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        format!("{crossed}/{theirs}/stop"),
        format!("{crossed}/{number}/approval/{approval}"),
        format!("/desk/clients/{other}/people/{}/removal", town.quill.spare[0]),
        format!("/desk/clients/{one}/people/{operator}/removal"),
        format!("/desk/people/{}/removal", town.quill.spare[0]),
        format!("/desk/people/invitations/{}/revocation", town.quill.invitations[0]),
    ] {
        let answer = desk.post_fields(&path, vec![("answer".into(), "yes".into())]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.gist());
    }
    let changes = watch.changes().await;
    assert!(changes.is_empty(), "{}", changes.join("\n"));
}

/// Whoever was signed out while writing signs in and is back where the form stood, not where it is sent to.
#[sqlx::test(migrations = "../migrations")]
async fn whoever_is_signed_out_comes_back_to_the_page(pool: PgPool) {
    let town = Town::new(&pool).await;
    let browser = Browser::new(&town, OURS);
    assert_eq!(
        browser.get("/portal/requests/401?a=b").await.location,
        "/sign-in?next=%2Fportal%2Frequests%2F401%3Fa%3Db"
    );
    for (from, to) in [
        ("http://ours.test/portal/requests/401?a=b#now", "%2Fportal%2Frequests%2F401%3Fa%3Db"),
        ("http://evil.test/portal", ""),
        ("rubbish", ""),
    ] {
        let request = browser.request("POST", "/portal/requests/401/comments").header(header::REFERER, from);
        let answer = browser.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.location, format!("/sign-in?next={to}"), "{from}");
    }
}

/// A script of a page reads JSON, whatever went wrong.
#[sqlx::test(migrations = "../migrations")]
async fn a_script_is_told_in_words_as_well(pool: PgPool) {
    let town = Town::new(&pool).await;
    let people = [None, Some(&town.bracken.client.billing), Some(&town.theirs.operator)];
    let mut wrong = Vec::new();
    // The log itself is for programs, which are told in a sentence, and so are services that push.
    let of_pages = |pattern: &String| {
        !pattern.starts_with("/assets/") && !pattern.starts_with("/v1/") && !is_hook(pattern)
    };
    for pattern in router::patterns().into_iter().filter(of_pages) {
        for who in people {
            for (method, path) in [
                ("GET", path(&town, &pattern)),
                ("POST", path(&town, &pattern)),
                ("POST", format!("{pattern}%ff")),
            ] {
                let browser = match who {
                    Some(who) => Browser::of(&town, OURS, who).await,
                    None => Browser::new(&town, OURS),
                };
                let request = browser.request(method, &path).header(header::ACCEPT, "application/json");
                let answer = browser.send(request.body(Body::empty()).unwrap()).await;
                let mute = answer.status.is_client_error() && !(answer.is_json() && answer.has_words());
                if mute || answer.status.is_server_error() || answer.bytes().contains("quillhaven") {
                    wrong.push(format!("{method} {path}: {}", answer.gist()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
