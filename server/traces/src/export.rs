//! The way to the collector.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::Clock;
use http::{Request, Response};
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::{FilterFn, filter_fn},
    registry::LookupSpan,
};

use super::{TARGET, statement::Statements};
use safe_http::SecretUrl;

/// How long the end of the process waits for the last spans.
const LAST_SPANS: Duration = Duration::from_secs(3);
/// How long the collector may take for a batch.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends spans in batches. Shut it down before the process ends.
#[derive(Debug)]
pub struct Exporter {
    provider: SdkTracerProvider,
}

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum ExporterError {
    /// One of the `OTEL_…` variables says something that cannot be done.
    #[error("traces cannot be sent as OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_ variables say")]
    Settings(#[from] ExporterBuildError),
    /// There is no TLS to be had.
    #[error("no HTTP client could be made for traces")]
    Client(#[from] reqwest::Error),
}

impl Exporter {
    /// Towards a collector that speaks OTLP over HTTP, whose address is without `/v1/traces`. `runtime` does the sending.
    /// Sampling, headers and pace are read from the standard's own variables (`OTEL_TRACES_SAMPLER` and so on).
    ///
    /// # Errors
    /// When one of those variables cannot be understood, or there is no TLS to be had.
    pub fn new(collector: &SecretUrl, runtime: Handle) -> Result<Self, ExporterError> {
        let mut address = collector.reveal().clone();
        address.set_path(&format!("{}/v1/traces", address.path().trim_end_matches('/')));
        let client =
            safe_http::tls::client().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build()?;
        let spans = SpanExporter::builder()
            .with_http()
            .with_http_client(Client { client, runtime })
            .with_endpoint(address)
            .build()?;
        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come after the default.
        let resource = Resource::builder();
        let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => resource,
            None => resource.with_service_name("throughline"),
        };
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(spans).with_resource(resource.build()).build();
        Ok(Self { provider })
    }

    /// What turns spans of this process into spans of the trace, to be put beside the log.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer = self.provider.tracer("throughline");
        let spans = tracing_opentelemetry::layer()
            .with_tracer(tracer.clone())
            // Where in the source a span begins, and on which thread, is nobody's concern who looks at a trace.
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(only(false));
        spans.and_then(Statements::new(tracer, Clock::system()).with_filter(only(true)))
    }

    /// Sends what is left.
    pub fn shutdown(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(LAST_SPANS) {
            tracing::warn!(error.message = %error, "the last spans could not be sent");
        }
    }
}

/// The spans that are ours to export, and sqlx's word of a statement where it is wanted.
fn only(statements: bool) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    filter_fn(move |metadata| {
        (metadata.is_span() && metadata.target() == TARGET)
            // Whether anybody wants to know is asked beforehand, which is neither a span nor an event.
            || (statements && !metadata.is_span() && metadata.target() == "sqlx::query")
    })
    .with_max_level_hint(if statements { Level::DEBUG } else { Level::INFO })
}

/// The exporter works on a thread of its own, and our client on the runtime's.
#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let request = self
            .client
            .request(parts.method, parts.uri.to_string())
            .headers(parts.headers)
            .body(body)
            .build()?;
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request).await.map_err(reqwest::Error::without_url)?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
        });
        let (status, headers, body) = sent.await??;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
