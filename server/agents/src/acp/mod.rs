//! Agents that speak the Agent Client Protocol over their standard streams: <https://agentclientprotocol.com>.
//!
//! The program lives as long as the attempt. What it remembers lies in its home, so that another one goes on with the
//! same conversation where it can. One that says that it takes tools over HTTP is handed the portal's.

mod connection;
mod session;
mod words;

use super::{
    AgentBackend, AttemptContext, AttemptEnd, AttemptFailure,
    external::{self, ExternalError, ExternalProgram, ExternalResult, ProgramSession, ProgramSpec, Programs},
};

/// The backend that has such a program do the work.
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
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        external::work(self, context).await
    }
}

#[async_trait::async_trait]
impl ExternalProgram for Acp {
    const PREFIX: &'static str = "a";

    fn programs(&self) -> &Programs {
        &self.programs
    }

    async fn spec(&self, context: &AttemptContext) -> Result<ProgramSpec, ExternalError> {
        self.programs.spec(context, &context.reach().settings.command)
    }

    async fn work(&self, session: &mut ProgramSession<'_>, spec: &ProgramSpec) -> ExternalResult<String> {
        session::AcpSession::new(session).work(spec).await
    }
}
