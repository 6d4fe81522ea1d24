//! A way to Postgres that can be cut, stalled, and lost at the worst moment.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixListener, UnixStream},
    sync::watch,
};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All passes.
    Pass,
    /// Every connection is closed, and every new one.
    Away,
    /// Nothing passes over the connections that there are, ever; new ones work.
    Stalled,
    /// The next COMMIT reaches Postgres, and its answer is lost with all connections.
    LoseCommit,
    /// The next thing that holds these bytes reaches Postgres, and its answer is lost with all connections.
    LoseAnswer(&'static str),
}

impl Mode {
    fn loses(self, bytes: &[u8]) -> bool {
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        match self {
            Self::LoseCommit => holds(b"COMMIT\0"),
            Self::LoseAnswer(text) => holds(text.as_bytes()),
            Self::Pass | Self::Away | Self::Stalled => false,
        }
    }
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

pub struct Proxy {
    mode: Arc<watch::Sender<Mode>>,
    /// One receiver for each connection that there is.
    open: Arc<watch::Sender<()>>,
    /// Holds the socket that it listens at: options with a socket take it before any host.
    folder: PathBuf,
    database: PgConnectOptions,
}

impl Proxy {
    /// A proxy before the test's database.
    pub async fn start(database: &PgPool) -> Self {
        let database = (*database.connect_options()).clone();
        let folder = std::env::temp_dir().join(Uuid::now_v7().to_string());
        std::fs::create_dir(&folder).unwrap();
        let listener = UnixListener::bind(socket(&folder, &database)).unwrap();
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let open = Arc::new(watch::Sender::new(()));
        tokio::spawn(accept(listener, Arc::clone(&mode), Arc::clone(&open), database.clone()));
        Self { mode, open, folder, database }
    }

    pub fn options(&self) -> PgConnectOptions {
        self.database.clone().socket(&self.folder).ssl_mode(PgSslMode::Disable)
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Waits until no connection is left.
    pub async fn closed(&self) {
        self.open.closed().await;
    }

    /// Waits until the lost COMMIT has cut the connections.
    pub async fn lost(&self) {
        self.mode.subscribe().wait_for(|mode| *mode == Mode::Away).await.unwrap();
    }
}

impl Drop for Proxy {
    /// Stalled connections would hold the test's database open.
    fn drop(&mut self) {
        self.set(Mode::Away);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where Postgres's clients look for its socket.
fn socket(folder: &Path, database: &PgConnectOptions) -> PathBuf {
    folder.join(format!(".s.PGSQL.{}", database.get_port()))
}

async fn accept(
    listener: UnixListener,
    mode: Arc<watch::Sender<Mode>>,
    open: Arc<watch::Sender<()>>,
    database: PgConnectOptions,
) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        if *mode.borrow() != Mode::Away {
            let server = connect(&database).await;
            let (mode, held) = (Arc::clone(&mode), open.subscribe());
            tokio::spawn(async move {
                carry(client, server, mode).await;
                drop(held);
            });
        }
    }
}

async fn connect(database: &PgConnectOptions) -> Box<dyn Socket> {
    let host = database.get_host();
    let folder = database
        .get_socket()
        .map(PathBuf::as_path)
        .or_else(|| host.starts_with('/').then_some(Path::new(host)));
    match folder {
        Some(folder) => Box::new(UnixStream::connect(socket(folder, database)).await.unwrap()),
        None => Box::new(TcpStream::connect((host, database.get_port())).await.unwrap()),
    }
}

async fn carry(mut client: UnixStream, mut server: Box<dyn Socket>, mode: Arc<watch::Sender<Mode>>) {
    let mut modes = mode.subscribe();
    let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
    let born = *modes.borrow();
    let mut moves = true;
    loop {
        let now = *modes.borrow_and_update();
        // It may have been set since the client was let in.
        if now == Mode::Away {
            return;
        }
        moves &= now != Mode::Stalled || born == Mode::Stalled;
        tokio::select! {
            read = client.read(&mut up), if moves => {
                let Some(bytes) = some(&up, read) else { return };
                if server.write_all(bytes).await.is_err() { return }
                if now.loses(bytes) {
                    // Its answer: the commit is through.
                    let _ = server.read(&mut down).await;
                    mode.send_replace(Mode::Away);
                    return;
                }
            }
            read = server.read(&mut down), if moves => {
                let Some(bytes) = some(&down, read) else { return };
                if client.write_all(bytes).await.is_err() { return }
            }
            changed = modes.changed() => {
                if changed.is_err() || *modes.borrow() == Mode::Away { return }
            }
        }
    }
}

fn some(buffer: &[u8], read: std::io::Result<usize>) -> Option<&[u8]> {
    read.ok().filter(|count| *count > 0).map(|count| &buffer[..count])
}
