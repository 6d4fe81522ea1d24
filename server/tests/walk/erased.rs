//! After a client with everything was erased: no page breaks, nobody of its people gets in, and its word stands nowhere but on
//! its invoices.

use domain::{
    billing, clients, erasures,
    files::store::{Store, inspect},
};
use server::{router, shutdown::Shutdown};
use sessions::StreamId;
use sqlx::PgPool;

use super::{
    browser::Browser,
    examples::{deed, is_for_programs, is_public, path},
    shared::{Tab, serve, sign_in},
    tenant::PASSWORD,
    town::{OURS, Town},
};

/// Where an invoice says who it is for, by its address.
fn names_the_party(pattern: &str) -> bool {
    pattern.starts_with("/desk/billing/invoices/{invoice}")
        || pattern.starts_with("/desk/billing/credits/{credit}")
}

/// Quillhaven leaves, and its time is over.
async fn leave(town: &Town) {
    let (db, operator, client) = (&town.ours.db, &town.ours.operator, town.quill.client.id);
    billing::commands::end_now(db, operator, town.quill.subscription).await.unwrap();
    clients::commands::archive(db, operator, client).await.unwrap();
    erasures::commands::schedule(db, operator, client, "quillhaven & Partners").await.unwrap();
    town.ours.wait(erasures::GRACE);
}

/// Erases it as the job does.
async fn erase(town: &Town) {
    let db = &town.ours.db;
    let store = Store::folder(town.files()).unwrap();
    inspect(db, &store).await.unwrap();
    // The one that is set from the beginning goes as well.
    assert_eq!(erasures::commands::carry_out_due(db, &store).await.unwrap(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_say_that_it_is_gone_and_none_breaks(pool: PgPool) {
    let town = Town::new(&pool).await;
    leave(&town).await;
    let people = [&town.quill.client.owner, &town.quill.client.member, &town.quill.client.billing];
    let mut theirs = Vec::new();
    for who in people {
        theirs.push(Browser::of(&town, OURS, who).await);
    }
    let shutdown = Shutdown::default();
    let address = serve(&town.ours.db, &shutdown).await;
    // An operator follows one of its requests meanwhile.
    let (_, cookie) = sign_in(&town.ours.db, &town.ours.operator).await;
    let mut tab = Tab::open(address, &cookie).await.unwrap();
    tab.follow(StreamId(town.quill.portal.review.0.session), 0).await;
    tab.events().await;
    erase(&town).await;
    while tab.next_frame().await.get("gone").is_none() {}

    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let mut wrong = Vec::new();
    let asked = |pattern: &String| !is_for_programs(pattern) && !is_public(pattern);
    for pattern in router::patterns().into_iter().filter(asked) {
        let path = path(&town, &pattern);
        // What names another client that leaves is its own.
        let others =
            path.contains(&town.going[0].id.to_string()) || path.contains(&town.leaving.id.to_string());
        let answer = desk.get(&path).await;
        if answer.status.is_server_error() {
            wrong.push(format!("GET {path} breaks: {}", answer.gist()));
        }
        let left = answer.bytes().replace("quillhaven-leaving", "").replace("quillhaven-gone", "");
        if left.contains("quillhaven") && !names_the_party(&pattern) && !others {
            wrong.push(format!("GET {path} still names it"));
        }
        for browser in &theirs {
            let answer = browser.get(&path).await;
            let left = answer.bytes();
            if answer.status.is_server_error() || left.contains("quillhaven &") {
                wrong.push(format!("GET {path} answers its people: {}", answer.gist()));
            }
        }
        if pattern.starts_with("/desk")
            && let Some(deed) = deed(&town, &pattern)
        {
            let answer = desk.post(&path, &deed.body).await;
            if answer.status.is_server_error() {
                wrong.push(format!("POST {path} breaks: {}", answer.gist()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrations = "../migrations")]
async fn its_people_are_told_at_the_door(pool: PgPool) {
    let town = Town::new(&pool).await;
    leave(&town).await;
    let open = Browser::of(&town, OURS, &town.quill.client.owner).await;
    erase(&town).await;
    let fields = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    assert!(open.get("/portal").await.is_to_sign_in());
    let fresh = Browser::new(&town, OURS);
    let owner = ("email", "owner@quillhaven.test");
    let refused =
        fresh.post_fields("/sign-in", fields(&[owner, ("password", PASSWORD), ("next", "/portal")])).await;
    assert!(refused.status.is_client_error() && refused.has_words(), "{}", refused.gist());
    // The same as for any address that is not known.
    let asked = fresh.post_fields("/reset", fields(&[owner])).await;
    assert!(!asked.status.is_server_error(), "{}", asked.gist());
    let mails: i64 = sqlx::query_scalar("SELECT count(*) FROM mail WHERE recipient = $1")
        .bind(owner.1)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(mails, 0);
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let page = desk.get(&format!("/desk/clients/{}", town.quill.client.id)).await;
    assert!(page.body.contains("was erased on"), "{}", page.gist());
    for path in ["/desk/clients?show=archived", "/desk/clients"] {
        assert!(!desk.get(path).await.body.contains("Erased client"), "{path}");
    }
}
