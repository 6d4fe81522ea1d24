//! An S3 server in this process, which checks who asks.

use std::net::SocketAddr;

use domain::files::store::Store;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

const BUCKET: &str = "portal-files";

/// The server. What it keeps goes with it.
pub struct S3 {
    address: SocketAddr,
    task: JoinHandle<()>,
    folder: TempDir,
}

impl S3 {
    /// One with an empty bucket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("key-of-the-portal", "secret-of-the-portal"));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            // They end with the server.
            let mut connections = JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = service.clone();
                connections.spawn(async move {
                    // A client that leaves is no concern of the server's.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { address, task, folder }
    }

    /// What a node's environment says of it.
    pub fn variables(&self, secret: &str) -> Vec<(String, String)> {
        let set = [
            ("AWS_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_ACCESS_KEY_ID", "key-of-the-portal".into()),
            ("AWS_SECRET_ACCESS_KEY", secret.into()),
            ("AWS_REGION", "eu-central-1".into()),
        ];
        set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The store as a node of the portal opens it.
    pub fn store(&self) -> Store {
        self.opened("secret-of-the-portal")
    }

    /// The same with that secret.
    pub fn opened(&self, secret: &str) -> Store {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let place = format!("s3://{BUCKET}/throughline").parse().unwrap();
        Store::at(place, self.variables(secret), std::env::temp_dir()).unwrap()
    }

    /// Stops it, as if its machine were gone.
    pub async fn stop(self) -> TempDir {
        self.task.abort();
        let _ = self.task.await;
        self.folder
    }
}
