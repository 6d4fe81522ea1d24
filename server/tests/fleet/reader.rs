//! A follower over HTTP that comes again from its offset, whatever happens to its connections.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::watch;

/// Between tries.
const PAUSE: Duration = Duration::from_millis(20);
/// A line that is silent for longer is dead: the server gives a sign of life every 15 seconds.
const SILENCE: Duration = Duration::from_secs(20);

/// How it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Sse,
    LongPoll,
}

/// What it has heard.
#[derive(Clone, Debug, Default)]
pub struct ReceivedEvents {
    /// The messages, byte for byte.
    pub messages: Vec<String>,
    pub closed: bool,
    /// How often it had to connect anew.
    pub reconnects: u64,
    /// An answer that no fault explains.
    pub refused: Option<String>,
}

pub struct Reader {
    client: Client,
    url: String,
    way: Way,
    offset: String,
    heard: watch::Sender<ReceivedEvents>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Control {
    stream_next_offset: String,
    #[serde(default)]
    stream_closed: bool,
}

impl Reader {
    /// Follows the stream at `url` from its beginning until it is closed.
    pub fn start(url: String, way: Way) -> watch::Receiver<ReceivedEvents> {
        let client = super::client().read_timeout(SILENCE).build().unwrap();
        let (heard, hears) = watch::channel(ReceivedEvents::default());
        tokio::spawn(Self { client, url, way, offset: "-1".into(), heard }.run());
        hears
    }

    async fn run(mut self) {
        loop {
            let went = match self.way {
                Way::Sse => self.sse().await,
                Way::LongPoll => self.long_poll().await,
            };
            if self.heard.borrow().closed || self.heard.borrow().refused.is_some() || self.heard.is_closed() {
                return;
            }
            if went.is_err() || self.way == Way::Sse {
                self.heard.send_modify(|heard| heard.reconnects += 1);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn ask(&self, live: &str) -> Result<Response, ()> {
        let url = format!("{}?offset={}&live={live}", self.url, self.offset);
        let response = self.client.get(url).send().await.map_err(|_| ())?;
        let status = response.status();
        if !status.is_success() && status != StatusCode::SERVICE_UNAVAILABLE {
            let why = format!("{status} at {}: {}", self.offset, response.text().await.unwrap_or_default());
            self.heard.send_modify(|heard| heard.refused = Some(why));
            return Err(());
        }
        if status.is_success() { Ok(response) } else { Err(()) }
    }

    async fn long_poll(&mut self) -> Result<(), ()> {
        let response = self.ask("long-poll").await?;
        let header = |name: &str| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
        let (next, closed) = (header("stream-next-offset").unwrap(), header("stream-closed").is_some());
        let body = response.text().await.map_err(|_| ())?;
        self.take(if body.is_empty() { "[]" } else { &body }, next, closed);
        Ok(())
    }

    async fn sse(&mut self) -> Result<(), ()> {
        let mut response = self.ask("sse").await?;
        // Data counts with the control event behind it, which says where to go on.
        let (mut buffer, mut data) = (Vec::new(), String::from("[]"));
        while let Some(bytes) = response.chunk().await.map_err(|_| ())? {
            buffer.extend_from_slice(&bytes);
            while let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
                let event = String::from_utf8(buffer.drain(..end + 2).collect()).unwrap();
                let value = |line: &str| Some(line.strip_prefix("data:")?.trim_start_matches(' ').to_owned());
                let payload: Vec<String> = event.lines().filter_map(value).collect();
                if event.starts_with("event: data") {
                    data = payload.join("\n");
                } else if event.starts_with("event: control") {
                    let control: Control = serde_json::from_str(&payload.join("\n")).unwrap();
                    let data = std::mem::replace(&mut data, "[]".into());
                    self.take(&data, control.stream_next_offset, control.stream_closed);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, array: &str, next: String, closed: bool) {
        let messages: Vec<Box<RawValue>> = serde_json::from_str(array).unwrap();
        self.offset = next;
        self.heard.send_if_modified(|heard| {
            heard.messages.extend(messages.iter().map(|message| message.get().to_owned()));
            heard.closed |= closed;
            closed || !messages.is_empty()
        });
    }
}
