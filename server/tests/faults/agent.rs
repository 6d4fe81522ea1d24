//! The agent's own process: appends one after another, each again and again until it is acknowledged.

use std::{io::Write, time::Duration};

use reqwest::{Client, StatusCode};

use crate::{
    fleet,
    task::{AgentLine, Task},
};

/// How long an answer may take before the append is sent again, elsewhere.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between tries.
const PAUSE: Duration = Duration::from_millis(15);

/// What came of one try.
enum Try {
    Acked,
    Again,
    Ended(AgentLine),
}

pub async fn run(task: Task) {
    let client = fleet::client().timeout(PATIENCE).build().unwrap();
    for sequence in 0..task.appends {
        loop {
            match send(&client, &task, sequence).await {
                Try::Acked => break,
                Try::Again => print(&AgentLine::Again),
                Try::Ended(end) => return print(&end),
            }
            tokio::time::sleep(PAUSE).await;
        }
        print(&AgentLine::Acked(sequence));
        tokio::time::sleep(Duration::from_millis(task.pause_ms)).await;
    }
    print(&AgentLine::Done);
}

async fn send(client: &Client, task: &Task, sequence: u64) -> Try {
    let request = client
        .post(&task.url)
        .header("content-type", "application/json")
        .header("producer-id", format!("agent-{}", task.producer))
        .header("producer-epoch", task.epoch)
        .header("producer-seq", sequence)
        .body(serde_json::to_string(&task.messages(sequence)).unwrap());
    let Ok(response) = request.send().await else { return Try::Again };
    match response.status() {
        StatusCode::OK | StatusCode::NO_CONTENT => Try::Acked,
        StatusCode::FORBIDDEN => Try::Ended(AgentLine::Fenced),
        status if status.is_server_error() => Try::Again,
        status => {
            let why = format!("{status} for {sequence}: {}", response.text().await.unwrap_or_default());
            Try::Ended(AgentLine::Refused(why))
        }
    }
}

fn print(said: &AgentLine) {
    let mut out = std::io::stdout().lock();
    // Nobody hears an agent that was left behind.
    let _ = writeln!(out, "{}", serde_json::to_string(said).unwrap());
    let _ = out.flush();
}
