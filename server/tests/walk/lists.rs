//! Lists, behind their end: whoever followed an old address there is led back, and not told that there is nothing.

use server::router;
use sqlx::PgPool;

use super::{
    browser::Browser,
    examples::{is_for_programs, is_public, path},
    town::{OURS, Town},
};

/// What a page says behind the end of its list.
const BEHIND: &str = "There’s nothing on this page.";

/// Lists of several pages, as they are read, and whether on the desk. A new one belongs here.
const LISTS: [(&str, bool); 7] = [
    ("/desk/clients?", true),
    ("/desk/clients?show=archived&", true),
    ("/desk/billing?", true),
    ("/desk/billing?state=paid&", true),
    ("/desk/audit?before=aud_00000000000070008000000000000000&", true),
    ("/portal/requests?", false),
    ("/portal/billing?", false),
];

#[sqlx::test(migrations = "../migrations")]
async fn every_list_leads_back_from_behind_its_end(pool: PgPool) {
    let town = Town::new(&pool).await;
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let portal = Browser::of(&town, OURS, &town.quill.client.owner).await;
    let mut wrong = Vec::new();
    for (list, is_desk) in LISTS {
        let browser = if is_desk { &desk } else { &portal };
        let page = browser.get(&format!("{list}page=9999")).await;
        if !page.status.is_success() || !page.body.contains(BEHIND) {
            wrong.push(format!("{list}page=9999 leads nowhere: {}", page.gist()));
        }
        let first = list.trim_end_matches(['?', '&']);
        let first = if first.contains("before=") { "/desk/audit" } else { first };
        let page = browser.get(first).await;
        if page.body.contains(BEHIND) {
            wrong.push(format!("{first} is its own end: {}", page.gist()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whatever else takes a number of a page: none breaks, and none says that there is nothing where there is something.
#[sqlx::test(migrations = "../migrations")]
async fn no_page_is_empty_because_of_its_number(pool: PgPool) {
    let town = Town::new(&pool).await;
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let portal = Browser::of(&town, OURS, &town.quill.client.owner).await;
    let nothings = |body: &str| body.matches("class=\"empty").count();
    let mut wrong = Vec::new();
    let asked = |pattern: &String| !is_for_programs(pattern) && !is_public(pattern);
    for pattern in router::patterns().into_iter().filter(asked) {
        let browser = if pattern.starts_with("/desk") { &desk } else { &portal };
        let path = path(&town, &pattern);
        let first = browser.get(&path).await;
        if !first.status.is_success() || !first.kind.starts_with("text/html") {
            continue;
        }
        for number in ["9999", "0", "-1", "4294967295", "99999999999999999999"] {
            let page = browser.get(&format!("{path}?page={number}")).await;
            if !page.status.is_success() {
                wrong.push(format!("{path}?page={number} breaks: {}", page.gist()));
            } else if nothings(&page.body) > nothings(&first.body) {
                wrong.push(format!("{path}?page={number} says that there is nothing: {}", page.gist()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
