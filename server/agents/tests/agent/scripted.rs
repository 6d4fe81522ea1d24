//! A stand-in for a model server, for these tests alone: it speaks each wire and says what a script
//! says.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use agents::{
    built_in::{Model, ModelEndpoint, ModelLimits},
    model::{Models, Wire},
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
use safe_http::{Admitted, SafeHttp};
use serde_json::{Value, json};

use tokio::sync::Notify;

use super::support::PATIENCE;

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
    /// Says nothing more until this is notified.
    Until(Arc<Notify>),
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
            .route("/v1/chat/completions", post(|s, h, j| answer(Wire::Chat, s, h, j)))
            .route("/v1/responses", post(|s, h, j| answer(Wire::Responses, s, h, j)))
            .route("/v1/messages", post(|s, h, j| answer(Wire::Anthropic, s, h, j)))
            .with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { script, address }
    }

    /// The built-in agent with this behind it.
    pub fn backend(&self) -> Arc<Model> {
        self.backend_with(patient())
    }

    /// The same that waits so long.
    pub fn backend_with(&self, limits: ModelLimits) -> Arc<Model> {
        let key = Some(KEY.parse().unwrap());
        Arc::new(Model::new(ModelEndpoint::new(&self.address.parse().unwrap(), None, key, limits).unwrap()))
    }

    /// Its base address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Value> {
        self.script.asked.lock().unwrap().clone()
    }

    /// All that the model was told in the nth call, as one text.
    pub fn texts_of_call(&self, call: usize) -> String {
        let asked = &self.asked()[call];
        format!("{}{}{}", asked["messages"], asked["input"], asked["instructions"])
    }
}

/// Nothing is asked again because the machine is busy, or the script would be out of step: a test gives up before.
pub fn patient() -> ModelLimits {
    let long = 2 * PATIENCE;
    let pause = Duration::from_millis(10);
    ModelLimits { connect: long, first: long, between: long, pause, ..ModelLimits::default() }
}

/// For a model that has nothing to say.
pub fn impatient() -> ModelLimits {
    let short = Duration::from_secs(3);
    ModelLimits { first: short, between: short, ..patient() }
}

/// Agents with a model of their own, on this machine.
pub fn models(admitted: Admitted) -> Arc<Models> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Arc::new(Models::new(SafeHttp::new(admitted).unwrap(), patient()))
}

async fn answer(
    wire: Wire,
    State(script): State<Script>,
    headers: HeaderMap,
    Json(asked): Json<Value>,
) -> Response {
    match wire {
        Wire::Anthropic => {
            assert_eq!(
                (&headers["x-api-key"], &headers["anthropic-version"]),
                (&KEY.parse().unwrap(), &"2023-06-01".parse().unwrap())
            );
            assert!(asked["max_tokens"].is_u64());
        }
        _ => assert_eq!(headers[header::AUTHORIZATION], format!("Bearer {KEY}")),
    }
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
            let mut pen = Pen { wire, place: 0, speaks: false };
            let pieces: Vec<Piece> = pieces;
            let written: Vec<Result<String, Option<Arc<Notify>>>> = std::iter::once(Ok(pen.begin()))
                .chain(pieces.into_iter().map(|piece| match piece {
                    Piece::Hang => Err(None),
                    Piece::Until(gate) => Err(Some(gate)),
                    piece => Ok(pen.write(piece)),
                }))
                .collect();
            let stream = futures::stream::iter(written).filter_map(async |text| match text {
                Err(None) => std::future::pending().await,
                Err(Some(gate)) => {
                    gate.notified().await;
                    None
                }
                Ok(text) => Some(Ok::<_, Infallible>(text)),
            });
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream)).into_response()
        }
    }
}

/// What an answer has used, by whatever wire.
pub const USED: (i64, i64, i64) = (9, 3, 4);

/// Writes pieces as a wire's events.
struct Pen {
    wire: Wire,
    /// Where the next item stands.
    place: usize,
    /// A text is open at the place before.
    speaks: bool,
}

