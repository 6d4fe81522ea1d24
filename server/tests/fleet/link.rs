//! A line that can be cut and stalled: plain round-robin over everyone behind it.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::watch,
};

/// Where one listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkAddress {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}
type BoxedSocket = Box<dyn Socket>;

/// Clones are the same link.
#[derive(Clone)]
pub struct Link {
    pub place: LinkAddress,
    behind: Arc<Mutex<Vec<LinkAddress>>>,
    state: Arc<watch::Sender<LinkState>>,
    opened: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, Default)]
struct LinkState {
    /// Nothing moves.
    stalled: bool,
    /// Lines opened before this one are closed.
    cut_before: usize,
    /// Over lines opened before this one nothing moves any more.
    dead_before: usize,
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Link {
    /// A port of this machine.
    pub async fn tcp(behind: Vec<LinkAddress>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = LinkAddress::Tcp(listener.local_addr().unwrap());
        Self::open(Listener::Tcp(listener), place, behind)
    }

    pub fn unix(path: PathBuf, behind: Vec<LinkAddress>) -> Self {
        let listener = UnixListener::bind(&path).unwrap();
        Self::open(Listener::Unix(listener), LinkAddress::Unix(path), behind)
    }

    fn open(listener: Listener, place: LinkAddress, behind: Vec<LinkAddress>) -> Self {
        let link = Self {
            place,
            behind: Arc::new(Mutex::new(behind)),
            state: Arc::default(),
            opened: Arc::default(),
        };
        tokio::spawn(link.clone().accept(listener));
        link
    }

    pub fn url(&self) -> String {
        let LinkAddress::Tcp(address) = self.place else { panic!("only a port has an address") };
        format!("http://{address}")
    }

    /// From now on these are behind it.
    pub fn lead_to(&self, behind: Vec<LinkAddress>) {
        *self.behind.lock().unwrap() = behind;
    }

    /// Closes all lines; how many were opened so far.
    pub fn cut(&self) -> usize {
        let opened = self.opened.load(Ordering::SeqCst);
        self.state.send_modify(|state| state.cut_before = opened);
        opened
    }

    /// Holds everything up, or lets it go on.
    pub fn stall(&self, stalled: bool) {
        self.state.send_modify(|state| state.stalled = stalled);
    }

    /// Nothing moves any more over the lines that there are, and nobody is told; new ones work.
    pub fn bury(&self) {
        let opened = self.opened.load(Ordering::SeqCst);
        self.state.send_modify(|state| state.dead_before = opened);
    }

    async fn accept(self, listener: Listener) {
        loop {
            let line: BoxedSocket = match &listener {
                Listener::Tcp(listener) => Box::new(listener.accept().await.unwrap().0),
                Listener::Unix(listener) => Box::new(listener.accept().await.unwrap().0),
            };
            let number = self.opened.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(self.clone().carry(line, number));
        }
    }

    async fn carry(self, line: BoxedSocket, number: usize) {
        let Some(behind) = self.connect(number).await else { return };
        let ((from_here, to_here), (from_there, to_there)) =
            (tokio::io::split(line), tokio::io::split(behind));
        let gate = |state: &Arc<watch::Sender<LinkState>>| LinkPump { number, state: state.subscribe() };
        tokio::select! {
            _ = gate(&self.state).pump(from_here, to_there) => {}
            _ = gate(&self.state).pump(from_there, to_here) => {}
        }
    }

    /// The next one's turn; whoever does not listen is passed over.
    async fn connect(&self, number: usize) -> Option<BoxedSocket> {
        let places = self.behind.lock().unwrap().clone();
        for turn in 0..places.len() {
            let line: io::Result<BoxedSocket> = match &places[(number + turn) % places.len()] {
                LinkAddress::Tcp(address) => TcpStream::connect(address).await.map(|line| {
                    line.set_nodelay(true).unwrap();
                    Box::new(line) as BoxedSocket
                }),
                LinkAddress::Unix(path) => {
                    UnixStream::connect(path).await.map(|line| Box::new(line) as BoxedSocket)
                }
            };
            if let Ok(line) = line {
                return Some(line);
            }
        }
        None
    }
}

/// What one line has to know of the link's state.
struct LinkPump {
    number: usize,
    state: watch::Receiver<LinkState>,
}

impl LinkPump {
    /// Carries bytes until either end closes, or the line is cut.
    async fn pump(mut self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> Option<()> {
        let mut bytes = [0; 16 * 1024];
        loop {
            let state = *self.state.borrow_and_update();
            if self.number < state.cut_before {
                return None;
            }
            let moves = !state.stalled && self.number >= state.dead_before;
            tokio::select! {
                changed = self.state.changed() => changed.ok()?,
                read = from.read(&mut bytes), if moves => {
                    let count = read.ok().filter(|count| *count > 0)?;
                    to.write_all(&bytes[..count]).await.ok()?;
                    to.flush().await.ok()?;
                }
            }
        }
    }
}
