//! Sends the other nodes, in one go, what came together since the last time.

use std::{sync::Arc, time::Duration};

use super::{ExchangeError, message::NodeMessage};
use crate::core::{Core, backoff};

/// Between two sendings. The first stream that moves is sent at once, what follows it goes together.
const PACE: Duration = Duration::from_millis(5);
/// How long sending may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the last word may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    let speaking = async {
        let mut backoff = backoff();
        loop {
            core.nodes.stir.notified().await;
            let messages = core.nodes.take_outbox();
            match publish(&core, messages, PATIENCE).await {
                Ok(()) => {
                    backoff.reset();
                    tokio::time::sleep(PACE).await;
                }
                Err(error) => {
                    if backoff.is_fresh() {
                        tracing::warn!(error = %error, "other nodes could not be reached, they find out by themselves");
                    }
                    backoff.pause().await;
                    // What it was is gone, and whoever could hear may have looked before: everybody looks once more.
                    core.nodes.enqueue(NodeMessage::AllMoved);
                }
            }
        }
    };
    core.stop.run_until_cancelled(speaking).await;
}

/// Sends what has not been sent, and that this node leaves, when everything else has ended.
pub(crate) async fn farewell(core: &Core) {
    if core.nodes.others() == 0 {
        return;
    }
    let mut messages = core.nodes.take_outbox();
    messages.push(NodeMessage::Bye);
    if let Err(error) = publish(core, messages, FAREWELL).await {
        tracing::debug!(error = %error, "other nodes will notice by themselves that this one has left");
    }
}

async fn publish(core: &Core, messages: Vec<NodeMessage>, patience: Duration) -> Result<(), ExchangeError> {
    if messages.is_empty() {
        return Ok(());
    }
    let texts = messages.iter().map(|message| message.write(core.nodes.own)).collect();
    tokio::time::timeout(patience, core.nodes.exchange.publish(texts)).await?
}
