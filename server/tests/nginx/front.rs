//! nginx as `deploy/nginx.conf` sets it up, with ports and a certificate of the test's own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tempfile::TempDir;
use tokio::{net::TcpStream, process::Child, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// The name that people type.
pub const NAME: &str = "portal.example";
/// The file that is shipped.
const CONFIGURATION: &str = include_str!("../../../deploy/nginx.conf");
/// Far more than a start takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Killed when it is dropped.
pub struct Front {
    pub https: SocketAddr,
    pub http: SocketAddr,
    certificate: Vec<u8>,
    _folder: TempDir,
    _nginx: Child,
}

/// Ports of which each is free, at least a moment ago.
pub fn ports() -> [SocketAddr; 2] {
    let taken = [(); 2].map(|()| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    taken.map(|listener| listener.local_addr().unwrap())
}

/// Where nginx is; none where it is not installed.
pub fn program() -> Option<&'static str> {
    let is_there = |program: &&str| Command::new(program).arg("-v").stderr(Stdio::null()).status().is_ok();
    ["nginx", "/usr/sbin/nginx"].into_iter().find(is_there)
}

impl Front {
    /// In front of a portal.
    pub async fn start(program: &str, [https, http]: [SocketAddr; 2], portal: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = certify(folder.path());
        let main = folder.path().join("main.conf");
        std::fs::write(folder.path().join("portal.conf"), ours(folder.path(), https, http, portal)).unwrap();
        std::fs::write(&main, around(folder.path())).unwrap();
        let mut command = tokio::process::Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&main).kill_on_drop(true);
        let nginx = command.spawn().unwrap();
        timeout(PATIENCE, async {
            while TcpStream::connect(https).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .expect("nginx listens");
        Self { https, http, certificate, _folder: folder, _nginx: nginx }
    }

    /// A browser at an address of this machine, that trusts the certificate.
    pub fn browser(&self, from: [u8; 4]) -> reqwest::Client {
        self.client().local_address(std::net::IpAddr::from(from)).build().unwrap()
    }

    /// What speaks HTTP/1.1, where any host may be named.
    pub fn plain(&self) -> reqwest::Client {
        self.client().http1_only().build().unwrap()
    }

    fn client(&self) -> reqwest::ClientBuilder {
        let certificate = reqwest::Certificate::from_pem(&self.certificate).unwrap();
        reqwest::Client::builder()
            .tls_certs_only([certificate])
            .resolve(NAME, self.https)
            .redirect(reqwest::redirect::Policy::none())
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://{NAME}:{}{path}", self.https.port())
    }

    /// A connection on which nothing was said yet.
    pub async fn connect(&self) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        for certificate in rustls_pem(&self.certificate) {
            roots.add(certificate).unwrap();
        }
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(self.https).await.unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }
}

fn rustls_pem(pem: &[u8]) -> Vec<rustls::pki_types::CertificateDer<'static>> {
    use rustls::pki_types::pem::PemObject;
    rustls::pki_types::CertificateDer::pem_slice_iter(pem).map(Result::unwrap).collect()
}

/// The shipped file with the test's values. Each that is replaced has to be there.
fn ours(folder: &Path, https: SocketAddr, http: SocketAddr, portal: SocketAddr) -> String {
    let file = |name: &str| folder.join(name).display().to_string();
    let mut text = CONFIGURATION.to_owned();
    for (shipped, ours) in [
        ("/etc/letsencrypt/live/portal.example.com/fullchain.pem", file("certificate.pem")),
        ("/etc/letsencrypt/live/portal.example.com/privkey.pem", file("key.pem")),
        ("server_name portal.example.com;", format!("server_name {NAME};")),
        ("listen 80;", format!("listen {http};")),
        ("listen 443 ssl http2;", format!("listen {https} ssl http2;")),
        ("server 127.0.0.1:3000;", format!("server {portal};")),
    ] {
        assert!(text.contains(shipped), "{shipped}");
        text = text.replace(shipped, &ours);
    }
    text
}

/// What Debian's own file says around it.
fn around(folder: &Path) -> String {
    let folder = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};"))
        .join("\n");
    // Its workers read what the test's user owns.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    // One process: whoever kills a master leaves its workers behind, with the test's output held open.
    format!(
        "{user}\ndaemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr warn;\nevents {{ worker_connections 256; }}\n\
         http {{\naccess_log off;\n{temporary}\ninclude {folder}/portal.conf;\n}}\n"
    )
}

/// A certificate that signs itself.
fn certify(folder: &Path) -> Vec<u8> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", &format!("/CN={NAME}"), "-addext", &format!("subjectAltName=DNS:{NAME}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
    std::fs::read(certificate).unwrap()
}
