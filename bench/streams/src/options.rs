//! The command line.

use std::{net::ToSocketAddrs, path::PathBuf, time::Duration};

use clap::Parser;

use crate::{
    BenchError,
    http::Endpoint,
    server::Server,
    works::{self, Work},
};

/// Gives the same work to several servers of Durable Streams, in turns, and compares them.
#[derive(Parser)]
#[command(name = "bench-streams")]
pub struct BenchOptions {
    /// A server and the address under which its streams lie; once for each
    #[arg(long = "server", value_name = "NAME=URL", required = true)]
    addresses: Vec<String>,
    /// The processes of a server: these and all that descend from them are counted
    #[arg(long = "pids", value_name = "NAME=PID[,PID]")]
    pids: Vec<String>,
    /// Whom the ratios are to; the second server unless named
    #[arg(long, value_name = "NAME")]
    peer: Option<String>,
    /// A server that is spared the works with a thousand followers and more; once for each
    #[arg(long = "spare", value_name = "NAME")]
    spared: Vec<String>,
    /// Only these works, by name; all unless named
    #[arg(long, value_name = "WORK", value_delimiter = ',')]
    only: Vec<String>,
    /// How often each server has its turn at each work
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// How long a turn measures
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Followers that are held open at once
    #[arg(long, default_value_t = 10_000)]
    pub followers: usize,
    /// Streams over which those are spread
    #[arg(long, default_value_t = 100)]
    pub follower_streams: usize,
    /// The script that drives the official client; its work is left out without one
    #[arg(long, value_name = "FILE")]
    pub official_client: Option<PathBuf>,
    /// What an append costs as its stream and the number of streams grow. Takes long, and gigabytes
    #[arg(long)]
    pub deep: bool,
    /// Events in the longest stream of --deep
    #[arg(long, default_value_t = 10_000_000)]
    pub deep_events: u64,
    /// Streams at the end of --deep
    #[arg(long, default_value_t = 100_000)]
    pub deep_streams: u64,
    /// How long --deep may fill up to its next length before it leaves the rest out, in seconds
    #[arg(long, default_value_t = 300)]
    pub deep_patience: u64,
    /// Write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl BenchOptions {
    /// The servers, in the order in which they have their turns.
    ///
    /// # Errors
    /// When a name, an address or a process cannot be read.
    pub fn servers(&self) -> Result<Vec<Server>, BenchError> {
        let mut servers = Vec::new();
        for text in &self.addresses {
            let (name, address) = named(text)?;
            servers.push(Server { name, endpoint: endpoint(address)?, pids: Vec::new() });
        }
        for text in &self.pids {
            let (name, pids) = named(text)?;
            let server = servers.iter_mut().find(|server| server.name == name);
            let server = server.ok_or_else(|| format!("--pids {text}: there is no such server"))?;
            server.pids = pids.split(',').map(str::parse).collect::<Result<_, _>>()?;
        }
        match servers.iter().find(|server| server.pids.is_empty()) {
            Some(server) => Err(format!("--pids {}=… is missing", server.name).into()),
            None => Ok(servers),
        }
    }

    /// Whether a server is given a work.
    pub fn gives(&self, work: &Work, server: &Server) -> bool {
        !(work.kind.is_crowded() && self.spared.contains(&server.name))
    }

    /// Whose figures the others are divided by.
    pub fn peer<'a>(&'a self, names: &[&'a str]) -> Option<&'a str> {
        self.peer.as_deref().or_else(|| names.get(1).copied())
    }

    /// The works that were asked for, in the order of the table.
    ///
    /// # Errors
    /// When one is asked for that there is not.
    pub fn works(&self) -> Result<Vec<Work>, BenchError> {
        let all = works::all(self);
        if let Some(unknown) = self.only.iter().find(|name| all.iter().all(|work| work.key != **name)) {
            let known: Vec<_> = all.iter().map(|work| work.key.as_str()).collect();
            return Err(format!("There is no work {unknown}; there are {}", known.join(", ")).into());
        }
        let wanted = |work: &Work| self.only.is_empty() || self.only.contains(&work.key);
        Ok(all.into_iter().filter(wanted).collect())
    }

    /// How long a turn measures.
    pub fn seconds(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

fn named(text: &str) -> Result<(String, &str), BenchError> {
    let (name, rest) = text.split_once('=').ok_or_else(|| format!("{text}: not of the form NAME=…"))?;
    Ok((name.to_owned(), rest))
}

fn endpoint(url: &str) -> Result<Endpoint, BenchError> {
    let rest = url.strip_prefix("http://").ok_or_else(|| format!("{url}: not of the form http://…"))?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let address = host.to_socket_addrs().map_err(|error| format!("{url}: {error}"))?.next();
    let address = address.ok_or_else(|| format!("{url}: has no address"))?;
    Ok(Endpoint { address, host: host.to_owned(), path: path.trim_end_matches('/').to_owned() })
}
