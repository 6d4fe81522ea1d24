//! A way to Postgres that can be cut, stalled, and lost at the worst moment.

use std::sync::Arc;

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

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
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

pub struct Proxy {
    mode: Arc<watch::Sender<Mode>>,
    port: u16,
    database: PgConnectOptions,
}

impl Proxy {
    /// A proxy before the test's database.
    pub async fn start(database: &PgPool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let database = (*database.connect_options()).clone();
        tokio::spawn(accept(listener, Arc::clone(&mode), database.clone()));
        Self { mode, port, database }
    }

    pub fn options(&self) -> PgConnectOptions {
        self.database.clone().host("127.0.0.1").port(self.port).ssl_mode(PgSslMode::Disable)
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
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
    }
}

async fn accept(listener: TcpListener, mode: Arc<watch::Sender<Mode>>, database: PgConnectOptions) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        if *mode.borrow() != Mode::Away {
            let server = connect(&database).await;
            tokio::spawn(carry(client, server, Arc::clone(&mode)));
        }
    }
}

async fn connect(database: &PgConnectOptions) -> Box<dyn Socket> {
    let (host, port) = (database.get_host(), database.get_port());
    let folder = database.get_socket().map(|path| path.display().to_string());
    match folder.as_deref().or_else(|| host.starts_with('/').then_some(host)) {
        Some(folder) => Box::new(UnixStream::connect(format!("{folder}/.s.PGSQL.{port}")).await.unwrap()),
        None => Box::new(TcpStream::connect((host, port)).await.unwrap()),
    }
}

async fn carry(mut client: TcpStream, mut server: Box<dyn Socket>, mode: Arc<watch::Sender<Mode>>) {
    let mut modes = mode.subscribe();
    let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
    let born = *modes.borrow();
    let mut moves = true;
    loop {
        let now = *modes.borrow_and_update();
        moves &= now != Mode::Stalled || born == Mode::Stalled;
        tokio::select! {
            read = client.read(&mut up), if moves => {
                let Some(bytes) = some(&up, read) else { return };
                if server.write_all(bytes).await.is_err() { return }
                if now == Mode::LoseCommit && bytes.windows(7).any(|window| window == b"COMMIT\0") {
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
