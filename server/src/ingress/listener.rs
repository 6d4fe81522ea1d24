//! Connections: HTTP/1.1 within limits of time and number.

use std::{
    convert::Infallible,
    future::poll_fn,
    io::{self, Write},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use app::web::Reach;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    response::Response,
};
use hyper::{
    Request,
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use super::{
    ConnectionLimits, Trusted,
    slots::{Permit, Slot, Slots},
    wire::Wire,
};

/// Until the next is taken after one could not be: mostly there are too many open files.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two words about that in the log.
const QUIET: Duration = Duration::from_secs(60);
/// What whoever finds no place is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain\r\ncontent-length: 41\r\n\r\nToo many connections. Try again shortly.\n";

/// Takes connections until `stop`, and returns when those that it took have ended. Sockets are not waited for: they
/// have left HTTP, and listen for the stop themselves.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: ConnectionLimits,
    way: (Trusted, Reach),
    stop: CancellationToken,
) {
    let answer = move |request| {
        let answer = routes.clone().oneshot(request);
        async move {
            let Ok(response) = answer.await;
            response
        }
    };
    serve_with(listener, answer, limits, way, stop).await;
}

/// The same where `answer` has no routes to choose from. It finds the peer's address in the request.
pub async fn serve_with<A, F>(
    listener: TcpListener,
    answer: A,
    limits: ConnectionLimits,
    (trusted, reach): (Trusted, Reach),
    stop: CancellationToken,
) where
    A: Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let slots = Slots::new(limits, trusted, reach);
    let open = TaskTracker::new();
    let mut warned: Option<Instant> = None;
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => match slots.take(peer) {
                Some(permit) => {
                    let wire = prepare(stream, permit, limits);
                    open.spawn(hold(wire.0, wire.1, peer, answer.clone(), stop.clone()));
                }
                // Nobody waits for that.
                None => {
                    refuse(stream);
                    if warned.is_none_or(|at| at.elapsed() > QUIET) {
                        warned = Some(Instant::now());
                        tracing::warn!(client.address = %peer.ip(), "connections are refused: all places are taken");
                    }
                }
            },
            Err(error) => pause(&error).await,
        }
    }
    drop(listener);
    open.close();
    open.wait().await;
}

/// Says why. tokio knows of a connection so fresh not yet that it can be written to, the system does.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(FULL);
    }
}

fn prepare(stream: TcpStream, permit: Permit, limits: ConnectionLimits) -> (Wire, Arc<Slot>) {
    // A frame should not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error.message = %error, "a connection could not be told to send at once");
    }
    let slot = Arc::clone(&permit.slot);
    (Wire::new(stream, permit, limits.stalled), slot)
}

/// One connection, until one of both ends it.
async fn hold<A, F>(wire: Wire, slot: Arc<Slot>, peer: SocketAddr, answer: A, stop: CancellationToken)
where
    A: Fn(Request<Body>) -> F + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let working = Arc::clone(&slot);
    let service = service_fn(move |request: Request<Incoming>| {
        working.works();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, slot) = (answer(request), Arc::clone(&working));
        async move { Ok::<_, Infallible>(answer.await.map(|body| PendingResponse { body, slot })) }
    });
    let mut connection =
        pin!(http1::Builder::new().serve_connection(TokioIo::new(wire), service).with_upgrades());
    let mut alarm = pin!(sleep_until(Instant::now()));
    let mut stopping = false;
    loop {
        let step = poll_fn(|cx| {
            if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                return Poll::Ready(Some(ended));
            }
            // Whatever changed the connection's phase did so while it was polled.
            slot.settle();
            let Some(end) = slot.ends_at() else { return Poll::Pending };
            if stopping {
                return Poll::Ready(None);
            }
            if alarm.deadline() != end {
                alarm.as_mut().reset(end);
            }
            alarm.as_mut().poll(cx).map(|()| None)
        });
        tokio::select! {
            biased;
            ended = step => {
                if let Some(Err(error)) = ended {
                    tracing::debug!(error.message = %error, "a connection broke");
                }
                break;
            }
            () = slot.evicted.cancelled() => break,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
    // If a socket has taken it over, nothing waits for a request there.
    slot.works();
}

/// An answer on its way: it is made when this is dropped.
struct PendingResponse {
    body: Body,
    slot: Arc<Slot>,
}

impl HttpBody for PendingResponse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for PendingResponse {
    fn drop(&mut self) {
        self.slot.answers();
    }
}

/// What only concerns the one connection is not waited for.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(error.message = %error, "no connection could be taken");
        tokio::time::sleep(PAUSE).await;
    }
}
