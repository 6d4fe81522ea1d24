//! A request that a client has written down.
#![allow(dead_code, reason = "not every test asks, or needs all of the answer")]

use domain::testing::{Fixture, TestClient};
use sessions::StreamId;

pub struct TestRequest {
    pub number: u64,
    pub session: StreamId,
    pub backstage: StreamId,
}

/// The client's owner asks for something, for later.
pub async fn ask(fixture: &Fixture, client: &TestClient) -> TestRequest {
    let detail = fixture.ask_later(client, "Follow up").await;
    TestRequest {
        number: detail.card.number,
        session: StreamId(detail.session_stream),
        backstage: StreamId(detail.backstage_stream.unwrap()),
    }
}
