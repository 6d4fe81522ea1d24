//! Whatever changes money, access or an agent stands in the audit log, whoever does it, with where from.

use axum::http::StatusCode;
use domain::Scope;
use server::router;
use sqlx::PgPool;

use super::{
    browser::Browser,
    examples::{FormExample, deed, is_for_programs, is_public, path},
    town::{OURS, Town},
};

/// Forms that leave no entry, and why.
const UNLISTED: &[(&str, &str)] = &[
    ("comments", "words of the conversation, which keeps them with their author"),
    ("steer", "stands in the conversation with who said it"),
    ("stop", "stands in the conversation with who asked"),
    ("retry", "stands in the conversation as the run that it begins"),
    ("approval/{approval}", "stands in the conversation with who answered"),
    ("review", "stands in the conversation with who reviewed"),
    ("notes", "words of the backstage log, which keeps them with their author"),
    ("seen", "takes a mark away that the other side's words made"),
    ("files", "stands in the conversation with who added it"),
    ("edit", "the request's own log keeps every version"),
    ("place", "stands in the conversation as a move"),
    ("withdrawal", "stands in the conversation"),
    ("/portal/requests", "a request, which names who asked"),
    ("/portal/files", "a file, which names who added it"),
    ("/portal/markdown", "changes nothing"),
    ("/desk/clients/{client}/requests/new", "a request, which names who asked"),
    ("/desk/offers/{offer}/place", "the order of the storefront"),
    ("/desk/webhooks/{webhook}/deliveries", "sends again what was sent; the page shows each try"),
    ("/portal/billing/{number}/payment", "a way to the page to pay on; the payment is in the log"),
    ("/portal/billing/card/removal", "without a card there is nothing to remove"),
    ("/sign-out", "ends the browser's own sign-in"),
    ("/reset", "a mail to whom the address belongs; setting the password is in the log"),
    ("/account/workspaces", "another page of the same person's"),
    ("/account/zone", "how times read to the same person"),
    ("/v1/chat", "words of the conversation"),
    ("/v1/ag-ui/{session}", "words of the conversation"),
    ("/v1/chat/{session}/stop", "stands in the conversation with who asked"),
];

fn reason(pattern: &str) -> Option<&'static str> {
    let under = ["/portal/requests/{number}/", "/desk/clients/{client}/requests/{number}/"];
    let rest = under.iter().find_map(|base| pattern.strip_prefix(base)).unwrap_or(pattern);
    UNLISTED.iter().find(|(listed, _)| *listed == rest).map(|(_, why)| *why)
}

fn who<'a>(town: &'a Town, pattern: &str) -> &'a Scope {
    if pattern.starts_with("/desk") { &town.ours.operator } else { &town.quill.client.owner }
}

async fn entries(town: &Town) -> Vec<(String, Option<String>, String)> {
    sqlx::query_as("SELECT what, ip, who FROM audit WHERE workspace_id = $1 ORDER BY id")
        .bind(town.ours.workspace.0)
        .fetch_all(&town.ours.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn every_change_is_told_or_has_a_reason_not_to_be(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    let mut before = entries(&town).await.len();
    for pattern in router::patterns().into_iter().filter(|pattern| !is_for_programs(pattern)) {
        let Some(FormExample { body, refused, .. }) = deed(&town, &pattern) else { continue };
        sqlx::query("DELETE FROM rate_limit").execute(&town.ours.pool).await.unwrap();
        town.sell().await;
        let browser = match is_public(&pattern) {
            true => Browser::new(&town, OURS),
            false => Browser::of(&town, OURS, who(&town, &pattern)).await,
        };
        let answer = browser.post(&path(&town, &pattern), &body).await;
        let done = answer.status.is_success() || answer.status == StatusCode::SEE_OTHER;
        let now = entries(&town).await;
        let fresh = &now[before..];
        before = now.len();
        if refused.is_some() || !done {
            if refused.is_none() {
                wrong.push(format!("{pattern} did nothing: {}", answer.gist()));
            }
            continue;
        }
        match (fresh, reason(&pattern)) {
            ([], None) => wrong.push(format!(
                "{pattern} leaves no entry: write one with `audit::commands::record_in` in its command, or say why not in UNLISTED"
            )),
            ([], Some(_)) => {}
            (_, Some(why)) => wrong.push(format!("{pattern} is told of; it need not be listed ({why})")),
            (fresh, None) => {
                let nowhere = fresh.iter().any(|(_, ip, who)| ip.as_deref() != Some("192.0.2.1") || who.is_empty());
                if nowhere {
                    wrong.push(format!("{pattern} is told of without who or where from: {fresh:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let page = Browser::of(&town, OURS, &town.ours.operator).await.get("/desk/audit").await;
    for words in ["Change role", "from 192.0.2.1", "Revoke token"] {
        assert!(page.body.contains(words), "the page does not say {words}");
    }
}
