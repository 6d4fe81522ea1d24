//! The way to an OpenAI-compatible endpoint.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::{sync::OnceCell, time::timeout};
use url::Url;

use super::{chunk::Answer, sse::Sse, trouble::Trouble};
use crate::settings::{Secret, SecretUrl};

/// How long is waited for what, and how often something is tried.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the connection.
    pub connect: Duration,
    /// For the first byte of an answer: a large model that has to be loaded takes its time.
    pub first: Duration,
    /// For each further piece.
    pub between: Duration,
    /// For all answers of one attempt together; questions to the client do not count.
    pub total: Duration,
    /// Before the second try of a call; doubled before each further one.
    pub pause: Duration,
    /// How often one call is tried.
    pub tries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first: Duration::from_secs(60),
            between: Duration::from_secs(45),
            total: Duration::from_secs(20 * 60),
            pause: Duration::from_secs(1),
            tries: 3,
        }
    }
}

/// How long the rest of an answer is waited for that has said that it is over.
const LAST: Duration = Duration::from_secs(2);
/// How much of an error's body is kept for the operators.
const SAID: usize = 400;
/// The longest body of an answer that is not streamed.
const BODY: usize = 4 << 20;

/// An endpoint and the model that is used there.
#[derive(Debug)]
pub struct Endpoint {
    client: reqwest::Client,
    base: SecretUrl,
    key: Option<Secret>,
    /// The one that was named, or the first that it lists.
    model: OnceCell<String>,
    pub(super) limits: Limits,
    /// Cleared once it said that its model knows no tools.
    tools: AtomicBool,
}

impl Endpoint {
    /// An endpoint by its base address, which ends in `/v1` or the like.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn new(
        base: &SecretUrl,
        model: Option<String>,
        key: Option<Secret>,
        limits: Limits,
    ) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            // A redirect would carry what clients wrote to somewhere nobody named.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let (base, model) = (base.clone(), OnceCell::new_with(model));
        Ok(Self { client, base, key, model, limits, tools: AtomicBool::new(true) })
    }

    /// Takes the key out of a text that is going to be kept.
    pub(super) fn redact(&self, text: &str) -> String {
        let secrets = [self.key.as_ref().map(Secret::reveal), self.base.reveal().password()];
        let mut text = text.to_owned();
        for secret in secrets.into_iter().flatten().filter(|secret| secret.len() > 3) {
            text = text.replace(secret, "***");
        }
        text
    }

    /// The models that it lists.
    pub(super) async fn models(&self) -> Result<Vec<String>, Trouble> {
        let asked = self.sign(self.client.get(self.address("models"))).timeout(self.limits.first);
        let mut answer = self.answered(asked.send().await).await?;
        let body = self.body(&mut answer).await?;
        let list: Value =
            serde_json::from_slice(&body).map_err(|_| Trouble::Rubbish("no list of models".into()))?;
        let models = list["data"].as_array().ok_or_else(|| Trouble::Rubbish("no list of models".into()))?;
        Ok(models.iter().filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect())
    }

    /// The model that is used.
    pub(super) async fn model(&self) -> Result<&str, Trouble> {
        let first = self.model.get_or_try_init(|| async {
            self.models()
                .await?
                .into_iter()
                .next()
                .ok_or_else(|| Trouble::Rubbish("it lists no models".into()))
        });
        first.await.map(String::as_str)
    }

    /// Asks for an answer, whose words are then read as they come.
    pub(super) async fn ask(&self, messages: &[Value], tools: &Value) -> Result<Incoming<'_>, Trouble> {
        let with_tools = self.tools.load(Ordering::Relaxed);
        match self.ask_once(messages, with_tools.then_some(tools)).await {
            Err(Trouble::Refused { status: 400, said }) if with_tools && said.contains("tool") => {
                tracing::info!("the endpoint's model knows no tools: its words become the deliverable");
                self.tools.store(false, Ordering::Relaxed);
                self.ask_once(messages, None).await
            }
            answer => answer,
        }
    }

    async fn ask_once(&self, messages: &[Value], tools: Option<&Value>) -> Result<Incoming<'_>, Trouble> {
        let mut body = json!({ "model": self.model().await?, "messages": messages, "stream": true });
        if let Some(tools) = tools {
            body["tools"] = tools.clone();
        }
        let asked = self.sign(self.client.post(self.address("chat/completions"))).json(&body);
        let sent = timeout(self.limits.first, asked.send()).await;
        let response = self.answered(sent.map_err(|_| Trouble::Slow("no answer began"))?).await?;
        let streams = !content_type(&response).contains("application/json");
        let mut incoming = Incoming {
            endpoint: self,
            response,
            sse: Sse::default(),
            answer: Answer::default(),
            whole: None,
            done: false,
        };
        if !streams {
            incoming.take_whole().await?;
        }
        Ok(incoming)
    }

    fn address(&self, path: &str) -> Url {
        let mut url = self.base.reveal().clone();
        url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
        url
    }

    fn sign(&self, asked: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => asked.bearer_auth(key.reveal()),
            None => asked,
        }
    }

    /// Sorts what came back; of an error the beginning of its body is kept.
    async fn answered(&self, sent: reqwest::Result<Response>) -> Result<Response, Trouble> {
        let mut response = sent.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut said = Vec::new();
        while said.len() < 4 * SAID
            && let Ok(Ok(Some(piece))) = timeout(self.limits.connect, response.chunk()).await
        {
            said.extend_from_slice(&piece);
        }
        let said = self.redact(&String::from_utf8_lossy(&said)).chars().take(SAID).collect();
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS => Trouble::Busy { after: after.map(Duration::from_secs) },
            StatusCode::REQUEST_TIMEOUT => Trouble::Slow("it gave up itself"),
            status if status.is_server_error() => Trouble::Server { status: status.as_u16(), said },
            status => Trouble::Refused { status: status.as_u16(), said },
        })
    }

    /// Without the address, which may hold a password.
    fn unreachable(&self, error: reqwest::Error) -> Trouble {
        if error.is_timeout() && !error.is_connect() {
            return Trouble::Slow("no answer in time");
        }
        Trouble::Unreachable(self.redact(&said(error)))
    }

    async fn body(&self, response: &mut Response) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece(response, self.limits.between).await? {
            body.extend_from_slice(&piece);
            if body.len() > BODY {
                return Err(Trouble::Endless("a body of more than four megabytes"));
            }
        }
        Ok(body)
    }

    async fn piece(
        &self,
        response: &mut Response,
        within: Duration,
    ) -> Result<Option<bytes::Bytes>, Trouble> {
        match timeout(within, response.chunk()).await {
            Ok(piece) => piece.map_err(|error| Trouble::Cut(self.redact(&said(error)))),
            Err(_) => Err(Trouble::Slow("it stopped in the middle")),
        }
    }
}

