//! What an operator's program reads and asks for.

use domain::{
    audit::{self, AuditEntry, AuditOutcome, AuditQuery},
    requests::commands,
    session::{Body, Deletable, Part},
    tokens::{self, NewToken, Right},
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::portal::{PullPortal, PullProgram, answer};

async fn ask(program: &PullProgram, key: &str, body: &Value) -> (u16, Value) {
    let url = format!("http://{}/v1/requests", program.address);
    let request = Client::new().post(url).bearer_auth(program.token()).header("idempotency-key", key);
    answer(request.json(body).send().await.unwrap()).await
}

/// What the audit log says, oldest first.
async fn deeds(house: &PullPortal) -> Vec<AuditEntry> {
    let page = audit::queries::list(&house.fixture.db, &house.fixture.operator, &AuditQuery::default())
        .await
        .unwrap();
    page.entries.into_iter().filter(|entry| entry.what == "create_request").rev().collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_program_looks_and_asks(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
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
            (create, AuditOutcome::Done, "Harbor & Pine #1 Follow up"),
            (create, AuditOutcome::Refused, ""),
            (create, AuditOutcome::Done, "Harbor & Pine #2 Another"),
            (create, AuditOutcome::Refused, ""),
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
    let house = PullPortal::new(&pool).await;
    house.ask("Follow up").await;
    let beside = house.fixture.client("Hill Insurance").await;
    let id = house.see(1).await.card.id;
    let body = json!({ "client": house.client.id, "title": "More", "brief": "Please." });
    let reads = house.operators(&[Right::Read]).await;
    assert_eq!(ask(&reads, "one", &body).await.0, 403);
    assert_eq!(deeds(&house).await[0].outcome, AuditOutcome::Refused);
    let writes = house.operators(&[Right::Write]).await;
    for path in ["/v1/clients", "/v1/requests", &format!("/v1/requests/{id}")] {
        assert_eq!(writes.get(path).await.0, 403, "{path}");
        assert_eq!(house.program.get(path).await.0, 403, "an agent at {path}");
    }
    // Narrowed to another client, nothing of this one is there.
    let rights = vec![Right::Read, Right::Write];
    let new = NewToken { name: "Theirs".into(), agent: None, client: Some(beside.id), rights };
    let (_, text) = tokens::commands::create(&house.fixture.db, &house.fixture.operator, new).await.unwrap();
    let narrow = PullProgram::new(house.address, &text);
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

#[sqlx::test(migrations = "../migrations")]
async fn a_program_deletes_what_its_operator_wrote_and_nothing_else(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let (db, request) = (&house.fixture.db, asked.card.id);
    let operator = house.fixture.operator.within(house.client.id);
    commands::comment(db, &operator, request, "A slip of the desk.", &[]).await.unwrap();
    commands::comment(db, &house.client.owner, request, "The client’s words.", &[]).await.unwrap();
    commands::note(db, &operator, request, "A slip backstage.").await.unwrap();
    let event = async |stream, words: &str| {
        let said = Part::DataComment { text: words.into() };
        house
            .fixture
            .events(stream)
            .await
            .into_iter()
            .find(|event| event.part == said)
            .expect("it was said")
            .id
    };
    let slip = event(asked.session_stream, "A slip of the desk.").await;
    let theirs = event(asked.session_stream, "The client’s words.").await;
    let note = event(asked.backstage_stream.unwrap(), "A slip backstage.").await;
    let (reads, writes) = (house.operators(&[Right::Read]).await, house.operators(&[Right::Write]).await);
    let delete = async |program: &PullProgram, entry: &str| {
        let path = format!("/v1/requests/{request}/entries/{entry}");
        program.send(Method::DELETE, &path, None).await.status().as_u16()
    };
    assert_eq!(delete(&reads, &slip).await, 403);
    assert_eq!(delete(&house.program, &slip).await, 403, "an agent's");
    for nothing in [theirs.as_str(), "none", "0"] {
        assert_eq!(delete(&writes, nothing).await, 404, "{nothing}");
    }
    for _ in 0..2 {
        assert_eq!(delete(&writes, &slip).await, 204);
        assert_eq!(delete(&writes, &note).await, 204);
    }
    let log = format!("{:?}", house.fixture.events(asked.session_stream).await);
    assert!(!log.contains("A slip of the desk.") && log.contains("The client’s words."), "{log}");
    let left = house.fixture.conversation(asked.session_stream).await.entries;
    let marks =
        left.iter().filter(|entry| matches!(entry.body, Body::Deleted { what: Deletable::Comment, .. }));
    assert_eq!(marks.count(), 1, "a mark stays in its place");
    assert!(
        !format!("{:?}", house.fixture.events(asked.backstage_stream.unwrap()).await)
            .contains("A slip backstage.")
    );
}