impl Pen {
    fn event(&self, data: Value) -> String {
        match self.wire {
            Wire::Chat => format!("data: {data}\n\n"),
            _ => format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap()),
        }
    }

    fn begin(&self) -> String {
        match self.wire {
            Wire::Chat => String::new(),
            Wire::Responses => {
                self.event(json!({ "type": "response.created", "response": { "output": [] } }))
            }
            Wire::Anthropic => {
                let usage = json!({ "input_tokens": 6, "cache_read_input_tokens": 3, "output_tokens": 1 });
                let message =
                    json!({ "role": "assistant", "content": [], "stop_reason": null, "usage": usage });
                self.event(json!({ "type": "message_start", "message": message }))
            }
        }
    }

    fn write(&mut self, piece: Piece) -> String {
        match (self.wire, piece) {
            (_, Piece::Raw(text)) => text,
            (_, Piece::Hang | Piece::Until(_)) => String::new(),
            (Wire::Chat, piece) => self.chat(piece),
            (Wire::Responses, piece) => self.responses(piece),
            (Wire::Anthropic, piece) => self.anthropic(piece),
        }
    }

    fn chat(&self, piece: Piece) -> String {
        let chunk = |delta: Value, finish: Value| {
            let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
            self.event(json!({ "object": "chat.completion.chunk", "choices": [choice] }))
        };
        match piece {
            Piece::Words(words) => chunk(json!({ "content": words }), Value::Null),
            Piece::Call(name, arguments) => {
                let call = json!({ "id": format!("call-{name}"), "type": "function",
                                   "function": { "name": name, "arguments": arguments.to_string() } });
                chunk(json!({ "tool_calls": [call] }), Value::Null)
            }
            Piece::End(reason) => {
                let usage = json!({ "prompt_tokens": 9, "completion_tokens": 4,
                                    "prompt_tokens_details": { "cached_tokens": 3 } });
                chunk(json!({}), json!(reason))
                    + &self.event(json!({ "choices": [], "usage": usage }))
                    + "data: [DONE]\n\n"
            }
            Piece::Raw(_) | Piece::Hang | Piece::Until(_) => unreachable!("written above"),
        }
    }

    fn responses(&mut self, piece: Piece) -> String {
        match piece {
            Piece::Words(words) => {
                let open = if std::mem::replace(&mut self.speaks, true) {
                    String::new()
                } else {
                    let item = json!({ "type": "message", "role": "assistant", "content": [] });
                    self.place += 1;
                    self.event(json!({ "type": "response.output_item.added", "output_index": self.place - 1, "item": item }))
                };
                open + &self.event(json!({ "type": "response.output_text.delta", "output_index": self.place - 1, "delta": words }))
            }
            Piece::Call(name, arguments) => {
                (self.place, self.speaks) = (self.place + 1, false);
                let at = self.place - 1;
                let item = |arguments: &str| json!({ "type": "function_call", "id": "fc", "call_id": format!("call-{name}"), "name": name, "arguments": arguments });
                let arguments = arguments.to_string();
                let (one, two) = arguments.split_at(1);
                let more = |text: &str| {
                    self.event(json!({ "type": "response.function_call_arguments.delta", "output_index": at, "delta": text }))
                };
                self.event(json!({ "type": "response.output_item.added", "output_index": at, "item": item("") }))
                    + &more(one)
                    + &more(two)
                    + &self.event(json!({ "type": "response.output_item.done", "output_index": at, "item": item(&arguments) }))
            }
            Piece::End(reason) => {
                let usage = json!({ "input_tokens": 9, "output_tokens": 4, "input_tokens_details": { "cached_tokens": 3 } });
                match reason {
                    "length" => self.event(json!({ "type": "response.incomplete", "response": { "usage": usage, "incomplete_details": { "reason": "max_output_tokens" } } })),
                    _ => self.event(json!({ "type": "response.completed", "response": { "usage": usage } })),
                }
            }
            Piece::Raw(_) | Piece::Hang | Piece::Until(_) => unreachable!("written above"),
        }
    }

    fn anthropic(&mut self, piece: Piece) -> String {
        match piece {
            Piece::Words(words) => {
                let open = if std::mem::replace(&mut self.speaks, true) {
                    String::new()
                } else {
                    self.place += 1;
                    self.event(json!({ "type": "content_block_start", "index": self.place - 1, "content_block": { "type": "text", "text": "" } }))
                };
                let delta = json!({ "type": "text_delta", "text": words });
                open + &self
                    .event(json!({ "type": "content_block_delta", "index": self.place - 1, "delta": delta }))
            }
            Piece::Call(name, arguments) => {
                let stop = |at| self.event(json!({ "type": "content_block_stop", "index": at }));
                let closed = if self.speaks { stop(self.place - 1) } else { String::new() };
                let at = self.place;
                let block =
                    json!({ "type": "tool_use", "id": format!("call-{name}"), "name": name, "input": {} });
                let arguments = arguments.to_string();
                let (one, two) = arguments.split_at(1);
                let more = |text: &str| {
                    self.event(json!({ "type": "content_block_delta", "index": at, "delta": { "type": "input_json_delta", "partial_json": text } }))
                };
                let written = closed
                    + &self
                        .event(json!({ "type": "content_block_start", "index": at, "content_block": block }))
                    + &more(one)
                    + &more(two)
                    + &stop(at);
                (self.place, self.speaks) = (at + 1, false);
                written
            }
            Piece::End(reason) => {
                let reason = match reason {
                    "length" => "max_tokens",
                    "tool_calls" => "tool_use",
                    _ => "end_turn",
                };
                self.event(json!({ "type": "ping" }))
                    + &self.event(json!({ "type": "message_delta", "delta": { "stop_reason": reason }, "usage": { "output_tokens": 4 } }))
                    + &self.event(json!({ "type": "message_stop" }))
            }
            Piece::Raw(_) | Piece::Hang | Piece::Until(_) => unreachable!("written above"),
        }
    }
}

/// An answer of words alone.
pub fn words_reply(words: &'static str) -> Reply {
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
