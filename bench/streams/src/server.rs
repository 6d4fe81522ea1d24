//! A server under test.

use crate::{
    http::Endpoint,
    process::{Memory, Tree},
};

/// One of the servers that are compared.
pub struct Server {
    pub name: String,
    pub endpoint: Endpoint,
    /// The roots of its process trees; of ours also Postgres's.
    pub pids: Vec<u32>,
}

impl Server {
    /// CPU time that all of its processes took so far, in seconds.
    pub fn cpu(&self) -> f64 {
        Tree::of(&self.pids).cpu()
    }

    /// What all of its processes hold.
    pub fn memory(&self) -> Memory {
        Tree::of(&self.pids).memory()
    }

    /// The fewest files that one of the processes that were named may have open.
    pub fn open_files(&self) -> Option<usize> {
        self.pids.iter().filter_map(|pid| crate::process::open_files(&pid.to_string())).min()
    }

    /// Whether all of the processes that were named are there.
    pub fn lives(&self) -> bool {
        self.pids.iter().all(|pid| std::path::Path::new(&format!("/proc/{pid}")).exists())
    }
}
