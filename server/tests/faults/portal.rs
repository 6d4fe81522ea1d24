//! The house that faults happen to: a Postgres of its own, two nodes, and a line before each of them.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, sync::Mutex, time::Duration};

use rustix::process::{Pid, Signal, kill_process};
use server::postgres::Cluster;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::fleet::{self, Link, LinkAddress, Node, Process};

/// What a restart of anything comes nowhere near.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct FaultPortal {
    cluster: tokio::sync::Mutex<Option<Cluster>>,
    /// What all clients speak to.
    pub front: Link,
    nodes: [tokio::sync::Mutex<NodeSlot>; 2],
    addresses: Mutex<[Option<SocketAddr>; 2]>,
    /// Between each node and Postgres.
    backs: [Link; 2],
    folder: TempDir,
}

struct NodeSlot {
    node: Node,
    process: Option<Process>,
}

impl FaultPortal {
    pub async fn build() -> Self {
        let folder = tempfile::Builder::new().prefix("tl-faults-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = folder.path().join("data");
        let (cluster, _) = Cluster::keep(&data, &CancellationToken::new()).await.unwrap();
        let socket = cluster.options().get_socket().unwrap().join(".s.PGSQL.5432");
        let backs = [0, 1].map(|number| {
            let door = folder.path().join(format!("node-{number}"));
            fs::create_dir(&door).unwrap();
            Link::unix(door.join(".s.PGSQL.5432"), vec![LinkAddress::Unix(socket.clone())])
        });
        let nodes = [0, 1].map(|number| {
            let node = Node::of(&cluster.options().socket(folder.path().join(format!("node-{number}"))));
            tokio::sync::Mutex::new(NodeSlot { node, process: None })
        });
        let front = Link::tcp(Vec::new()).await;
        let cluster = tokio::sync::Mutex::new(Some(cluster));
        let house = Self { cluster, front, nodes, addresses: Mutex::default(), backs, folder };
        // One after the other: the first makes the tables.
        for node in 0..2 {
            house.start(node).await;
        }
        house
    }

    async fn start(&self, node: usize) {
        self.revive(node, &mut *self.nodes[node].lock().await).await;
    }

    /// Starts a node, again and again as whoever looks after services does: without a database it does not start.
    async fn revive(&self, node: usize, slot: &mut NodeSlot) {
        let begun = tokio::time::Instant::now();
        let process = loop {
            match slot.node.start().await {
                Ok(process) => break process,
                Err(said) => assert!(begun.elapsed() < PATIENCE, "node {node} does not start:\n{said}"),
            }
        };
        self.lead(node, Some(process.address));
        slot.process = Some(process);
    }

    /// Kills a node and starts it again after a while.
    pub async fn kill_node(&self, node: usize, down: Duration) {
        let mut slot = self.nodes[node].lock().await;
        if let Some(process) = slot.process.take() {
            process.kill().await;
        }
        self.lead(node, None);
        tokio::time::sleep(down).await;
        self.revive(node, &mut slot).await;
    }

    fn lead(&self, node: usize, address: Option<SocketAddr>) {
        let mut addresses = self.addresses.lock().unwrap();
        addresses[node] = address;
        self.front.lead_to(addresses.iter().flatten().copied().map(LinkAddress::Tcp).collect());
    }

    /// Kills every process of Postgres at once.
    pub async fn kill_postgres(&self) {
        let begun = tokio::time::Instant::now();
        loop {
            if let Some(postmaster) = self.postmaster() {
                // Stopped, it makes no more of them; once it is dead they have another parent.
                let _ = kill_process(postmaster, Signal::STOP);
                let children = fleet::children(postmaster);
                if kill_process(postmaster, Signal::KILL).is_ok() {
                    for child in children {
                        // It may have ended with its parent.
                        let _ = kill_process(child, Signal::KILL);
                    }
                    return;
                }
            }
            // It is just being started again.
            assert!(begun.elapsed() < PATIENCE, "Postgres does not come back");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn postmaster(&self) -> Option<Pid> {
        fleet::postmaster(&self.folder.path().join("data"))
    }

    /// Holds up all that passes between a node and Postgres for a while.
    pub async fn stall(&self, node: usize, lasts: Duration, cut: bool) {
        self.backs[node].stall(true);
        tokio::time::sleep(lasts).await;
        if cut {
            self.backs[node].cut();
        }
        self.backs[node].stall(false);
    }

    /// Lets the connections between a node and Postgres die without a word.
    pub fn bury(&self, node: usize) {
        self.backs[node].bury();
    }

    /// The nodes' own addresses.
    pub fn urls(&self) -> Vec<String> {
        self.addresses.lock().unwrap().iter().flatten().map(|address| format!("http://{address}")).collect()
    }

    /// Whether both run, and nothing but a kill has ended one.
    pub async fn is_whole(&self) -> Result<(), String> {
        for (node, slot) in self.nodes.iter().enumerate() {
            if let Some(process) = &mut slot.lock().await.process {
                process.is_alive().map_err(|how| format!("node {node} ended by itself, {how}"))?;
            }
        }
        Ok(())
    }

    /// What the nodes said last.
    pub async fn last_output(&self) -> String {
        let mut all = String::new();
        for (node, slot) in self.nodes.iter().enumerate() {
            let said = slot.lock().await.process.as_ref().map(Process::last_output).unwrap_or_default();
            all.push_str(&format!("node {node} said:\n{said}\n"));
        }
        all
    }

    /// Ends everything.
    pub async fn close(&self) {
        for slot in &self.nodes {
            if let Some(process) = slot.lock().await.process.take() {
                process.kill().await;
            }
        }
        if let Some(cluster) = self.cluster.lock().await.take() {
            cluster.stop().await;
        }
    }
}
