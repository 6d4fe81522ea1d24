//! Whatever number a program sends: it is taken or refused in words, and the desk's pages stand.

use crate::shared;
use reqwest::Client;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::portal::{PullPortal, PulledRun};

/// As they stand in a body.
const NUMBERS: [&str; 11] = [
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-1",
    "-9223372036854775808",
    "1e309",
    "1e300",
    "0.5",
    "NaN",
    "\"9223372036854775807\"",
];

/// Posts a body in which one field has such a number: the status and the words.
async fn post(job: &PulledRun, rest: &str, body: Value, field: &str, number: &str) -> (u16, String) {
    let mut body = body;
    body["attempt"] = job.run["attempt"].clone();
    body[field] = json!("HERE");
    let text = body.to_string().replace("\"HERE\"", number);
    let url = format!("http://{}{}", job.program.address, job.path(rest));
    let request = Client::new().post(url).bearer_auth(job.program.token());
    let response = request.header("content-type", "application/json").body(text).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[sqlx::test(migrations = "../migrations")]
async fn no_number_is_too_much(pool: PgPool) {
    let house = PullPortal::new(&pool).await;
    let asked = house.ask("Follow up").await;
    let job = house.program.claim().await;
    let question =
        json!({ "question": "Which?", "options": [{ "key": "a", "label": "A" }], "audience": "operator" });
    let fields = [
        ("/usage", json!({ "key": "k", "model": "m" }), "input_tokens"),
        ("/usage", json!({ "key": "k", "model": "m" }), "cached_tokens"),
        ("/usage", json!({ "key": "k", "model": "m" }), "output_tokens"),
        ("/usage", json!({ "key": "k", "model": "m" }), "micros"),
        ("/usage", json!({ "key": "k", "model": "m" }), "attempt"),
        ("/heartbeat", json!({}), "lease"),
        ("/heartbeat", json!({}), "attempt"),
        ("/events", json!({ "parts": [{ "type": "text", "text": "Hello" }] }), "sequence"),
        ("/questions", question, "open_for"),
        ("/end", json!({ "outcome": "review" }), "attempt"),
    ];
    for (rest, body, field) in fields {
        for number in NUMBERS {
            let (status, words) = post(&job, rest, body.clone(), field, number).await;
            assert!((400..500).contains(&status), "{rest} {field} {number}: {status} {words}");
            assert!(words.contains("detail"), "{rest} {field} {number}: {words}");
        }
    }
    // The most that is taken, from several: the sums stand on the desk's pages.
    for key in 0..12 {
        let most = json!({ "key": key.to_string(), "model": "m", "input_tokens": 1_000_000_000_000_u64,
            "cached_tokens": 1_000_000_000_000_u64, "output_tokens": 1_000_000_000_000_u64, "micros": 1_000_000_000_000_u64 });
        job.done("/usage", most).await;
    }
    let (_, cookie) = shared::sign_in(&house.fixture.db, &house.fixture.operator).await;
    let request = format!("/desk/clients/{}/requests/{}", house.client.id, asked.card.number);
    for page in
        ["/desk/costs".to_owned(), "/desk/costs/prices".to_owned(), "/desk/agents".to_owned(), request]
    {
        let url = format!("http://{}{page}", house.address);
        let response = Client::new().get(url).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{page}");
    }
}
