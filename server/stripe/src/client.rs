//! One call: the key, the version, the key of the movement, a limit on time and on size.

use std::time::Duration;

use domain::{payments::provider::ProviderError, sealed::Secret, secret::random_token};
use reqwest::{Client, Method, RequestBuilder, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{API_VERSION, failure::Failure, form::Form};

/// How long one call may take, its answer included: a bank that thinks about a charge takes up to half a minute.
const PATIENCE: Duration = Duration::from_secs(60);
const TO_CONNECT: Duration = Duration::from_secs(10);
/// How much of an answer is read. A hundred events of the kinds that are asked for stay far below it.
const ANSWER: usize = 8 << 20;

/// One workspace's account at Stripe, by its key.
#[derive(Clone)]
pub struct Stripe {
    http: Client,
    base: Url,
    key: Secret,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Stripe {
    /// What all accounts' calls are made with.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn http() -> reqwest::Result<Client> {
        safe_http::tls::client()
            .timeout(PATIENCE)
            .connect_timeout(TO_CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Throughline")
            .build()
    }

    /// The account that a key opens. `base` is Stripe's address, or a stand-in's in tests.
    pub fn new(http: Client, base: Url, key: Secret) -> Self {
        Self { http, base, key }
    }

    pub(crate) fn key(&self) -> &str {
        self.key.reveal()
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Form) -> Result<T, Failure> {
        let query = query.encoded();
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        self.call(self.request(Method::GET, &path)?).await
    }

    /// Posts a movement under the key that was stored for it: the same key again is the same movement.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &Form,
        key: &str,
    ) -> Result<T, Failure> {
        let request = self.request(Method::POST, path)?.header("Idempotency-Key", key);
        let typed = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.call(typed.body(form.encoded())).await
    }

    /// Posts what comes to the same however often it is done.
    pub(crate) async fn put<T: DeserializeOwned>(&self, path: &str, form: &Form) -> Result<T, Failure> {
        self.post(path, form, &random_token()).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Failure> {
        // The base may have a path of its own, as a stand-in's world has.
        let address = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|_| Failure::refused("the address is none"))?;
        Ok(self
            .http
            .request(method, url)
            .bearer_auth(self.key.reveal())
            .header("Stripe-Version", API_VERSION))
    }

    async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let mut response = request.send().await.map_err(|error| Failure::unreachable(&error))?;
        let status = response.status();
        let is_replayed = response.headers().contains_key("idempotent-replayed");
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Failure::unreachable(&error))? {
            if bytes.len() + chunk.len() > ANSWER {
                return Err(ProviderError::Unavailable("its answer is too large".to_owned()).into());
            }
            bytes.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            let failure = Failure::of(status.as_u16(), &bytes);
            tracing::debug!(
                http.status = status.as_u16(),
                stripe.replayed = is_replayed,
                "Stripe refused a call"
            );
            return Err(failure);
        }
        // What was done is done, whatever its answer looks like: it has to be asked for again.
        serde_json::from_slice(&bytes)
            .map_err(|_| ProviderError::Unavailable("its answer cannot be read".to_owned()).into())
    }
}
