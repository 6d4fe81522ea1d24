//! Debian's `nats-server`.

use std::{net::SocketAddr, path::Path};

use tokio::process::Command;

use super::Process;

/// Keeps its port when it is killed and started again.
pub struct NatsServer {
    process: Option<Process>,
    pub address: SocketAddr,
}

impl NatsServer {
    pub async fn start() -> Self {
        let process = run(-1).await;
        Self { address: process.address, process: Some(process) }
    }

    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    pub async fn kill(&mut self) {
        self.process.take().unwrap().kill().await;
    }

    pub async fn start_again(&mut self) {
        self.process = Some(run(i32::from(self.address.port())).await);
    }
}

async fn run(port: i32) -> Process {
    let mut command = Command::new(program());
    command.args(["-a", "127.0.0.1", "-p", &port.to_string()]);
    let begin = "Listening for client connections on ";
    Process::start(command, |line| line.split_once(begin)?.1.trim().parse().ok()).await.unwrap()
}

fn program() -> &'static str {
    let places = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
    places
        .into_iter()
        .find(|place| Path::new(place).exists())
        .expect("there is no nats-server here; scripts/setup.sh nats installs it")
}
