use domain::{Db, ids::TokenId, runs::ClaimedRun, tokens};
use serde_json::{Value, json};
use tokio::{runtime::Handle, sync::mpsc::UnboundedReceiver};

use super::tool_gateway::{PermissionRequest, ToolGateway};
use crate::{AttemptContext, AttemptFailure};

/// What lets a program that the server started use the portal's tools, for the run that it works on. It ends with this.
pub(crate) struct ToolAccess {
    /// Where they are.
    pub(crate) url: String,
    /// For a header, and for nothing that is written anywhere.
    pub(crate) authorization: String,
    token: TokenId,
    gateway: ToolGateway,
    db: Db,
    claimed: ClaimedRun,
}

impl ToolAccess {
    /// What the portal's tools are called by programs.
    pub(crate) const SERVER: &str = "throughline";

    /// Of an attempt at work.
    pub(super) async fn of(context: &AttemptContext, gateway: &ToolGateway) -> Result<Self, AttemptFailure> {
        let (db, claimed) = (context.db.clone(), context.claimed.clone());
        let (token, text) = tokens::commands::create_for_attempt(&db, &claimed).await?;
        gateway.admit(token);
        let (url, authorization) = (gateway.tools(), format!("Bearer {text}"));
        Ok(Self { url, authorization, token, gateway: gateway.clone(), db, claimed })
    }

    /// What the program asks leave for through the portal's tools, from now on.
    pub(crate) fn permission_requests(&self) -> UnboundedReceiver<PermissionRequest> {
        self.gateway.listen(self.token)
    }

    /// The tools, as programs read them from a file of theirs.
    pub(crate) fn servers(&self) -> Value {
        let headers = json!({ "Authorization": self.authorization });
        json!({ "mcpServers": { Self::SERVER: { "type": "http", "url": self.url, "headers": headers } } })
    }

    /// The portal's tools, as the program calls them.
    pub(crate) fn tools(tool: &str) -> String {
        format!("mcp__{}{}{tool}", Self::SERVER, if tool.is_empty() { "" } else { "__" })
    }

    /// Whether a tool is one of the portal's, which looks itself at what the agent may.
    pub(super) fn is_ours(tool: &str) -> bool {
        tool.strip_prefix("mcp__")
            .and_then(|tool| tool.strip_prefix(Self::SERVER))
            .is_some_and(|rest| rest.starts_with("__"))
    }
}

impl Drop for ToolAccess {
    fn drop(&mut self) {
        self.gateway.forget(self.token);
        let Ok(runtime) = Handle::try_current() else { return };
        let (db, claimed, token) = (self.db.clone(), self.claimed.clone(), self.token);
        runtime.spawn(async move {
            // It opens nothing in any case once the attempt has lost its run.
            if let Err(error) = tokens::commands::revoke_for_attempt(&db, &claimed, token).await {
                tracing::debug!(run.id = %claimed.run, error.message = %error, "a program's token was not taken back");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::ToolAccess;

    #[test]
    fn the_portals_tools_are_known() {
        assert_eq!(ToolAccess::tools("deliver"), "mcp__throughline__deliver");
        assert_eq!(ToolAccess::tools(""), "mcp__throughline");
        assert!(ToolAccess::is_ours("mcp__throughline__deliver"));
        for other in ["Bash", "mcp__throughlines__deliver", "mcp__throughline", "throughline__deliver"] {
            assert!(!ToolAccess::is_ours(other), "{other}");
        }
    }
}
