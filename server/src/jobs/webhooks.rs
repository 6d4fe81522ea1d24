//! Sends what happened to the webhooks that want it, signed by the Standard Webhooks scheme. Whatever is not taken comes
//! again; how often is the domain's to say.

use std::{fmt::Write, time::Duration};

use domain::{
    Db, JobBackoff,
    webhooks::outbox::{self, DueDelivery, Reply},
};
use futures::{StreamExt, stream};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use tokio_util::sync::CancellationToken;

use safe_http::SafeHttp;

/// How long to rest when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// How long an address may take over one message, its answer included.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many are taken at a time, and how many of them are on their way at once: one slow address must not hold all.
const BATCH: i64 = 32;
const AT_ONCE: usize = 8;
/// How much of an answer is read.
const ANSWER: usize = 2_000;

/// Sends whatever is due, until told to stop; what is on its way is finished.
pub async fn run(db: Db, safe_http: SafeHttp, stop: CancellationToken) {
    let mut backoff = JobBackoff::new("webhooks");
    while !stop.is_cancelled() {
        let rest = match send_due(&db, &safe_http).await {
            Ok(tried) => {
                backoff.over();
                if tried > 0 { Duration::ZERO } else { REST }
            }
            Err(error) => backoff.pause(&error).max(REST),
        };
        stop.run_until_cancelled(tokio::time::sleep(rest)).await;
    }
}

/// Hands out what happened, and tries every message that is due now; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn send_due(db: &Db, safe_http: &SafeHttp) -> domain::Result<usize> {
    while outbox::spread(db).await? > 0 {}
    let due = outbox::due(db, BATCH).await?;
    let tried = due.len();
    let mut on_their_way = stream::iter(due).map(|due| try_one(db, safe_http, due)).buffer_unordered(AT_ONCE);
    let mut done = Ok(tried);
    while let Some(settled) = on_their_way.next().await {
        // The others are not to wait for this one.
        if let Err(error) = settled {
            done = Err(error);
        }
    }
    done
}

async fn try_one(db: &Db, safe_http: &SafeHttp, due: DueDelivery) -> domain::Result<()> {
    let answered = match send(db, safe_http, &due).await {
        Ok(answered) => answered,
        Err(text) => Reply { status: None, text },
    };
    tracing::info!(
        webhook.id = %due.webhook, webhook.event = %due.event, webhook.attempt = due.attempt,
        http.status = answered.status, "sent a webhook"
    );
    outbox::settle(db, &due, &answered).await
}

/// What was answered, or why nobody did.
async fn send(db: &Db, safe_http: &SafeHttp, due: &DueDelivery) -> Result<Reply, String> {
    let url = safe_http.checked_url(&due.url).await.map_err(|refused| refused.to_string())?;
    let (id, at) = (due.event.to_string(), db.now().timestamp());
    let signed = Webhook::new(due.secret.reveal()).and_then(|with| with.sign(&id, at, due.body.as_bytes()));
    let signature = signed.map_err(|_| "Its secret isn’t valid. Generate a new one.".to_owned())?;
    let request = url
        .post("")
        .header("content-type", "application/json")
        .header("user-agent", "Throughline")
        .header(HEADER_WEBHOOK_ID, id)
        .header(HEADER_WEBHOOK_TIMESTAMP, at.to_string())
        .header(HEADER_WEBHOOK_SIGNATURE, signature)
        .timeout(PATIENCE)
        .body(due.body.clone());
    let mut response = request.send().await.map_err(|error| in_words(&error))?;
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ANSWER {
            break;
        }
    }
    bytes.truncate(ANSWER);
    Ok(Reply { status: Some(response.status().as_u16()), text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Why nobody answered, with its causes and without the address, which may carry a secret.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("No answer within {} seconds.", PATIENCE.as_secs());
    }
    let mut words = "No response".to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        // Writing to a text cannot fail.
        let _ = write!(words, ": {next}");
        cause = next.source();
    }
    words
}
