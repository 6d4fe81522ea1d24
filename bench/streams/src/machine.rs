//! On what it was measured.

use std::fs;

use serde::Serialize;

/// What a figure has to be read beside.
#[derive(Serialize)]
pub struct Machine {
    pub cores: usize,
    pub cpu: String,
    pub memory_gb: f64,
    pub kernel: String,
    /// Load of the last minute when it began: over some tenths, something else ran too.
    pub load_before: f64,
}

impl Machine {
    /// This one.
    pub fn describe() -> Self {
        let memory = field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok());
        let load = read("/proc/loadavg").split(' ').next().and_then(|text| text.parse().ok());
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            memory_gb: memory.map_or(f64::NAN, |kilobytes: f64| kilobytes / 1024.0 / 1024.0),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load_before: load.unwrap_or(f64::NAN),
        }
    }
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = read(file);
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_default()
}
