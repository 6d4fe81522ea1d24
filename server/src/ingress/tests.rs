//! The way in, over real sockets and on real time, with limits that are short.

use std::{sync::Arc, time::Duration};

use app::web::Reach;
use axum::{body::Bytes, extract::Request, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::*;

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(20);

/// More than the network holds.
const LONG: usize = 32 << 20;

struct SlowServer {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    /// The slow handler has begun.
    begun: Arc<Notify>,
    /// Lets it go on.
    go_on: Arc<Notify>,
}

fn limits(all: usize, each: usize) -> ConnectionLimits {
    let long = Duration::from_secs(60);
    ConnectionLimits { all, each, head: long, first: long, idle: long, stalled: long }
}

impl SlowServer {
    /// One where visitors of this machine count as strangers do.
    async fn new(limits: ConnectionLimits) -> Self {
        Self::with(limits, Trusted::default()).await
    }

    async fn with(limits: ConnectionLimits, trusted: Trusted) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let marks = (Arc::clone(&begun), Arc::clone(&go_on));
        let slow = move || {
            let (begun, go_on) = marks.clone();
            async move {
                begun.notify_one();
                go_on.notified().await;
            }
        };
        let routes = Router::new()
            .route("/", get(async || "here").post(async |body: Bytes| body.len().to_string()))
            .route("/slow", get(slow))
            .route("/long", get(async || "x".repeat(LONG)))
            .layer(axum::middleware::from_fn(short));
        let way = (trusted, Reach::everywhere());
        let serving = tokio::spawn(serve(listener, routes, limits, way, stop.clone()));
        Self { address, stop, serving, begun, go_on }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection over which this was sent.
    async fn sent(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// A connection whose request is at work.
    async fn busy(&self) -> TcpStream {
        let stream = self.sent("GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        timeout(FOREVER, self.begun.notified()).await.unwrap();
        stream
    }

    /// Over a connection of its own.
    async fn get(&self) -> String {
        ends(&mut self.sent("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await).await
    }
}

/// Bodies may take a moment.
async fn short(request: Request, next: Next) -> Response {
    let times =
        BodyTimes { idle: Duration::from_millis(150), grace: Duration::from_millis(300), rate: 1 << 20 };
    in_time(request, times, |request| next.run(request)).await.unwrap_or_else(|| too_slow(None))
}

/// Whatever comes until the other side hangs up.
async fn ends(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end, too.
    let _ = timeout(FOREVER, stream.read_to_end(&mut bytes)).await.expect("it is ended");
    String::from_utf8(bytes).unwrap()
}

/// The next answer's head and body, of which nothing but the length is looked at.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.contains("\r\n\r\n") || !text.ends_with("here") {
        let mut bytes = [0; 1024];
        let read = timeout(FOREVER, stream.read(&mut bytes)).await.unwrap().unwrap();
        assert!(read > 0, "{text}");
        text += std::str::from_utf8(&bytes[..read]).unwrap();
    }
    text
}

#[tokio::test]
async fn heads_that_dribble_and_connections_that_idle_are_ended() {
    let moment = Duration::from_millis(150);
    for (first, head, idle) in
        [(moment, FOREVER, FOREVER), (FOREVER, moment, FOREVER), (FOREVER, FOREVER, moment)]
    {
        let house = SlowServer::new(ConnectionLimits { first, head, idle, ..limits(100, 100) }).await;
        let mut stream = house.connect().await;
        if head == moment {
            stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
        }
        if idle == moment {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
        }
        assert_eq!(ends(&mut stream).await, "");
    }
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other() {
    let house = SlowServer::new(limits(100, 100)).await;
    let mut stream = house.connect().await;
    for _ in 0..3 {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_body_that_dribbles_is_told_408() {
    let house = SlowServer::new(limits(100, 100)).await;
    // Nothing more comes.
    let mut stream = house.sent("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nx").await;
    let answer = ends(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close"), "{answer}");
    // A byte comes now and then.
    let (mut read, mut write) =
        house.sent("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n").await.into_split();
    let dribble = tokio::spawn(async move {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    });
    let mut bytes = Vec::new();
    let _ = timeout(FOREVER, read.read_to_end(&mut bytes)).await.expect("it is ended");
    dribble.abort();
    assert!(bytes.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&bytes));
}

#[tokio::test]
async fn whoever_only_waits_makes_room() {
    let house = SlowServer::new(limits(8, 100)).await;
    let mut dribbling = Vec::new();
    for _ in 0..40 {
        dribbling.push(house.sent("GET / HTTP/1.1\r\nhos").await);
    }
    for _ in 0..5 {
        assert!(house.get().await.ends_with("here"));
    }
    assert_eq!(ends(&mut dribbling[0]).await, "", "who came first goes first");
}

#[tokio::test]
async fn one_address_does_not_take_all() {
    let house = SlowServer::new(limits(100, 2)).await;
    let mut idle = house.connect().await;
    let busy = [house.busy().await, house.connect().await];
    // The third of them sent the first of them away; what is at work stays.
    assert_eq!(ends(&mut idle).await, "");
    assert!(house.get().await.ends_with("here"));
    drop(busy);

    let trusted = SlowServer::with(limits(100, 2), Trusted::loopback()).await;
    let mut idle = Vec::new();
    for _ in 0..10 {
        idle.push(trusted.connect().await);
    }
    assert!(trusted.get().await.ends_with("here"));
    idle[0].write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(
        answer(&mut idle[0]).await.starts_with("HTTP/1.1 200"),
        "a proxy's connections are many people's"
    );
}

#[tokio::test]
async fn what_is_at_work_keeps_its_place() {
    let moment = Duration::from_millis(100);
    let limits = ConnectionLimits { idle: moment, ..limits(1, 1) };
    let house = SlowServer::new(limits).await;
    let mut busy = house.busy().await;
    let refused = ends(&mut house.connect().await).await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 5"), "{refused}");
    tokio::time::sleep(moment * 3).await;
    house.go_on.notify_one();
    assert!(ends(&mut busy).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_soft_stop_lets_what_runs_end_and_waits_for_nobody_else() {
    let house = SlowServer::new(limits(100, 100)).await;
    let mut busy = house.busy().await;
    let mut idle = house.sent("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(answer(&mut idle).await.starts_with("HTTP/1.1 200"));
    let mut dribbling = house.sent("GET / HTTP/1.1\r\nho").await;
    house.stop.cancel();
    assert_eq!(ends(&mut idle).await, "");
    assert_eq!(ends(&mut dribbling).await, "");
    assert!(!house.serving.is_finished());
    house.go_on.notify_one();
    assert!(ends(&mut busy).await.starts_with("HTTP/1.1 200"));
    timeout(FOREVER, house.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn as_many_files_may_be_open_as_the_system_allows() {
    let raised = raise();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    assert_eq!(limit.current.unwrap_or(raised), raised);
    assert!(raised >= limit.maximum.unwrap_or(u64::MAX).min(65_536), "{raised}");
}

#[tokio::test]
async fn a_soft_stop_cuts_no_answer_short() {
    let house = SlowServer::new(limits(1, 1)).await;
    let mut reader = house.sent("GET /long HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut first = [0; 1];
    timeout(FOREVER, reader.read_exact(&mut first)).await.unwrap().unwrap();
    // Nor does whoever else wants the place.
    assert!(ends(&mut house.connect().await).await.starts_with("HTTP/1.1 503"));
    house.stop.cancel();
    let rest = ends(&mut reader).await;
    assert!(rest.len() > LONG && rest.ends_with('x'), "{}", rest.len());
}

#[tokio::test]
async fn whoever_takes_nothing_is_not_waited_for() {
    let house =
        SlowServer::new(ConnectionLimits { stalled: Duration::from_millis(150), ..limits(1, 1) }).await;
    let stuck = house.sent("GET /long HTTP/1.1\r\nhost: a\r\n\r\n").await;
    stuck.readable().await.unwrap();
    // Its place is free once it is given up.
    let free = async {
        while !house.get().await.ends_with("here") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(FOREVER, free).await.unwrap();
}
