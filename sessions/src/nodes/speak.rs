//! Tells the other nodes, in one go, what came together since the last time.

use std::{sync::Arc, time::Duration};

use super::{Trouble, word::Word};
use crate::core::{Core, backoff};

/// Between two tellings. The first stream that moves is told at once, what follows it goes together.
const PACE: Duration = Duration::from_millis(5);
/// How long telling may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the last word may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    let speaking = async {
        let mut backoff = backoff();
        loop {
            core.nodes.stir.notified().await;
            let words = core.nodes.take();
            match tell(&core, words, PATIENCE).await {
                Ok(()) => {
                    backoff.reset();
                    tokio::time::sleep(PACE).await;
                }
                Err(error) => {
                    if backoff.is_fresh() {
                        tracing::warn!(error = %error, "other nodes could not be told, they find out by themselves");
                    }
                    backoff.pause().await;
                    // What it was is gone, and whoever could hear may have looked before: everybody looks once more.
                    core.nodes.say(Word::AllMoved);
                }
            }
        }
    };
    core.stop.run_until_cancelled(speaking).await;
}

/// Tells what has not been told, and that this node leaves, when everything else has ended.
pub(crate) async fn farewell(core: &Core) {
    if core.nodes.others() == 0 {
        return;
    }
    let mut words = core.nodes.take();
    words.push(Word::Bye);
    if let Err(error) = tell(core, words, FAREWELL).await {
        tracing::debug!(error = %error, "other nodes will notice by themselves that this one has left");
    }
}

async fn tell(core: &Core, words: Vec<Word>, patience: Duration) -> Result<(), Trouble> {
    if words.is_empty() {
        return Ok(());
    }
    let texts = words.iter().map(|word| word.write(core.nodes.own)).collect();
    tokio::time::timeout(patience, core.nodes.exchange.tell(texts)).await?
}
