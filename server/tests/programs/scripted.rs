//! A stand-in for a model's service, for these tests alone: it speaks OpenAI's Chat Completions and Anthropic's Messages,
//! and says what the script says.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::script::{self, ScriptedTurn};

/// A tool and what it is called with.
type ScriptedCall = (&'static str, Value);

/// The key that is planted, and must turn up nowhere.
pub const KEY: &str = "sk-planted-4711-model";

#[derive(Clone)]
pub struct Scripted {
    script: Arc<Vec<ScriptedTurn>>,
    asked: Arc<Mutex<Vec<Value>>>,
    lost: Arc<Mutex<Vec<String>>>,
    pace: Arc<watch::Sender<Duration>>,
    stands: Arc<watch::Sender<Option<&'static str>>>,
    pub address: String,
}

impl Scripted {
    pub async fn new(script: Vec<ScriptedTurn>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let pace = Arc::new(watch::channel(Duration::from_millis(15)).0);
        let model = Self {
            script: Arc::new(script),
            asked: Arc::default(),
            lost: Arc::default(),
            pace,
            stands: Arc::new(watch::channel(None).0),
            address,
        };
        let routes = Router::new()
            .route("/v1/models", get(async || Json(json!({ "data": [{ "id": "scripted" }] }))))
            .route("/v1/chat/completions", post(completions))
            .route("/v1/messages", post(messages))
            .route("/v1/messages/count_tokens", post(async || Json(json!({ "input_tokens": 10 }))))
            .with_state(model.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        model
    }

    /// From now on so much time passes between words.
    pub fn pace(&self, between: Duration) {
        self.pace.send_replace(between);
    }

    /// Says one word beyond these and no more, until it may go on: whoever reads along may hold back the last one.
    pub fn stand_at(&self, words: &'static str) {
        self.stands.send_replace(Some(words));
    }

    /// From now on it says all that it has to say.
    pub fn go_on(&self) {
        self.stands.send_replace(None);
    }

    /// What was asked of the script so far.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }

    /// All that it says, without blanks.
    pub fn whole(&self) -> String {
        script::whole(&self.script)
    }

    /// Nobody showed it a conversation that the script does not know.
    pub fn is_content(&self) {
        assert_eq!(*self.lost.lock().unwrap(), Vec::<String>::new());
    }

    /// The next words, one after another, and the call; those of a request that does no work come from nowhere.
    fn answer(&self, asked: &Value, said: &str) -> Option<(Vec<String>, Option<ScriptedCall>)> {
        if asked["tools"].as_array().is_none_or(Vec::is_empty) {
            return Some((vec!["A title".to_owned()], None));
        }
        self.asked.lock().unwrap().push(asked.clone());
        let Some((words, call)) = script::next(&self.script, said) else {
            self.lost.lock().unwrap().push(said.to_owned());
            return None;
        };
        Some((words.split_inclusive(' ').map(str::to_owned).collect(), call.cloned()))
    }

    /// Frames: each word with its own, at the pace that is set, and what follows the last of them.
    fn stream(self, before: Vec<String>, words: Vec<(String, String)>, after: Vec<String>) -> Response {
        let (pace, stands) = (self.pace.subscribe(), self.stands.subscribe());
        let (mut said, mut last) = (String::new(), String::new());
        let told = words.into_iter().chain([(String::new(), after.concat())]);
        let paced = futures::stream::iter(told).then(move |(word, frame)| {
            let (mut pace, mut stands) = (pace.clone(), stands.clone());
            let heard = said.clone();
            said.push_str(&std::mem::replace(&mut last, word));
            async move {
                // A test that is over lets nobody go on.
                let _ = stands.wait_for(|at| at.is_none_or(|at| !heard.contains(at))).await;
                let between = *pace.borrow_and_update();
                tokio::select! {
                    () = tokio::time::sleep(between) => {}
                    // Quicker from now on.
                    _ = pace.changed() => {}
                }
                frame
            }
        });
        let frames = futures::stream::iter(before).chain(paced);
        let body = Body::from_stream(frames.map(Ok::<_, Infallible>));
        ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
    }
}

fn over() -> Response {
    (StatusCode::IM_A_TEAPOT, "this is not in the script").into_response()
}

/// The texts of a message, however it holds them.
fn words(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// What the agent has said, as far as the conversation shows it, or reminds of it.
fn words_so_far(asked: &Value) -> String {
    let mut said = String::new();
    for message in asked["messages"].as_array().unwrap() {
        let words = words(message);
        let reminder = words.rsplit_once("<said>").and_then(|(_, rest)| rest.split_once("</said>"));
        match (message["role"].as_str(), reminder) {
            (Some("assistant"), _) => said.push_str(&words),
            (_, Some((reminder, _))) => reminder.clone_into(&mut said),
            _ => {}
        }
    }
    said
}

async fn completions(State(model): State<Scripted>, Json(asked): Json<Value>) -> Response {
    let Some((words, call)) = model.answer(&asked, &words_so_far(&asked)) else { return over() };
    let chunk = |delta: Value, finish: Value| {
        let chunk = json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
                            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
        format!("data: {chunk}\n\n")
    };
    let framed = |word: String| {
        let frame = chunk(json!({ "content": word }), Value::Null);
        (word, frame)
    };
    let words = words.into_iter().map(framed).collect();
    let mut after = Vec::new();
    if let Some((name, arguments)) = &call {
        let call = json!({ "index": 0, "id": format!("call_{}", model.asked().len()), "type": "function",
                           "function": { "name": name, "arguments": arguments.to_string() } });
        after.push(chunk(json!({ "tool_calls": [call] }), Value::Null));
    }
    after.push(chunk(json!({}), json!(if call.is_some() { "tool_calls" } else { "stop" })));
    let usage = json!({ "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [],
                        "usage": { "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15 } });
    after.push(format!("data: {usage}\n\ndata: [DONE]\n\n"));
    model.stream(Vec::new(), words, after)
}

async fn messages(State(model): State<Scripted>, Json(asked): Json<Value>) -> Response {
    let Some((words, call)) = model.answer(&asked, &words_so_far(&asked)) else { return over() };
    let event = |event: Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    let usage = json!({ "input_tokens": 10, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0, "output_tokens": 1 });
    let before = vec![
        event(
            json!({ "type": "message_start", "message": { "id": format!("msg_{}", model.asked().len()), "type": "message",
            "role": "assistant", "model": asked["model"], "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": usage } }),
        ),
        event(
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        ),
    ];
    let framed = |word: String| {
        let delta = json!({ "type": "text_delta", "text": word });
        (word, event(json!({ "type": "content_block_delta", "index": 0, "delta": delta })))
    };
    let mut after = vec![event(json!({ "type": "content_block_stop", "index": 0 }))];
    if let Some((name, arguments)) = &call {
        let id = format!("toolu_{}", model.asked().len());
        after.push(event(json!({ "type": "content_block_start", "index": 1,
            "content_block": { "type": "tool_use", "id": id, "name": name, "input": {} } })));
        after.push(event(json!({ "type": "content_block_delta", "index": 1,
            "delta": { "type": "input_json_delta", "partial_json": arguments.to_string() } })));
        after.push(event(json!({ "type": "content_block_stop", "index": 1 })));
    }
    let reason = if call.is_some() { "tool_use" } else { "end_turn" };
    after.push(event(
        json!({ "type": "message_delta", "delta": { "stop_reason": reason, "stop_sequence": null },
        "usage": { "output_tokens": 5 } }),
    ));
    after.push(event(json!({ "type": "message_stop" })));
    let words = words.into_iter().map(framed).collect();
    model.stream(before, words, after)
}
