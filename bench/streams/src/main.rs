//! Load for servers of Durable Streams. Each work goes to every server in turns (A B A B …), and the table has each
//! server's figures beside one peer's. `scripts/bench-streams.sh` starts the servers and runs this.
//!
//! One thread does all of the tool's work, so that on two cores the servers keep one to themselves; the column "tool"
//! says how much of that thread it took. Near 100 % the tool is what was measured.

mod event;
mod http;
mod machine;
mod measurement;
mod options;
mod process;
mod report;
mod server;
mod sse;
mod stream;
mod turns;
mod works;

use clap::Parser;
use options::BenchOptions;

/// Whatever ends a turn early, in words for the one who reads the report.
pub type BenchError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BenchError> {
    let options = BenchOptions::parse();
    let servers = options.servers()?;
    let machine = machine::Machine::describe();
    let rows = turns::run(&options, &servers).await?;
    let report = report::Report::new(&options, machine, &servers, &rows);
    report.print();
    match &options.json {
        Some(file) => Ok(std::fs::write(file, serde_json::to_vec_pretty(&report)?)?),
        None => Ok(()),
    }
}
