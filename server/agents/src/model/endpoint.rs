//! The way to an endpoint, whatever its wire.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use domain::{redact, sealed::Secret};
use reqwest::{RequestBuilder, Response, StatusCode, header};
use safe_http::{CheckedUrl, SecretUrl};
use serde_json::Value;
use tokio::{sync::OnceCell, time::timeout};

use super::{
    error::EndpointError,
    incoming::Incoming,
    limits::ModelLimits,
    tools::ToolDescription,
    wire::{AnswerRequest, ChatMessage, Wire},
};

/// How much of an error's body is kept for the operators.
const SAID: usize = 400;
/// The longest body of an answer that is not streamed.
const BODY: usize = 4 << 20;

/// The longest answer that is asked for, in tokens, where that has to be said; and for models that do not have as many.
const LONGEST: u32 = 16_384;
const SHORTER: u32 = 4_096;

/// An endpoint and the model that is used there.
#[derive(Debug)]
pub struct ModelEndpoint {
    url: CheckedUrl,
    wire: Wire,
    key: Option<Secret>,
    /// The one that was named, or the first that it lists.
    model: OnceCell<String>,
    pub(super) limits: ModelLimits,
    /// Cleared once it said that its model knows no tools.
    tools: AtomicBool,
    /// Cleared once it said that it does not understand to be asked for what was used.
    usage: AtomicBool,
    /// Cleared once it said that its model's answers are not as long.
    long: AtomicBool,
}

