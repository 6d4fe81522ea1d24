//! `cargo run --release -p bench -- pages`: how long the pages take beside a small and a big install, and how much of
//! that is SQL. Needs `DATABASE_URL` of a throw-away cluster's superuser; makes databases of its own and drops them.

mod install;
mod pages;
mod report;
mod sql_time;

use clap::Parser;

#[derive(Parser)]
enum BenchCommand {
    /// Server time of the pages: portal home, request, board, Today.
    Pages(pages::PagesOptions),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    match BenchCommand::parse() {
        BenchCommand::Pages(options) => pages::run(&options).await,
    }
}
