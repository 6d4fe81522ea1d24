use domain::{
    approvals::{self, Audience, Question},
    controls::{self, Outcome},
    deliverables::{self, Content},
    runs,
    session::{Body, Choice, Part},
};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use server::sign_in_store::SignInStore;
use sqlx::PgPool;
use tower_sessions::{SessionStore, session::Id};
use uuid::Uuid;

use super::portal::{ChatBrowser, ChatEvents, ChatPortal, End, header, kinds, send};

fn stream_of(house: &ChatPortal) -> String {
    format!("/v1/chat/{}/stream", house.session)
}

/// What `useChat` sends when somebody has written something.
fn written(house: &ChatPortal, id: &str, text: &str) -> Value {
    let message = json!({ "id": id, "role": "user", "parts": [{ "type": "text", "text": text }] });
    json!({ "id": house.session, "messages": [message], "trigger": "submit-message" })
}

/// The words of a stream, joined as they came.
fn words(events: &[Value]) -> String {
    events.iter().filter_map(|event| event["delta"].as_str()).collect()
}

fn is(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == kind
}

async fn refused(response: Response) -> (StatusCode, String, String) {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (status, text("error"), text("message"))
}

#[sqlx::test(migrations = "../migrations")]
async fn a_run_is_replayed_from_its_beginning_and_goes_on(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let claimed = house.claim().await;
    house.append_words(&claimed, "a", &["Dear ", "Ms. Osei", ",\n\ncafé 你好 🙂"]).await;
    let response = browser.get(&stream_of(&house)).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-cache"),
        ("x-vercel-ai-ui-message-stream", "v1"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(header(&response, name), value);
    }
    let mut heard = ChatEvents::new(response);
    let (first, _) = heard.until(is("text-delta")).await;
    assert_eq!(kinds(&first), ["start", "text-start", "text-delta"]);
    assert_eq!(first[0]["messageId"], claimed.run.to_string());
    assert_eq!(first[0]["messageMetadata"]["activeStreamId"], claimed.run.to_string());
    assert_eq!(first[2]["delta"], "Dear Ms. Osei,\n\ncafé 你好 🙂");

    let more = vec![
        Part::TextDelta { id: "a".into(), delta: " and".into() },
        Part::TextEnd { id: "a".into() },
        Part::DataStep {
            id: "s".into(),
            title: "Read".into(),
            result: String::new(),
            detail: String::new(),
            state: domain::session::StepState::Done,
        },
    ];
    runs::commands::append_events(&house.fixture.db, &claimed, more).await.unwrap();
    let raw = vec![Part::ToolInputAvailable {
        tool_call_id: "1".into(),
        tool_name: "secret".into(),
        input: json!({}),
    }];
    runs::commands::append_backstage(&house.fixture.db, &claimed, raw).await.unwrap();
    deliverables::commands::put(&house.fixture.db, &claimed, "The letter", Content::Body("# Dear".into()))
        .await
        .unwrap();
    deliverables::commands::submit_for_review(&house.fixture.db, &claimed).await.unwrap();
    let (then, end) = heard.all().await;
    assert_eq!(end, End::Clean);
    let kinds = kinds(&then);
    assert_eq!(kinds[..4], ["text-delta", "text-end", "data-step", "data-deliverable"], "{kinds:?}");
    assert_eq!(*kinds.last().unwrap(), "finish");
    assert_eq!(then.last().unwrap()["finishReason"], "stop");
    assert!(!then.iter().any(|event| event.to_string().contains("secret")), "tools stay backstage");
    let log: String = house
        .log()
        .await
        .iter()
        .filter_map(|event| match &event.part {
            Part::TextDelta { delta, .. } => Some(delta.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words(&first) + &words(&then), log);
    assert_eq!(browser.get(&stream_of(&house)).await.status(), StatusCode::NO_CONTENT, "nothing is at work");

    let history: Value = browser.get(&format!("/v1/chat/{}", house.session)).await.json().await.unwrap();
    let messages = history["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant"]);
    assert_eq!(messages[1]["id"], claimed.run.to_string());
    assert_eq!(messages[1]["parts"][0], json!({ "type": "text", "text": log, "state": "done" }));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_said_reaches_the_agent_once(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let claimed = house.claim().await;
    house.append_words(&claimed, "a", &["Dear "]).await;
    let sent = written(&house, "m1", "Shorter, please.");
    let (mut one, mut two) =
        tokio::join!(async { ChatEvents::new(browser.post("/v1/chat", &sent).await) }, async {
            ChatEvents::new(browser.post("/v1/chat", &sent).await)
        });
    for heard in [&mut one, &mut two] {
        let (events, _) = heard.until(is("data-steer")).await;
        assert_eq!(words(&events), "Dear ");
        assert_eq!(events.last().unwrap()["data"]["text"], "Shorter, please.");
    }
    let asked = controls::queries::pending(&house.fixture.db, &claimed).await.unwrap();
    assert_eq!(asked.len(), 1, "sent twice and said once");
    let scope = &claimed.scope;
    controls::commands::settle(&house.fixture.db, scope, asked[0].id, Outcome::Done, "Will do.")
        .await
        .unwrap();
    let (events, _) = one.until(is("data-steer")).await;
    assert_eq!(events.last().unwrap()["data"]["outcome"]["outcome"], "done");
    runs::commands::complete(&house.fixture.db, &claimed).await.unwrap();
    let (events, end) = one.all().await;
    assert_eq!((kinds(&events), end), (vec!["text-end", "finish"], End::Clean));

    // Nobody is at work: it stands in the conversation, and the answer says so and ends.
    let (events, end) =
        ChatEvents::new(browser.post("/v1/chat", &written(&house, "m2", "Thank you.")).await).all().await;
    assert_eq!((kinds(&events), end), (vec!["start", "data-taken", "finish"], End::Clean));
    assert_eq!(events[1]["data"], json!({ "as": "comment" }));
    let (events, _) = ChatEvents::new(browser.post("/v1/chat", &sent).await).all().await;
    assert_eq!(events[1]["data"], json!({ "as": "before" }));
    let read = house.conversation().await;
    let said =
        read.entries.iter().filter(|entry| matches!(entry.body, Body::Comment { .. } | Body::Steer { .. }));
    assert_eq!(said.count(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn version_7_is_told_in_its_own_words_when_it_says_so(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    house.claim().await;
    controls::commands::steer(&house.fixture.db, &house.client.owner, house.request, "Shorter.")
        .await
        .unwrap();
    for (version, kind) in [(None, "data-steer"), (Some("7.0.173"), "steering-message")] {
        // Before the run has brought anything forth, what is said belongs to nobody's message.
        let request = browser.request(Method::GET, &stream_of(&house));
        let request = version.into_iter().fold(request, |r, version| r.header("x-ai-sdk-version", version));
        let mut heard = ChatEvents::new(send(request).await);
        heard.until(is("start")).await;
        controls::commands::steer(&house.fixture.db, &house.client.owner, house.request, "In English.")
            .await
            .unwrap();
        let (events, _) = heard.until(|_| true).await;
        assert_eq!(kinds(&events), [kind]);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_stop_ends_the_run_that_it_names_and_no_later_one(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let stop = format!("/v1/chat/{}/stop", house.session);
    let first = house.claim().await;
    runs::commands::fail(&house.fixture.db, &first, "It broke.").await.unwrap();
    let failed = format!("/v1/chat/{}", house.session);
    let regenerate = json!({ "id": house.session, "messages": [], "trigger": "regenerate-message",
        "messageId": first.run });
    let mut heard = ChatEvents::new(browser.post("/v1/chat", &regenerate).await);
    let (events, _) = heard.until(is("start")).await;
    let second = house.claim().await;
    assert_eq!(events[0]["messageId"], second.run.to_string(), "another run, another message");
    // Sent again it is not taken up again; of the one at work, it cannot be.
    let mut again = ChatEvents::new(browser.post("/v1/chat", &regenerate).await);
    assert_eq!(again.until(is("start")).await.0[0]["messageId"], second.run.to_string());
    let mut at_work = regenerate.clone();
    at_work["messageId"] = json!(second.run);
    let (status, error, message) = refused(browser.post("/v1/chat", &at_work).await).await;
    assert_eq!((status, error.as_str()), (StatusCode::CONFLICT, "refused"));
    assert!(message.contains("is already working on this"), "{message}");

    house.append_words(&second, "a", &["Half a sen"]).await;
    heard.until(is("text-delta")).await;
    let late = json!({ "activeStreamId": first.run });
    for _ in 0..2 {
        let told: Value = browser.post(&stop, &late).await.json().await.unwrap();
        assert_eq!(told["outcome"], "already_ended");
    }
    let told: Value = browser
        .post(&stop, &json!({ "activeStreamId": second.run, "assistantMessage": {} }))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(told["outcome"], "asked");
    let again: Value = browser.post(&stop, &json!({})).await.json().await.unwrap();
    assert_eq!(again, told, "asked again, it is the same stop");
    let control = told["control"].as_str().unwrap().parse().unwrap();
    controls::commands::settle(&house.fixture.db, &second.scope, control, Outcome::Done, "").await.unwrap();
    let (events, end) = heard.all().await;
    assert_eq!(end, End::Clean);
    let told = kinds(&events);
    let (text_end, abort) =
        (told.iter().position(|k| *k == "text-end"), told.iter().position(|k| *k == "abort"));
    assert!(text_end < abort && abort == Some(told.len() - 1), "{told:?}");
    let stops =
        house.conversation().await.entries.into_iter().filter(|e| matches!(e.body, Body::Stop { .. }));
    assert_eq!(stops.count(), 2, "one that came late, one that was heard");
    let (status, ..) = refused(browser.post(&stop, &json!({ "activeStreamId": "rubbish" })).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = json!({ "activeStreamId": domain::ids::RunId::new() });
    assert_eq!(browser.post(&stop, &other).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&failed).await.status(), StatusCode::OK);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_question_ends_the_answer_until_somebody_has_answered(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let claimed = house.claim().await;
    house.append_words(&claimed, "a", &["I have "]).await;
    let mut heard = ChatEvents::new(browser.get(&stream_of(&house)).await);
    heard.until(is("text-delta")).await;
    let question = Question {
        question: "May I?".into(),
        detail: String::new(),
        options: vec![Choice { key: "yes".into(), label: "Yes".into() }],
        open_for: 86_400,
        audience: Audience::Client,
    };
    let approval = approvals::commands::ask(&house.fixture.db, &claimed, question).await.unwrap();
    let (events, end) = heard.all().await;
    assert_eq!(end, End::Clean);
    assert!(kinds(&events).contains(&"data-approval"));
    assert_eq!(kinds(&events)[events.len() - 2..], ["text-end", "finish"]);
    assert_eq!(events.last().unwrap()["messageMetadata"]["state"], "suspended");
    assert_eq!(browser.get(&stream_of(&house)).await.status(), StatusCode::NO_CONTENT);
    approvals::commands::answer(&house.fixture.db, &house.client.owner, approval, "yes").await.unwrap();
    let mut heard = ChatEvents::new(browser.get(&stream_of(&house)).await);
    let (events, _) = heard.until(is("data-approval")).await;
    assert_eq!(words(&events), "I have ");
    assert_eq!(events.last().unwrap()["data"]["settled"]["label"], "Yes");
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_else_gets_in(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    house.claim().await;
    let stranger = house.fixture.client("Hill Insurance").await;
    let nobody = ChatBrowser {
        address: house.address,
        sign_in: Id::default(),
        cookie: "sign_in=rubbish".into(),
        client: Client::new(),
    };
    let session = house.session.to_string();
    let operator = house.browser(&house.fixture.operator).await;
    let member = house.browser(&house.client.member).await;
    for (browser, id) in [
        (&nobody, session.clone()),
        (&house.browser(&stranger.owner).await, session.clone()),
        (&member, house.backstage.to_string()),
        (&operator, house.backstage.to_string()),
        (&operator, Uuid::now_v7().to_string()),
        (&operator, "rubbish".into()),
    ] {
        let mut sent = written(&house, "m", "Hello.");
        sent["id"] = json!(id);
        let answers = [
            browser.get(&format!("/v1/chat/{id}")).await,
            browser.get(&format!("/v1/chat/{id}/stream")).await,
            browser.post(&format!("/v1/chat/{id}/stop"), &json!({})).await,
            browser.post("/v1/chat", &sent).await,
        ];
        for answer in answers {
            assert_eq!(refused(answer).await.0, StatusCode::NOT_FOUND, "{id}");
        }
    }
    let billing = house.browser(&house.client.billing).await;
    let (status, _, message) = refused(billing.post("/v1/chat", &written(&house, "m", "Hello.")).await).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(message.contains("Your role is Billing"), "{message}");
    assert_eq!(billing.get(&stream_of(&house)).await.status(), StatusCode::OK, "and follows the work");

    let own = format!("http://{}", house.address);
    for (origin, site, kind, status) in [
        (None, None, "application/json", StatusCode::FORBIDDEN),
        (Some("http://evil.test"), None, "application/json", StatusCode::FORBIDDEN),
        (Some(own.as_str()), Some("cross-site"), "application/json", StatusCode::FORBIDDEN),
        (Some(own.as_str()), Some("same-site"), "application/json", StatusCode::FORBIDDEN),
        (Some(own.as_str()), None, "text/plain", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Some(own.as_str()), None, "application/x-www-form-urlencoded", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let mut request = member.request(Method::POST, "/v1/chat").header("content-type", kind);
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            request = value.into_iter().fold(request, |request, value| request.header(name, value));
        }
        let answer = send(request.body(written(&house, "m", "Hello.").to_string())).await;
        assert_eq!(refused(answer).await.0, status, "{origin:?} {site:?} {kind}");
    }
    let read = house.conversation().await;
    assert!(
        !read.entries.iter().any(|entry| matches!(entry.body, Body::Comment { .. } | Body::Steer { .. }))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_message_is_refused_in_words(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let browser = house.browser(&house.client.member).await;
    let id = house.session;
    let message = |role: &str, parts: Value| json!({ "id": id, "trigger": "submit-message", "messages": [{ "id": "m", "role": role, "parts": parts }] });
    let text = json!([{ "type": "text", "text": "Hello." }]);
    let file =
        json!([{ "type": "text", "text": "See" }, { "type": "file", "url": "data:,x", "mediaType": "a/b" }]);
    for (sent, status) in [
        (json!({}), StatusCode::BAD_REQUEST),
        (json!([]), StatusCode::BAD_REQUEST),
        (json!({ "id": id, "trigger": "resume-stream", "messages": [] }), StatusCode::BAD_REQUEST),
        (json!({ "id": id, "trigger": "submit-message", "messages": [] }), StatusCode::UNPROCESSABLE_ENTITY),
        (message("assistant", text), StatusCode::UNPROCESSABLE_ENTITY),
        (message("user", file), StatusCode::UNPROCESSABLE_ENTITY),
        (message("user", json!([])), StatusCode::UNPROCESSABLE_ENTITY),
        (
            message("user", json!([{ "type": "text", "text": "x".repeat(20_001) }])),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            message("user", json!([{ "type": "text", "text": "x".repeat(9 << 20) }])),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (written(&house, &"m".repeat(201), "Hello."), StatusCode::CONFLICT),
        (written(&house, "", "Hello."), StatusCode::CONFLICT),
    ] {
        let (said, ..) = refused(browser.post("/v1/chat", &sent).await).await;
        assert_eq!(said, status, "{:.200}", sent.to_string());
    }
    browser.post("/v1/chat", &written(&house, "m", "One.")).await;
    let (status, _, message) = refused(browser.post("/v1/chat", &written(&house, "m", "Other.")).await).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(message.contains("Messages can’t be edited"), "{message}");
}

#[sqlx::test(migrations = "../migrations")]
async fn access_that_is_taken_away_and_a_server_that_stops_cut_the_line(pool: PgPool) {
    let house = ChatPortal::new(&pool).await;
    let claimed = house.claim().await;
    house.append_words(&claimed, "a", &["Half"]).await;
    let (leaving, staying) =
        (house.browser(&house.client.member).await, house.browser(&house.client.member).await);
    let mut left = ChatEvents::new(leaving.get(&stream_of(&house)).await);
    let mut stayed = ChatEvents::new(staying.get(&stream_of(&house)).await);
    for heard in [&mut left, &mut stayed] {
        heard.until(is("text-delta")).await;
    }
    SignInStore(house.fixture.db.clone()).delete(&leaving.sign_in).await.unwrap();
    assert_eq!(left.all().await, (Vec::new(), End::Cut), "never a clean end without a finish");
    house.append_words(&claimed, "b", &["More"]).await;
    assert_eq!(words(&stayed.until(is("text-delta")).await.0), "More");
    house.shutdown.begin();
    assert_eq!(stayed.all().await, (Vec::new(), End::Cut));
}
