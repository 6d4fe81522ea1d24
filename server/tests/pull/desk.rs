//! What an operator's program reads and asks for.

use domain::{
    audit::{self, Entry, Filter, Outcome},
    tokens::{self, NewToken, Right},
};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::house::{House, Program, answer};

async fn ask(program: &Program, key: &str, body: &Value) -> (u16, Value) {
    let url = format!("http://{}/v1/requests", program.address);
    let request = Client::new().post(url).bearer_auth(program.token()).header("idempotency-key", key);
    answer(request.json(body).send().await.unwrap()).await
}

/// What the audit log says, oldest first.
async fn deeds(house: &House) -> Vec<Entry> {
    let page = audit::list(&house.ground.db, &house.ground.operator, &Filter::default()).await.unwrap();
    page.entries.into_iter().filter(|entry| entry.what == "create_request").rev().collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_program_looks_and_asks(pool: PgPool) {
    let house = House::new(&pool).await;
    let program = house.operators(&[Right::Read, Right::Write]).await;
    let (status, clients) = program.get("/v1/clients?q=harbor").await;
    assert_eq!((status, &clients["clients"][0]["name"]), (200, &json!("Harbor & Pine")));
    let client = clients["clients"][0]["id"].as_str().unwrap().to_owned();
    let wanted = json!({ "client": client, "title": "Follow  up", "brief": "Write to them." });
    let (status, made) = ask(&program, "one", &wanted).await;
    assert_eq!((status, &made["number"], &made["column"]), (201, &json!(1), &json!("in_progress")), "{made}");
    assert_eq!(ask(&program, "one", &wanted).await.1["id"], made["id"], "it is done once");
    let other = json!({ "client": client, "title": "Another", "brief": "Write to them." });
    assert_eq!(ask(&program, "one", &other).await.0, 409);
    assert_eq!(ask(&program, "", &other).await.0, 400);
    assert_eq!(ask(&program, "two", &other).await.1["number"], 2);
    let unknown = json!({ "client": "cli_00000000000000000000000000000007", "title": "x", "brief": "x" });
    assert_eq!(ask(&program, "three", &unknown).await.0, 404);
    let entries = deeds(&house).await;
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.what.as_str(), entry.outcome, entry.target.as_str())).collect();
    let create = "create_request";
    assert_eq!(
        told,
        [
            (create, Outcome::Done, "Harbor & Pine #1 Follow up"),
            (create, Outcome::Refused, ""),
            (create, Outcome::Done, "Harbor & Pine #2 Another"),
            (create, Outcome::Refused, ""),
        ]
    );
    assert!(entries.iter().all(|entry| entry.by_token && entry.ip.as_deref() == Some("127.0.0.1")));
    let by = house.see(1).await.asked_by;
    assert_eq!(by, "Operator", "the one who made the token");

    let (_, found) = program.get("/v1/requests").await;
    assert_eq!(found["requests"].as_array().unwrap().len(), 2);
    let (_, found) = program.get(&format!("/v1/requests?client={client}&column=done")).await;
    assert_eq!((&found["requests"], &found["more"]), (&json!([]), &json!(false)));
    let id = made["id"].as_str().unwrap();
    let (status, read) = program.get(&format!("/v1/requests/{id}")).await;
    assert_eq!(
        (status, &read["brief"], &read["title"]),
        (200, &json!("Write to them."), &json!("Follow up"))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn it_does_what_its_token_allows(pool: PgPool) {
    let house = House::new(&pool).await;
    house.ask("Follow up").await;
    let beside = house.ground.client("Hill Insurance").await;
    let id = house.see(1).await.card.id;
    let body = json!({ "client": house.client.id, "title": "More", "brief": "Please." });
    let reads = house.operators(&[Right::Read]).await;
    assert_eq!(ask(&reads, "one", &body).await.0, 403);
    assert_eq!(deeds(&house).await[0].outcome, Outcome::Refused);
    let writes = house.operators(&[Right::Write]).await;
    for path in ["/v1/clients", "/v1/requests", &format!("/v1/requests/{id}")] {
        assert_eq!(writes.get(path).await.0, 403, "{path}");
        assert_eq!(house.program.get(path).await.0, 403, "an agent at {path}");
    }
    // Narrowed to another client, nothing of this one is there.
    let rights = vec![Right::Read, Right::Write];
    let new = NewToken { name: "Theirs".into(), agent: None, client: Some(beside.id), rights };
    let (_, text) = tokens::create(&house.ground.db, &house.ground.operator, new).await.unwrap();
    let narrow = Program::new(house.address, &text);
    assert_eq!(narrow.get("/v1/requests").await.1["requests"], json!([]));
    assert_eq!(narrow.get("/v1/clients").await.1["clients"].as_array().unwrap().len(), 1);
    for path in [format!("/v1/requests/{id}"), format!("/v1/requests?client={}", house.client.id)] {
        assert_eq!(narrow.get(&path).await.0, StatusCode::NOT_FOUND.as_u16(), "{path}");
    }
    assert_eq!(ask(&narrow, "one", &body).await.0, 404);
    for path in ["/v1/requests?page=0", "/v1/clients?page=0"] {
        assert_eq!(reads.get(path).await.0, 422, "{path}");
    }
    assert_eq!(reads.get("/v1/requests?column=nowhere").await.0, 400);
    assert_eq!(reads.get("/v1/requests/none").await.0, 404);
}
