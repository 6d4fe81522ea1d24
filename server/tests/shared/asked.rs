//! A request that a client has asked for.
#![allow(dead_code, reason = "not every test asks, or needs all of the answer")]

use domain::{
    requests::{NewRequest, Priority, commands, queries},
    testing::{Ground, TestClient},
};
use sessions::StreamId;

pub struct Asked {
    pub number: u64,
    pub session: StreamId,
    pub backstage: StreamId,
}

/// The client's owner asks for something.
pub async fn ask(ground: &Ground, client: &TestClient) -> Asked {
    let new = NewRequest {
        title: "Follow up".into(),
        brief: "Please write to them.".into(),
        priority: Priority::Normal,
        queue: false,
        files: Vec::new(),
        form_key: None,
    };
    let number = commands::create(&ground.db, &client.owner, new).await.unwrap();
    let operator = ground.operator.within(client.id);
    let detail = queries::by_number(&ground.db, &operator, client.id, number).await.unwrap();
    Asked {
        number,
        session: StreamId(detail.session_stream),
        backstage: StreamId(detail.backstage_stream.unwrap()),
    }
}
