//! Sending wakes to webhooks.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, ClientBuilder, Response, header::CONTENT_TYPE, redirect::Policy};
use serde::Deserialize;
use serde_json::{Value, json};
use sessions::{Clock, Delivery, Engine};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Subscriptions, representation, token, webhook_url::Resolver};
use crate::paths;

/// How long a webhook may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// After that a delivery of which nothing was heard (its node has died) is somebody else's.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between looks, when nobody tells that something is due.
const TICK: Duration = Duration::from_secs(1);
/// The most that is read of an answer.
const ANSWER_BYTES: usize = 64 * 1024;

/// Sends the wakes that are due to their webhooks, until told to stop, and waits for those under way. `client` names the
/// provider of TLS; timeouts, redirects, proxies and how names are resolved are set here.
///
/// # Errors
/// When no client for HTTP can be made.
pub async fn deliver_webhooks(
    engine: Engine,
    subscriptions: Arc<Subscriptions>,
    clock: Clock,
    stop: CancellationToken,
    client: ClientBuilder,
) -> Result<(), reqwest::Error> {
    let client = client
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .no_proxy()
        .dns_resolver(Arc::new(Resolver { local: subscriptions.allow_local_webhooks }))
        .build()?;
    let sender = Arc::new(WebhookSender { engine, subscriptions, clock, client });
    let under_way = TaskTracker::new();
    while !stop.is_cancelled() {
        match sender.engine.take_due(PATIENCE).await {
            Ok(due) => due.into_iter().for_each(|delivery| {
                under_way.spawn(Arc::clone(&sender).deliver(delivery));
            }),
            Err(error) => tracing::warn!(error.message = %error, "it is not known which webhooks are due"),
        }
        stop.run_until_cancelled(sender.engine.webhooks_due(TICK)).await;
    }
    under_way.close();
    under_way.wait().await;
    Ok(())
}

struct WebhookSender {
    engine: Engine,
    subscriptions: Arc<Subscriptions>,
    clock: Clock,
    client: Client,
}

#[derive(Default, Deserialize)]
struct WebhookAnswer {
    #[serde(default)]
    done: bool,
}

impl WebhookSender {
    async fn deliver(self: Arc<Self>, delivery: Delivery) {
        let kept = match self.send(&delivery).await {
            Ok(answer) => self.engine.delivered(&delivery, answer.done).await,
            Err(reason) => {
                // Without the address, which may hold a secret.
                tracing::info!(subscription = delivery.wake.name, reason, "a webhook has failed");
                self.engine.undelivered(&delivery, pause(delivery.failures)).await
            }
        };
        if let Err(error) = kept {
            tracing::warn!(error.message = %error, "it was not kept how a webhook went");
        }
    }

    async fn send(&self, delivery: &Delivery) -> Result<WebhookAnswer, String> {
        let body = self.body(delivery);
        let signature = self.subscriptions.signer.sign(&body, self.clock.now());
        let request = self.client.post(&delivery.url).header(CONTENT_TYPE, "application/json");
        let sent = request.header("webhook-signature", signature).body(body).send().await;
        let response = sent.map_err(|error| error.without_url().to_string())?;
        match response.status() {
            status if status.is_success() => Ok(read_answer(response).await),
            status => Err(format!("it answered {status}")),
        }
    }

    fn body(&self, delivery: &Delivery) -> String {
        let wake = &delivery.wake;
        let streams: Vec<Value> = wake.links.iter().map(representation::pending).collect();
        let callback = format!("subscriptions/{}/callback", paths::encode_segment(&wake.name));
        let body = json!({
            "subscription_id": wake.name,
            "wake_id": wake.id,
            "generation": wake.generation,
            "streams": streams,
            "callback_url": self.subscriptions.url_of(&callback),
            "callback_token": token::make(&wake.secret, wake.generation),
        });
        body.to_string()
    }
}

/// What it says, if it says anything.
async fn read_answer(mut response: Response) -> WebhookAnswer {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES {
            return WebhookAnswer::default();
        }
    }
    serde_json::from_slice(&body).unwrap_or_default()
}

/// From a second to a minute, a fifth more or less.
fn pause(failures: u32) -> Duration {
    let seconds = 1_u32.checked_shl(failures.min(6)).map_or(60, |seconds| seconds.min(60));
    // From 800 to 1,200 thousandths; without randomness all at once.
    let thousandths = getrandom::u32().map_or(1_000, |random| 800 + random % 401);
    Duration::from_millis(u64::from(seconds) * u64::from(thousandths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute() {
        for (failures, seconds) in [(0, 1), (1, 2), (5, 32), (6, 60), (7, 60), (u32::MAX, 60)] {
            let (pause, middle) = (pause(failures), Duration::from_secs(seconds));
            assert!(pause >= middle.mul_f64(0.8) && pause <= middle.mul_f64(1.2), "{failures}: {pause:?}");
        }
    }
}
