//! Connections of `throughline streams`: HTTP/1.1 and nothing else, within the limits of time and number that the portal's have.
//!
//! What asks each connection first which HTTP it speaks keeps 8 kB more for it, and there may be thousands that follow.

use std::{net::SocketAddr, sync::Arc};

use app::web::Reach;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sessions_http::{Authorizer, DurableStreams, handle};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    ingress::{BodyTimes, ConnectionLimits, Trusted, in_time, serve_with},
    metrics::{self, Metrics},
};

/// How long whoever connects may take, and how many there may be.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    pub(super) connections: ConnectionLimits,
    pub(super) bodies: BodyTimes,
}

/// Takes connections until `stop`, and returns when those that it took have ended. `reach`: of an address that this machine
/// alone has.
pub(super) async fn serve<A: Authorizer>(
    listener: TcpListener,
    streams: Arc<DurableStreams<A>>,
    metrics: Arc<Metrics>,
    patience: Patience,
    reach: Reach,
    stop: CancellationToken,
) {
    let answer = move |request: Request<Body>| {
        let (streams, metrics) = (Arc::clone(&streams), Arc::clone(&metrics));
        async move {
            if request.uri().path() != metrics::PATH {
                return handle(streams, request).await;
            }
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
            metrics.answer(peer, request.version(), request.headers())
        }
    };
    serve_answers(listener, answer, patience, reach, stop).await;
}

async fn serve_answers<A, F>(
    listener: TcpListener,
    answer: A,
    patience: Patience,
    reach: Reach,
    stop: CancellationToken,
) where
    A: Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let in_time = move |request| {
        let answer = answer.clone();
        async move { in_time(request, patience.bodies, answer).await.unwrap_or_else(too_slow) }
    };
    serve_with(listener, in_time, patience.connections, (Trusted::default(), reach), stop).await;
}

fn too_slow() -> Response {
    let words = "The request's body came too slowly. Nothing was changed; send it again.\n";
    (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], words).into_response()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        time::timeout,
    };

    use super::*;

    /// What no wait in here comes near.
    const FOREVER: Duration = Duration::from_secs(20);
    const MOMENT: Duration = Duration::from_millis(150);

    /// Answers with the length of what was sent.
    async fn length(request: Request<Body>) -> Response {
        match request.into_body().collect().await {
            Ok(body) => body.to_bytes().len().to_string().into_response(),
            Err(_) => StatusCode::BAD_REQUEST.into_response(),
        }
    }

    /// What comes back over a connection on which this is sent, until the other side hangs up.
    async fn sent(patience: Patience, text: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let reach = Reach::new(address, &format!("http://{address}").parse().unwrap());
        let serving = tokio::spawn(serve_answers(listener, length, patience, reach, stop.clone()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        timeout(FOREVER, stream.read_to_end(&mut bytes)).await.expect("it is ended").unwrap();
        stop.cancel();
        timeout(FOREVER, serving).await.expect("it stops").unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn nobody_holds_a_connection_by_saying_little() {
        let connections = ConnectionLimits {
            head: FOREVER,
            first: FOREVER,
            idle: FOREVER,
            ..ConnectionLimits::new(100, 100)
        };
        let patience = Patience { connections, bodies: BodyTimes::default() };
        let first = ConnectionLimits { first: MOMENT, ..connections };
        assert_eq!(sent(Patience { connections: first, ..patience }, "").await, "");
        let head = ConnectionLimits { head: MOMENT, ..connections };
        assert_eq!(
            sent(Patience { connections: head, ..patience }, "GET /v1/stream/a HTTP/1.1\r\nhost:").await,
            ""
        );
        let idle = ConnectionLimits { idle: MOMENT, ..connections };
        let whole = "POST /v1/stream/a HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc";
        let answer = sent(Patience { connections: idle, ..patience }, whole).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n3"), "{answer}");
        let bodies = BodyTimes { idle: MOMENT, grace: MOMENT, rate: 1 << 20 };
        let half = "POST /v1/stream/a HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\na";
        let answer = sent(Patience { bodies, ..patience }, half).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("send it again"), "{answer}");
    }
}