fn content_type(response: &Response) -> &str {
    response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn said(error: reqwest::Error) -> String {
    let error = error.without_url();
    match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// An answer on its way in.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    endpoint: &'a Endpoint,
    response: Response,
    sse: Sse,
    pub(super) answer: Answer,
    /// The words of an answer that came in one piece.
    whole: Option<String>,
    done: bool,
}

impl Incoming<'_> {
    /// The next words, which may be none; `None` once all have come. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Result<Option<String>, Trouble> {
        if let Some(words) = self.whole.take() {
            return Ok(Some(words));
        }
        if self.done {
            return Ok(None);
        }
        let over = self.answer.finish.is_some();
        let within = if over { LAST } else { self.endpoint.limits.between };
        match self.endpoint.piece(&mut self.response, within).await {
            Ok(Some(piece)) => {
                let events = self.sse.push(&piece).map_err(|_| Trouble::Endless("an event without end"))?;
                self.take(events).map(Some)
            }
            Ok(None) => {
                let last = self.sse.end();
                let words = self.take(last)?;
                self.done |= self.answer.finish.is_some();
                if self.done { Ok(Some(words)) } else { Err(Trouble::Cut("no end was said".to_owned())) }
            }
            // It said that it was over, and that is what counts.
            Err(_) if over => {
                self.done = true;
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// What came altogether.
    pub(super) fn whole(self) -> Result<Answer, Trouble> {
        self.answer.whole(self.done)
    }

    fn take(&mut self, events: impl IntoIterator<Item = String>) -> Result<String, Trouble> {
        let mut words = String::new();
        for data in events {
            match data.trim() {
                _ if self.done => {}
                "[DONE]" => self.done = true,
                "" => {}
                data => words.push_str(&self.answer.take(data)?),
            }
        }
        Ok(words)
    }

    /// An endpoint that does not stream sends the whole answer in one piece, of the same shape but for one name.
    async fn take_whole(&mut self) -> Result<(), Trouble> {
        let body = self.endpoint.body(&mut self.response).await?;
        self.whole = Some(self.answer.take(&String::from_utf8_lossy(&body))?);
        self.done = true;
        Ok(())
    }
}