impl ModelEndpoint {
    /// The built-in agent's: OpenAI-compatible, by a base address that the machine's operator has set, and which ends in
    /// `/v1` or the like.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn new(
        base: &SecretUrl,
        model: Option<String>,
        key: Option<Secret>,
        limits: ModelLimits,
    ) -> reqwest::Result<Self> {
        let client = safe_http::tls::client()
            .connect_timeout(limits.connect)
            // A redirect would carry what clients wrote to somewhere nobody named.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self::at(CheckedUrl::trusted(client, base.clone()), Wire::Chat, model, key, limits))
    }

    /// An endpoint at the end of a way, spoken to over a wire.
    pub fn at(
        url: CheckedUrl,
        wire: Wire,
        model: Option<String>,
        key: Option<Secret>,
        limits: ModelLimits,
    ) -> Self {
        let (model, yes) = (OnceCell::new_with(model), || AtomicBool::new(true));
        Self { url, wire, key, model, limits, tools: yes(), usage: yes(), long: yes() }
    }

    /// What must never be written or told.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.key.as_ref().map(Secret::reveal).into_iter().chain(self.url.password())
    }

    /// Takes them out of a text that is going to be kept.
    fn redact(&self, text: &str) -> String {
        let hidden = self.secrets().filter(|secret| secret.len() > 3);
        redact::shapes(&hidden.fold(text.to_owned(), |text, secret| text.replace(secret, "***")))
    }

    /// The models that it lists, to see whether it lets us in.
    ///
    /// # Errors
    /// What went wrong, in words for the operators.
    pub async fn found(&self) -> Result<Vec<String>, String> {
        self.models().await.map_err(|trouble| self.redact(&trouble.to_string()))
    }

    /// The models that it lists.
    pub(super) async fn models(&self) -> Result<Vec<String>, EndpointError> {
        let asked = self.sign(self.url.get("models", self.limits.first));
        let mut answer = self.answered(traces::send("model list", asked).await).await?;
        let body = self.body(&mut answer).await?;
        let list: Value =
            serde_json::from_slice(&body).map_err(|_| EndpointError::Rubbish("no list of models".into()))?;
        let models =
            list["data"].as_array().ok_or_else(|| EndpointError::Rubbish("no list of models".into()))?;
        Ok(models.iter().filter_map(|model| Some(model["id"].as_str()?.to_owned())).collect())
    }

    /// The model that is used.
    pub(super) async fn model(&self) -> Result<&str, EndpointError> {
        let first = self.model.get_or_try_init(|| async {
            self.models()
                .await?
                .into_iter()
                .next()
                .ok_or_else(|| EndpointError::Rubbish("it lists no models".into()))
        });
        first.await.map(String::as_str)
    }

    /// Asks for an answer, whose words are then read as they come. What an endpoint says that it does not understand is
    /// left out from then on.
    pub(super) async fn request_answer(
        &self,
        system: &str,
        said: &[ChatMessage],
        tools: &[ToolDescription],
    ) -> Result<Incoming<'_>, EndpointError> {
        loop {
            match self.request_once(system, said, tools).await {
                Err(EndpointError::Refused { status: 400 | 422, said }) if self.leaves_out(&said) => {}
                answer => return answer,
            }
        }
    }

    /// Whether a refusal is about something that can be left out, and was not yet.
    fn leaves_out(&self, said: &str) -> bool {
        let first = |flag: &AtomicBool| flag.swap(false, Ordering::Relaxed);
        if said.contains("stream_options") {
            first(&self.usage)
        } else if self.wire == Wire::Anthropic {
            said.contains("max_tokens") && first(&self.long)
        } else if said.contains("tool") && first(&self.tools) {
            tracing::info!("the endpoint's model knows no tools: its words become the deliverable");
            true
        } else {
            false
        }
    }

    async fn request_once(
        &self,
        system: &str,
        said: &[ChatMessage],
        tools: &[ToolDescription],
    ) -> Result<Incoming<'_>, EndpointError> {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        let tools = (is(&self.tools) && !tools.is_empty()).then_some(tools);
        let longest = if is(&self.long) { LONGEST } else { SHORTER };
        let model = self.model().await?;
        let body =
            self.wire.body(AnswerRequest { model, system, said, tools, usage: is(&self.usage), longest });
        let asked = self.sign(self.url.post(self.wire.path())).json(&body);
        let sent = timeout(self.limits.first, traces::send("model answer", asked)).await;
        let response = self.answered(sent.map_err(|_| EndpointError::Slow("no answer began"))?).await?;
        let streams = !content_type(&response).contains("application/json");
        let mut incoming = Incoming::new(self, response, self.wire.reader());
        if !streams {
            incoming.take_whole().await?;
        }
        Ok(incoming)
    }

    fn sign(&self, asked: RequestBuilder) -> RequestBuilder {
        self.wire.sign(asked, self.key.as_ref().map(Secret::reveal))
    }

    /// Sorts what came back; of an error the beginning of its body is kept.
    async fn answered(&self, sent: reqwest::Result<Response>) -> Result<Response, EndpointError> {
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
            StatusCode::TOO_MANY_REQUESTS => EndpointError::Busy { after: after.map(Duration::from_secs) },
            StatusCode::REQUEST_TIMEOUT => EndpointError::Slow("it gave up itself"),
            status if status.is_server_error() => EndpointError::Server { status: status.as_u16(), said },
            status => EndpointError::Refused { status: status.as_u16(), said },
        })
    }

    /// Without the address, which may hold a password.
    fn unreachable(&self, error: reqwest::Error) -> EndpointError {
        if error.is_timeout() && !error.is_connect() {
            return EndpointError::Slow("no answer in time");
        }
        EndpointError::Unreachable(self.redact(&cause_of(error)))
    }

    pub(super) async fn body(&self, response: &mut Response) -> Result<Vec<u8>, EndpointError> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece(response, self.limits.between).await? {
            body.extend_from_slice(&piece);
            if body.len() > BODY {
                return Err(EndpointError::Endless("a body of more than four megabytes"));
            }
        }
        Ok(body)
    }

    pub(super) async fn piece(
        &self,
        response: &mut Response,
        within: Duration,
    ) -> Result<Option<bytes::Bytes>, EndpointError> {
        match timeout(within, response.chunk()).await {
            Ok(piece) => piece.map_err(|error| EndpointError::Cut(self.redact(&cause_of(error)))),
            Err(_) => Err(EndpointError::Slow("it stopped in the middle")),
        }
    }
}

fn content_type(response: &Response) -> &str {
    response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn cause_of(error: reqwest::Error) -> String {
    let error = error.without_url();
    match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
