use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sessions::StreamId;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, protocol::frame::coding::CloseCode},
};

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(20);

/// A page's end of a socket.
pub struct Tab {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Tab {
    /// Opens one on the server's own address, or says how it was refused.
    pub async fn open(address: SocketAddr, cookie: &str) -> Result<Self, Error> {
        let host = address.to_string();
        Self::open_at(address, &host, &format!("http://{host}"), cookie).await
    }

    /// The same on any host name, from a page of any site.
    pub async fn open_at(address: SocketAddr, host: &str, origin: &str, cookie: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/live").into_client_request()?;
        for (name, value) in [("cookie", cookie), ("origin", origin), ("host", host)] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket })
    }

    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.socket.send(Message::text(text.into())).await.unwrap();
    }

    pub async fn follow(&mut self, stream: StreamId, from: u64) {
        self.send_text(json!({ "follow": { "stream": stream, "from": format!("{from:020}") } }).to_string())
            .await;
    }

    /// The next frame that is no beat.
    pub async fn next_frame(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(FOREVER, self.socket.next()).await.unwrap().unwrap().unwrap();
            let Message::Text(text) = message else { panic!("not a frame: {message:?}") };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame.get("beat").is_none() {
                return frame;
            }
        }
    }

    /// The next frame with events: where they end, and the events.
    pub async fn events(&mut self) -> (u64, Vec<Value>) {
        loop {
            let frame = self.next_frame().await;
            if let Some(events) = frame.get("events") {
                return (
                    frame["next"].as_str().unwrap().parse().unwrap(),
                    events.as_array().unwrap().clone(),
                );
            }
        }
    }

    /// How the server ends it, whatever it says before.
    pub async fn ends(&mut self) -> CloseCode {
        loop {
            match tokio::time::timeout(FOREVER, self.socket.next()).await.unwrap() {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code,
                Some(Ok(_)) => {}
                other => panic!("it ended without a word: {other:?}"),
            }
        }
    }
}
