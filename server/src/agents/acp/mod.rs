//! Agents that speak the Agent Client Protocol over their standard streams: <https://agentclientprotocol.com>.
//!
//! The program lives as long as the attempt. What it remembers lies in its home, so that another one goes on with the
//! same conversation where it can. One that says that it takes tools over HTTP is handed the portal's.

mod connection;
mod news;
mod talk;

use super::{
    AgentBackend, AttemptContext, End, Failure,
    external::{self, Kind, Outcome, Programs, Sitting, Spec, Trouble},
};

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
impl AgentBackend for Acp {
    async fn work(&self, bench: &mut AttemptContext) -> Result<End, Failure> {
        external::work(self, bench).await
    }
}

#[async_trait::async_trait]
impl Kind for Acp {
    const PREFIX: &'static str = "a";

    fn programs(&self) -> &Programs {
        &self.programs
    }

    async fn spec(&self, bench: &AttemptContext) -> Result<Spec, Trouble> {
        self.programs.spec(bench, &bench.reach().settings.command)
    }

    async fn talk(&self, sitting: &mut Sitting<'_>, spec: &Spec) -> Outcome<String> {
        talk::Talk::new(sitting).work(spec).await
    }
}
