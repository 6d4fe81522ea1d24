use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use domain::ids::TokenId;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// Where the server offers its tools, by MCP, below its own address.
pub const TOOLS_PATH: &str = "/mcp";

/// How programs that the server starts reach it: its own address on this machine, and the attempts that they work for.
/// One for the server; clones are the same.
#[derive(Clone, Debug)]
pub struct ToolGateway(Arc<GatewayState>);

#[derive(Debug)]
struct GatewayState {
    address: SocketAddr,
    /// The attempts whose programs are at work, by the tokens that these were given, and who decides what they ask to be allowed.
    attempts: Mutex<HashMap<TokenId, Option<mpsc::UnboundedSender<PermissionRequest>>>>,
}

/// The attempt that a program worked for is over.
#[derive(Debug)]
pub struct AttemptEnded;

/// A program wants to use one of its own tools.
#[derive(Debug)]
pub struct PermissionRequest {
    pub tool: String,
    pub input: Value,
    /// The program's own id of the use.
    pub id: Option<String>,
    /// Hears whether it may; gone where nobody waits for that any more.
    pub answer: oneshot::Sender<bool>,
}

impl ToolGateway {
    /// Of a server that listens there.
    pub fn of(listening: SocketAddr) -> Self {
        let ip = match listening.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, listening.port());
        Self(Arc::new(GatewayState { address, attempts: Mutex::default() }))
    }

    /// Where its tools are.
    pub(super) fn tools(&self) -> String {
        format!("http://{}{}", self.0.address, TOOLS_PATH)
    }

    /// Whether a token's program is at work for an attempt of this server's.
    pub fn knows(&self, token: TokenId) -> bool {
        self.attempts().contains_key(&token)
    }

    pub(super) fn admit(&self, token: TokenId) {
        self.attempts().insert(token, None);
    }

    /// What the program that has this token asks to be allowed, from now on.
    pub(super) fn listen(&self, token: TokenId) -> mpsc::UnboundedReceiver<PermissionRequest> {
        let (sender, requests) = mpsc::unbounded_channel();
        self.attempts().insert(token, Some(sender));
        requests
    }

    pub(super) fn forget(&self, token: TokenId) {
        self.attempts().remove(&token);
    }

    /// Whether the attempt that started the program decides what it asks to be allowed.
    pub fn decides(&self, token: TokenId) -> bool {
        self.attempts().get(&token).is_some_and(Option::is_some)
    }

    /// Asks the attempt that started the program.
    ///
    /// # Errors
    /// The attempt has gone, or decides nothing for it.
    pub async fn ask_permission(
        &self,
        token: TokenId,
        tool: &str,
        input: &Value,
        id: Option<String>,
    ) -> Result<bool, AttemptEnded> {
        let sender = self.attempts().get(&token).cloned().flatten().ok_or(AttemptEnded)?;
        let (answer, answered) = oneshot::channel();
        sender
            .send(PermissionRequest { tool: tool.to_owned(), input: input.clone(), id, answer })
            .map_err(|_| AttemptEnded)?;
        answered.await.map_err(|_| AttemptEnded)
    }

    fn attempts(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<TokenId, Option<mpsc::UnboundedSender<PermissionRequest>>>> {
        self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::ToolGateway;

    #[test]
    fn it_is_reached_on_this_machine() {
        for (listening, wanted) in [
            ("0.0.0.0:8080", "http://127.0.0.1:8080/mcp"),
            ("[::]:8080", "http://[::1]:8080/mcp"),
            ("127.0.0.1:1", "http://127.0.0.1:1/mcp"),
            ("10.1.2.3:80", "http://10.1.2.3:80/mcp"),
        ] {
            assert_eq!(ToolGateway::of(listening.parse().unwrap()).tools(), wanted);
        }
    }
}
