//! Connections of `throughline streams`: HTTP/1.1 and nothing else.
//!
//! What asks each connection first which HTTP it speaks keeps 8 kB more for it, and there may be thousands that follow.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use sessions_http::{Authorizer, DurableStreams, handle};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::metrics::{self, Metrics};

/// Until the next is taken after one could not be: mostly there are too many open files.
const PAUSE: Duration = Duration::from_millis(250);

/// Takes connections until `stop`, and returns when those that it took have ended.
pub(super) async fn serve<A: Authorizer>(
    listener: TcpListener,
    streams: Arc<DurableStreams<A>>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) {
    let open = GracefulShutdown::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => take(stream, peer, &streams, &metrics, &open),
            Err(error) => pause(&error).await,
        }
    }
    drop(listener);
    open.shutdown().await;
}

fn take<A: Authorizer>(
    stream: TcpStream,
    peer: SocketAddr,
    streams: &Arc<DurableStreams<A>>,
    metrics: &Arc<Metrics>,
    open: &GracefulShutdown,
) {
    // A frame should not wait for the next one.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error.message = %error, "a connection could not be told to send at once");
    }
    let (streams, metrics) = (Arc::clone(streams), Arc::clone(metrics));
    let service = service_fn(move |request: Request<Incoming>| {
        let streams = Arc::clone(&streams);
        let metrics = (request.uri().path() == metrics::PATH).then(|| Arc::clone(&metrics));
        async move {
            Ok::<_, Infallible>(match metrics {
                Some(metrics) => metrics.answer(Some(peer), request.version(), request.headers()),
                None => handle(streams, request.map(Body::new)).await,
            })
        }
    });
    let connection = open.watch(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(error.message = %error, "a connection broke");
        }
    });
}

/// What only concerns the one connection is not waited for.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(error.message = %error, "no connection could be taken");
        tokio::time::sleep(PAUSE).await;
    }
}
