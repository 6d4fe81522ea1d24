//! The connection to a program.

use std::{path::Path, time::Duration};

use agent_client_protocol::{
    Agent, ByteStreams, Client, Error, Responder, V1, on_receive_notification, on_receive_request,
    schema::ProtocolVersion,
    v1::{
        ConnectionTo,
        schema::{
            CancelNotification, Implementation, InitializeRequest, InitializeResponse, LoadSessionRequest,
            McpServer, NewSessionRequest, RequestPermissionRequest, RequestPermissionResponse, SessionId,
            SessionNotification, SessionUpdate,
        },
    },
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use crate::external::{ExternalError, Program, ProgramSpec};

/// How long a program has to answer before it works.
const READY: Duration = Duration::from_secs(90);

/// What a program says by itself.
pub(super) enum AgentUpdate {
    Update(Box<SessionUpdate>),
    Permission(Box<(RequestPermissionRequest, Responder<RequestPermissionResponse, V1>)>),
}

/// A program that is spoken to. It is told to cancel, and ended, with this.
pub(super) struct Connection {
    pub(super) to: ConnectionTo<Agent>,
    pub(super) news: mpsc::UnboundedReceiver<AgentUpdate>,
    pub(super) session: Option<SessionId>,
    /// A turn is under way.
    pub(super) works: bool,
    driver: JoinHandle<()>,
    program: Program,
}

impl Connection {
    /// Starts the program, and agrees on the protocol.
    pub(super) async fn open(spec: &ProgramSpec) -> Result<(Self, InitializeResponse), ExternalError> {
        let (program, stdin, stdout) = Program::start(spec)?;
        let (tell, news) = mpsc::unbounded_channel();
        let (give, given) = oneshot::channel();
        let streams = ByteStreams::new(stdin.compat_write(), stdout.compat());
        let driver = tokio::spawn(drive(streams, tell, give));
        let broke =
            |program: &Program, why: &str| ExternalError::Broke(format!("{why}. {}", program.complaints()));
        let Ok(to) = given.await else { return Err(broke(&program, "it does not listen")) };
        let connection = Self { to, news, session: None, works: false, driver, program };
        let hello = InitializeRequest::new(ProtocolVersion::V1)
            .client_info(Implementation::new("throughline", env!("CARGO_PKG_VERSION")));
        let hello = connection.within(connection.to.send_request(hello).block_task()).await?;
        if hello.protocol_version != ProtocolVersion::V1 {
            return Err(ExternalError::Nonsense(format!(
                "it speaks version {:?} alone",
                hello.protocol_version
            )));
        }
        Ok((connection, hello))
    }

    /// Takes up an earlier conversation where the program can, or begins one: its id, and whether it is remembered.
    pub(super) async fn session(
        &mut self,
        hello: &InitializeResponse,
        folder: &Path,
        before: Option<&str>,
        servers: Vec<McpServer>,
    ) -> Result<(String, bool), ExternalError> {
        if let Some(before) = before.filter(|_| hello.agent_capabilities.load_session) {
            let load = LoadSessionRequest::new(before.to_owned(), folder).mcp_servers(servers.clone());
            let loaded = self.within(self.to.send_request(load).block_task()).await;
            // It tells the whole conversation again, which stands in ours already.
            while self.news.try_recv().is_ok() {}
            match loaded {
                Ok(_) => {
                    self.session = Some(before.to_owned().into());
                    return Ok((before.to_owned(), true));
                }
                Err(ExternalError::Failed(why)) => {
                    tracing::info!(error.message = why, "a conversation is forgotten")
                }
                Err(trouble) => return Err(trouble),
            }
        }
        let new = NewSessionRequest::new(folder).mcp_servers(servers);
        let made = self.within(self.to.send_request(new).block_task()).await?;
        self.session = Some(made.session_id.clone());
        Ok((made.session_id.to_string(), false))
    }

    async fn within<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, ExternalError> {
        match timeout(READY, answer).await {
            Ok(answer) => answer.map_err(|error| self.trouble(&error)),
            Err(_) => {
                Err(ExternalError::Broke(format!("it did not answer in time. {}", self.program.complaints())))
            }
        }
    }

    /// Whether the program has gone, or says no.
    pub(super) fn trouble(&self, error: &Error) -> ExternalError {
        if self.to.clone().into_raw().is_incoming_closed() {
            ExternalError::Broke(format!("it ended. {}", self.program.complaints()))
        } else {
            let data = error.data.as_ref().map(ToString::to_string).unwrap_or_default();
            ExternalError::Failed(format!("{} {data}", error.message))
        }
    }

    /// What the program complained of, for the operators.
    pub(super) fn complaints(&self) -> String {
        self.program.complaints()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(session) = self.session.take().filter(|_| self.works) {
            // Gone already, there is nothing to cancel.
            let _ = self.to.send_notification(CancelNotification::new(session));
        }
        // A moment for the word to leave; the program ends a second later in any case.
        let driver = self.driver.abort_handle();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                driver.abort();
            })),
            Err(_) => driver.abort(),
        }
    }
}

type Streams = ByteStreams<
    tokio_util::compat::Compat<tokio::process::ChildStdin>,
    tokio_util::compat::Compat<tokio::process::ChildStdout>,
>;

/// Runs the connection until the program closes it.
async fn drive(
    streams: Streams,
    tell: mpsc::UnboundedSender<AgentUpdate>,
    give: oneshot::Sender<ConnectionTo<Agent>>,
) {
    let asks = tell.clone();
    let done = Client
        .v1()
        .on_receive_notification(
            async move |told: SessionNotification, _| {
                // Nobody listens any more: the attempt is over.
                let _ = tell.send(AgentUpdate::Update(Box::new(told.update)));
                Ok(())
            },
            on_receive_notification!(),
        )
        .on_receive_request(
            async move |asked: RequestPermissionRequest, responder, _| {
                let _ = asks.send(AgentUpdate::Permission(Box::new((asked, responder))));
                Ok(())
            },
            on_receive_request!(),
        )
        .connect_with(streams, async move |to: ConnectionTo<Agent>| {
            let raw = to.clone().into_raw();
            if give.send(to).is_ok() {
                raw.incoming_closed().await;
            }
            Ok(())
        })
        .await;
    if let Err(error) = done {
        tracing::debug!(error.message = %error, "the line to a program ended");
    }
}
