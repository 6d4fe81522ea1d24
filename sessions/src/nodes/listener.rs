//! Receives what other nodes send.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream::BoxStream};
use tokio::time::{MissedTickBehavior, timeout};

use super::{ExchangeError, LIVES, message::NodeMessage};
use crate::core::{Core, backoff};

/// How long it may take to begin to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    core.stop.run_until_cancelled(listen(&core)).await;
}

async fn listen(core: &Core) {
    let mut backoff = backoff();
    loop {
        match begin(core).await {
            Ok(texts) => {
                backoff.reset();
                receive(core, texts).await;
                tracing::debug!("what other nodes tell may have been missed, listening anew");
            }
            Err(error) if backoff.is_fresh() => {
                tracing::warn!(error = %error, "other nodes cannot be heard, asking the database instead");
            }
            Err(error) => tracing::debug!(error = %error, "other nodes still cannot be heard"),
        }
        core.nodes.forget_silent(LIVES * core.options.hello_interval);
        backoff.pause().await;
    }
}

/// Listens; asks who is there, and the database for what was told to nobody here.
async fn begin(core: &Core) -> Result<BoxStream<'static, String>, ExchangeError> {
    let texts = timeout(PATIENCE, core.nodes.exchange.listen()).await??;
    core.nodes.enqueue(NodeMessage::Hello { answer: true });
    core.look_everywhere();
    Ok(texts)
}

/// Until something may have been missed. A node hears itself too: where it does not, the line is dead.
async fn receive(core: &Core, mut texts: BoxStream<'static, String>) {
    let mut hellos = tokio::time::interval(core.options.hello_interval);
    hellos.set_missed_tick_behavior(MissedTickBehavior::Delay);
    hellos.reset();
    let mut silent = 0;
    while silent < LIVES {
        tokio::select! {
            _ = hellos.tick() => {
                silent += 1;
                core.nodes.forget_silent(LIVES * core.options.hello_interval);
                core.nodes.enqueue(NodeMessage::Hello { answer: false });
            }
            text = texts.next() => {
                let Some(text) = text else { return };
                silent = 0;
                if let Some((node, message)) = NodeMessage::read(&text).filter(|(node, _)| *node != core.nodes.own) {
                    handle(core, node, message);
                }
            }
        }
    }
}

fn handle(core: &Core, node: uuid::Uuid, message: NodeMessage) {
    if message == NodeMessage::Bye {
        return core.nodes.left(node);
    }
    let is_new = core.nodes.mark_seen(node);
    if is_new {
        // While it was not known here, nothing was told to it.
        core.nodes.enqueue(NodeMessage::AllMoved);
    }
    match message {
        NodeMessage::Hello { answer } if answer || is_new => {
            core.nodes.enqueue(NodeMessage::Hello { answer: false })
        }
        NodeMessage::Moved(streams) => core.wake(&streams),
        NodeMessage::AllMoved => core.look_everywhere(),
        NodeMessage::Note(note) => core.nodes.publish_note(node, note),
        NodeMessage::Hello { .. } | NodeMessage::Bye => {}
    }
}
