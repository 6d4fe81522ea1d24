//! What breaks on our side is found in the log by the id that whoever asked was shown, in every shape of an answer.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use domain::tokens::{self, NewToken, Right};
use sqlx::PgPool;

use super::{
    answer::PageResponse,
    browser::Browser,
    town::{OURS, Town},
};

/// What is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The line of the error that says what is broken, under an id.
    fn has(&self, id: &str) -> bool {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().any(|line| line.contains("ERROR") && line.contains("\"request\"") && line.contains(id))
    }
}

/// The id of a request, as its answer's header says it.
fn id(answer: &PageResponse) -> &str {
    let rest = answer.headers.split_once("\"x-request-id\": \"").map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split_once('"')).map(|(id, _)| id).unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_failure_is_logged_under_the_id_that_it_shows(pool: PgPool) {
    let town = Town::new(&pool).await;
    let new = NewToken { name: "Desk".into(), agent: None, client: None, rights: vec![Right::Read] };
    let (_, token) = tokens::commands::create(&town.ours.db, &town.ours.operator, new).await.unwrap();
    let operator = Browser::of(&town, OURS, &town.ours.operator).await;
    let owner = Browser::of(&town, OURS, &town.quill.client.owner).await;
    let session = town.quill.portal.review.0.session;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    sqlx::query("ALTER TABLE request RENAME TO request_elsewhere").execute(&pool).await.unwrap();

    let page = operator.get("/desk/requests?q=a").await;
    assert!(page.body.contains(&format!("500 · {}", id(&page))), "{}", page.gist());
    let script = operator.request("GET", "/desk/requests?q=a").header(header::ACCEPT, "application/json");
    let script = operator.send(script.body(Body::empty()).unwrap()).await;
    let program = Browser::new(&town, OURS).request("GET", "/v1/requests");
    let program = program.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let program = operator.send(program.body(Body::empty()).unwrap()).await;
    let chat = owner.get(&format!("/v1/chat/{session}")).await;
    for (what, answer) in [("a page", page), ("a script", script), ("the API", program), ("a protocol", chat)]
    {
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}: {}", answer.gist());
        assert!(answer.body.contains(id(&answer)), "{what} shows no id: {}", answer.body);
        assert!(log.has(id(&answer)), "{what}: nothing is logged under {}", id(&answer));
    }
}
