use domain::{
    controls,
    requests::commands,
    runs,
    session::{Body, Part},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::sign_in_store::SignInStore;
use sqlx::PgPool;
use tower_sessions::SessionStore;

use super::portal::{ChatEvents, ChatPortal, End, header, kinds, send};

fn path(house: &ChatPortal) -> String {
    format!("/v1/ag-ui/{}", house.session)
}

fn is(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == kind
}

/// The words that a client would have: those of the snapshot, and what came to them.
fn words(events: &[Value]) -> String {
    let mut words = String::new();
    for event in events {
        for message in event["messages"].as_array().into_iter().flatten() {
            if message["role"] == "assistant" {
                words.push_str(message["content"].as_str().unwrap());
            }
        }
        words.push_str(event["delta"].as_str().unwrap_or_default());
    }
    words
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_is_followed_over_its_runs_and_resumed(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let claimed = house.claim().await;
    house.append_words(&claimed, "a", &["Dear ", "Ms. "]).await;
    let response = browser.get(&path(&house)).await;
    assert_eq!(header(&response, "content-type"), "text/event-stream");
    let mut heard = ChatEvents::new(response);
    let (first, _) = heard.until(is("TEXT_MESSAGE_START")).await;
    assert_eq!(kinds(&first), ["RUN_STARTED", "MESSAGES_SNAPSHOT", "CUSTOM", "TEXT_MESSAGE_START"]);
    assert_eq!(first[2]["name"], "moved");
    assert_eq!(first[0]["runId"], claimed.run.to_string());
    assert_eq!(first[0]["threadId"], house.session.to_string());
    let offset = heard.id().to_owned();
    assert_eq!(offset.parse::<usize>().unwrap(), house.log().await.len());

    let more =
        vec![Part::TextDelta { id: "a".into(), delta: "Osei".into() }, Part::TextEnd { id: "a".into() }];
    runs::commands::append_events(&house.fixture.db, &claimed, more).await.unwrap();
    runs::commands::complete(&house.fixture.db, &claimed).await.unwrap();
    commands::comment(&house.fixture.db, &house.client.owner, house.request, "Thanks", &[]).await.unwrap();
    let (mut then, _) =
        heard.until(|event| event["runId"].as_str().is_some_and(|id| id.starts_with("aside-"))).await;
    then.extend(heard.until(is("RUN_FINISHED")).await.0);
    assert_eq!(
        kinds(&then),
        [
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "RUN_FINISHED",
            "RUN_STARTED",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "RUN_FINISHED"
        ]
    );
    assert_eq!(words(&first), "Dear Ms. ");
    assert_eq!(words(&then[..2]), "Osei");

    // Whoever comes again with the last id hears the rest, and whoever names one that never was hears everything.
    let resume = |id: String| browser.request(Method::GET, &path(&house)).header("last-event-id", id);
    let mut resumed = ChatEvents::new(send(resume(offset)).await);
    let (mut again, _) = resumed.until(is("RUN_STARTED")).await;
    again.extend(resumed.until(is("RUN_FINISHED")).await.0);
    assert_eq!(again, then);
    for odd in ["00000000000000009999", "rubbish"] {
        let mut anew = ChatEvents::new(send(resume(odd.to_owned())).await);
        assert_eq!(kinds(&anew.until(is("MESSAGES_SNAPSHOT")).await.0), ["RUN_STARTED", "MESSAGES_SNAPSHOT"]);
    }
    SignInStore(house.fixture.db.clone()).delete(&browser.sign_in).await.unwrap();
    assert_eq!(heard.all().await, (Vec::new(), End::Cut));
}

#[sqlx::test(migrations = "../migrations")]
async fn an_agent_of_theirs_speaks_and_hears_the_run(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let claimed = house.claim().await;
    let input = |id: &str, text: &str| {
        json!({ "threadId": "t", "runId": "r", "tools": [], "context": [],
            "messages": [{ "id": id, "role": "user", "content": text }] })
    };
    let mut heard = ChatEvents::new(browser.post(&path(&house), &input("m1", "Shorter.")).await);
    heard.until(is("MESSAGES_SNAPSHOT")).await;
    browser.post(&path(&house), &input("m1", "Shorter.")).await;
    assert_eq!(controls::queries::pending(&house.fixture.db, &claimed).await.unwrap().len(), 1);
    runs::commands::fail(&house.fixture.db, &claimed, "It broke.").await.unwrap();
    let (events, end) = heard.all().await;
    assert_eq!(end, End::Clean);
    assert_eq!(events.last().unwrap(), &json!({ "type": "RUN_ERROR", "message": "It broke." }));

    let mut heard = ChatEvents::new(browser.post(&path(&house), &input("m2", "Thanks.")).await);
    let (events, end) = heard.all().await;
    assert_eq!(end, End::Clean);
    assert_eq!(
        (events[0]["type"].as_str(), events.last().unwrap()["type"].as_str()),
        (Some("RUN_STARTED"), Some("RUN_FINISHED"))
    );
    assert!(events[1]["messages"].to_string().contains("Thanks."));
    let read = house.conversation().await;
    assert!(matches!(&read.entries.last().unwrap().body, Body::Comment { text } if text == "Thanks."));

    let stranger = house.fixture.client("Hill Insurance").await;
    let other = house.browser(&stranger.owner).await;
    assert_eq!(other.get(&path(&house)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(other.post(&path(&house), &input("m", "No.")).await.status(), StatusCode::NOT_FOUND);
    let odd = json!({ "messages": [{ "id": "m", "role": "user", "content": [{ "type": "image" }] }] });
    assert_eq!(browser.post(&path(&house), &odd).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let mut open = ChatEvents::new(browser.get(&path(&house)).await);
    open.until(is("RUN_FINISHED")).await;
    house.shutdown.begin();
    assert_eq!(open.all().await, (Vec::new(), End::Cut));
}
