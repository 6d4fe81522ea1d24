//! The private cluster's settings, given on every start so that a new version's choices reach old data.

use std::fs;
use std::path::Path;

/// Settings that fit a small machine which is not Postgres's alone, as `name=value`.
pub(super) fn settings(socket: &Path) -> Vec<String> {
    let memory = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_mb(&text)).unwrap_or(2048);
    let mut settings: Vec<String> = FIXED.iter().map(|setting| (*setting).to_owned()).collect();
    settings.push(format!("unix_socket_directories={}", socket.display()));
    settings.push(format!("shared_buffers={}MB", (memory / 8).clamp(64, 1024)));
    settings.push(format!("effective_cache_size={}MB", (memory / 2).max(256)));
    settings
}

const FIXED: &[&str] = &[
    // Nobody but this machine's server connects, and only by the socket.
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "port=5432",
    "max_connections=60",
    // An answered append is on the disk. These are the defaults; here they cannot be lost by accident.
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    // Fewer, calmer checkpoints; recovery after a crash still takes seconds.
    "max_wal_size=2GB",
    "min_wal_size=128MB",
    "checkpoint_timeout=15min",
    "wal_compression=on",
    // A page's queries are short: compiling them or spreading them over workers costs more than it gains.
    "jit=off",
    "max_parallel_workers_per_gather=0",
    "random_page_cost=1.1",
    // Tables that are appended to and folded all day.
    "autovacuum_naptime=20s",
    // Nothing is replicated by rows from here.
    "max_logical_replication_workers=0",
    "timezone=UTC",
    "log_timezone=UTC",
    // What fails is the server's to report. Postgres's own log holds its life, and no person's data.
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_checkpoints=off",
    "logging_collector=off",
];

fn total_mb(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_read() {
        assert_eq!(total_mb("MemTotal:       24683520 kB\nMemFree: 1 kB\n"), Some(24105));
        assert_eq!(total_mb(""), None);
    }
}
