use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use domain::ids::TokenId;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// How programs that the server starts reach it: its own address on this machine, and the attempts that they work for.
/// One for the server; clones are the same.
#[derive(Clone, Debug)]
pub struct Inside(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    address: SocketAddr,
    /// The attempts whose programs are at work, by the tokens that these were given, and who hears what they wish.
    attempts: Mutex<HashMap<TokenId, Option<mpsc::UnboundedSender<Wish>>>>,
}

/// The attempt that a program worked for is over.
#[derive(Debug)]
pub(crate) struct Gone;

/// A program wants to use one of its own tools.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) tool: String,
    pub(crate) input: Value,
    /// The program's own id of the use.
    pub(crate) id: Option<String>,
    /// Hears whether it may; gone where nobody waits for that any more.
    pub(crate) answer: oneshot::Sender<bool>,
}

impl Inside {
    /// Of a server that listens there.
    pub fn of(listening: SocketAddr) -> Self {
        let ip = match listening.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, listening.port());
        Self(Arc::new(Inner { address, attempts: Mutex::default() }))
    }

    /// Where its tools are.
    pub(super) fn tools(&self) -> String {
        format!("http://{}{}", self.0.address, crate::mcp::PATTERN)
    }

    /// Whether a token's program is at work for an attempt of this server's.
    pub(crate) fn knows(&self, token: TokenId) -> bool {
        self.attempts().contains_key(&token)
    }

    pub(super) fn admit(&self, token: TokenId) {
        self.attempts().insert(token, None);
    }

    /// What the program that has this token wishes, from now on.
    pub(super) fn listen(&self, token: TokenId) -> mpsc::UnboundedReceiver<Wish> {
        let (tell, wishes) = mpsc::unbounded_channel();
        self.attempts().insert(token, Some(tell));
        wishes
    }

    pub(super) fn forget(&self, token: TokenId) {
        self.attempts().remove(&token);
    }

    /// Whether the attempt that started the program hears its wishes.
    pub(crate) fn hears(&self, token: TokenId) -> bool {
        self.attempts().get(&token).is_some_and(Option::is_some)
    }

    /// Asks the attempt that started the program.
    ///
    /// # Errors
    /// The attempt has gone, or hears no wishes.
    pub(crate) async fn ask(
        &self,
        token: TokenId,
        tool: &str,
        input: &Value,
        id: Option<String>,
    ) -> Result<bool, Gone> {
        let tell = self.attempts().get(&token).cloned().flatten().ok_or(Gone)?;
        let (answer, answered) = oneshot::channel();
        tell.send(Wish { tool: tool.to_owned(), input: input.clone(), id, answer }).map_err(|_| Gone)?;
        answered.await.map_err(|_| Gone)
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, HashMap<TokenId, Option<mpsc::UnboundedSender<Wish>>>> {
        self.0.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Inside;

    #[test]
    fn it_is_reached_on_this_machine() {
        for (listening, wanted) in [
            ("0.0.0.0:8080", "http://127.0.0.1:8080/mcp"),
            ("[::]:8080", "http://[::1]:8080/mcp"),
            ("127.0.0.1:1", "http://127.0.0.1:1/mcp"),
            ("10.1.2.3:80", "http://10.1.2.3:80/mcp"),
        ] {
            assert_eq!(Inside::of(listening.parse().unwrap()).tools(), wanted);
        }
    }
}
