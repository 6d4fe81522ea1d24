//! Agents that speak the Agent Client Protocol over their standard streams: <https://agentclientprotocol.com>.
//!
//! The program lives as long as the attempt. What it remembers lies in its home, so that another one goes on with the
//! same conversation where it can.

mod connection;
mod news;
mod talk;

use std::time::Duration;

use super::{
    Brain, End, Failure, Workbench,
    driven::{self, Hush, Memory, Programs, Trouble},
};

/// How often a program that dies is started again within an attempt.
const STARTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// The brain that has such a program do the work.
pub struct Acp {
    programs: Programs,
}

impl Acp {
    /// With the programs that may be run.
    pub fn new(programs: Programs) -> Self {
        Self { programs }
    }
}

#[async_trait::async_trait]
impl Brain for Acp {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        if bench.has_delivered().await? {
            return Ok(End::Review);
        }
        let hush = Hush::of(bench.reach().key.clone());
        let command = bench.reach().settings.command.clone();
        let spec = match self.programs.spec(bench, &command) {
            Ok(spec) => spec,
            Err(trouble) => return Err(trouble.failure(bench.agent(), &hush)),
        };
        let mut memory: Memory = bench.kept().await?.unwrap_or_default();
        let mut said = bench.past().said(talk::PREFIX);
        let mut start = 1;
        loop {
            let talk = talk::Talk::new(bench, &hush, &mut memory, start, &mut said);
            match talk.go(&spec).await? {
                Ok(last) => {
                    let end = driven::hand_in(bench, &hush, &last).await?;
                    spec.clear().await;
                    return Ok(end);
                }
                Err(Trouble::Broke(why)) if start < STARTS => {
                    tracing::warn!(run.id = %bench.run(), error.message = hush.over(&why), "a program broke off");
                    tokio::time::sleep(PAUSE * start).await;
                    start += 1;
                }
                Err(trouble) => return Err(trouble.failure(bench.agent(), &hush)),
            }
        }
    }
}
