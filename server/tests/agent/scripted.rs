//! A stand-in for a model server, for these tests alone: it speaks the OpenAI wire format and says what a script says.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::StreamExt;
use serde_json::{Value, json};
use server::agents::house::{Endpoint, Limits, Model};

/// The key that is planted, and must turn up nowhere.
pub const KEY: &str = "sk-planted-4711";

/// A piece of a streamed answer.
#[derive(Clone)]
pub enum Piece {
    /// A chunk with these words.
    Words(&'static str),
    /// A chunk with a whole call.
    Call(&'static str, Value),
    /// This, byte for byte.
    Raw(String),
    /// The end, with its reason.
    End(&'static str),
    /// Says nothing more and stays there.
    Hang,
}

/// One reply of the script.
pub enum Reply {
    Stream(Vec<Piece>),
    Status(u16, Option<&'static str>, String),
    Whole(Value),
    /// Not even headers.
    Silence,
}

#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

pub struct Scripted {
    script: Script,
    address: String,
}

impl Scripted {
    pub async fn new(replies: Vec<Reply>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let script = Script { replies: Arc::new(Mutex::new(replies.into())), ..Script::default() };
        let routes = Router::new()
            .route("/v1/models", get(async || Json(json!({ "data": [{ "id": "scripted" }] }))))
            .route("/v1/chat/completions", post(answer))
            .with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { script, address }
    }

    /// The house agent with this behind it, quick to lose patience.
    pub fn brain(&self) -> Arc<Model> {
        let limits = Limits {
            connect: Duration::from_secs(2),
            first: Duration::from_secs(3),
            between: Duration::from_secs(3),
            pause: Duration::from_millis(10),
            ..Limits::default()
        };
        let key = Some(KEY.parse().unwrap());
        Arc::new(Model::new(Endpoint::new(&self.address.parse().unwrap(), None, key, limits).unwrap()))
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Value> {
        self.script.asked.lock().unwrap().clone()
    }

    /// All that the model was told in the nth call, as one text.
    pub fn told(&self, call: usize) -> String {
        self.asked()[call]["messages"].to_string()
    }
}

async fn answer(State(script): State<Script>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    assert_eq!(headers[header::AUTHORIZATION], format!("Bearer {KEY}"));
    assert_eq!((asked["model"].as_str(), asked["stream"].as_bool()), (Some("scripted"), Some(true)));
    script.asked.lock().unwrap().push(asked);
    let reply = script.replies.lock().unwrap().pop_front();
    match reply {
        None => (StatusCode::IM_A_TEAPOT, "the script is over").into_response(),
        Some(Reply::Silence) => std::future::pending().await,
        Some(Reply::Whole(body)) => Json(body).into_response(),
        Some(Reply::Status(status, after, body)) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            if let Some(after) = after {
                response.headers_mut().insert(header::RETRY_AFTER, after.parse().unwrap());
            }
            response
        }
        Some(Reply::Stream(pieces)) => {
            let stream = futures::stream::iter(pieces).filter_map(async |piece| match piece {
                Piece::Hang => std::future::pending().await,
                piece => Some(Ok::<_, Infallible>(bytes(piece))),
            });
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream)).into_response()
        }
    }
}

fn bytes(piece: Piece) -> String {
    let chunk = |delta: Value, finish: Value| {
        let chunk = json!({ "object": "chat.completion.chunk", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
        format!("data: {chunk}\n\n")
    };
    match piece {
        Piece::Words(words) => chunk(json!({ "content": words }), Value::Null),
        Piece::Call(name, arguments) => {
            let call = json!({ "id": format!("call-{name}"), "type": "function",
                               "function": { "name": name, "arguments": arguments.to_string() } });
            chunk(json!({ "tool_calls": [call] }), Value::Null)
        }
        Piece::End(reason) => chunk(json!({}), json!(reason)) + "data: [DONE]\n\n",
        Piece::Raw(text) => text,
        Piece::Hang => String::new(),
    }
}

/// An answer of words alone.
pub fn says(words: &'static str) -> Reply {
    Reply::Stream(vec![Piece::Words(words), Piece::End("stop")])
}

/// An answer of one call.
pub fn calls(name: &'static str, arguments: Value) -> Reply {
    Reply::Stream(vec![Piece::Call(name, arguments), Piece::End("tool_calls")])
}

/// What hands in: a deliverable and the end.
pub fn hands_in(markdown: &str) -> Reply {
    let deliver = json!({ "title": "The letter", "markdown": markdown });
    Reply::Stream(vec![
        Piece::Call("deliver", deliver),
        Piece::Call("finish", json!({})),
        Piece::End("tool_calls"),
    ])
}
