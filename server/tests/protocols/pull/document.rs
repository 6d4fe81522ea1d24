//! The API's document tells of every address that there is.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::{api, router};
use sqlx::PgPool;

use super::portal::PullPortal;

/// Protocols of others under `/v1`, which `docs/SESSIONS.md` has, and the document itself.
const ELSEWHERE: [&str; 8] = [
    "/v1/chat",
    "/v1/chat/{session}",
    "/v1/chat/{session}/stream",
    "/v1/chat/{session}/stop",
    "/v1/ag-ui/{session}",
    "/v1/stream/{*name}",
    "/v1/sessions/{stream}",
    "/v1/openapi.json",
];

#[test]
fn every_address_is_in_the_document_and_no_other() {
    let document = serde_json::to_value(api::document()).unwrap();
    let told: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let there: BTreeSet<String> = router::patterns()
        .into_iter()
        .filter(|pattern| pattern.starts_with("/v1/") && !ELSEWHERE.contains(&pattern.as_str()))
        .collect();
    assert_eq!(told, there);
}

#[test]
fn every_call_says_what_it_is_for_and_how_it_is_refused() {
    let document = serde_json::to_value(api::document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, of) in item.as_object().unwrap() {
            assert!(of["summary"].as_str().is_some_and(|words| words.len() > 5), "{method} {path}");
            for status in ["401", "403", "404", "409", "422", "429", "503"] {
                let schema =
                    &of["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            }
        }
    }
    assert_eq!(document["security"], json!([{ "token": [] }]));
}

/// Fields stand in the order in which they are best read, on the page too.
#[test]
fn fields_keep_their_order() {
    let document = serde_json::to_value(api::document()).unwrap();
    let fields = document["components"]["schemas"]["Events"]["properties"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["attempt", "sequence", "backstage", "parts"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn it_is_read_by_programs_and_by_people(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let (status, document) = house.program.get("/v1/openapi.json").await;
    assert_eq!((status, document["info"]["title"].as_str()), (200, Some("Throughline")));
    let page = reqwest::get(format!("http://{}/docs/api", house.address)).await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, of) in item.as_object().unwrap() {
            let line = format!("{} {}", method.to_uppercase(), path);
            assert!(page.contains(&line), "{line} is not on the page");
            let id: &Value = &of["operationId"];
            assert!(page.contains(&format!("id=\"{}\"", id.as_str().unwrap())), "{line}");
        }
    }
    assert!(page.contains("id=\"lost\""), "what a problem’s type leads to");
}
