//! Hears what other nodes tell.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream::BoxStream};
use tokio::time::{MissedTickBehavior, timeout};

use super::{LIVES, Trouble, word::Word};
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
            Ok(heard) => {
                backoff.reset();
                hear(core, heard).await;
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
async fn begin(core: &Core) -> Result<BoxStream<'static, String>, Trouble> {
    let heard = timeout(PATIENCE, core.nodes.exchange.listen()).await??;
    core.nodes.say(Word::Hello { answer: true });
    core.look_everywhere();
    Ok(heard)
}

/// Until something may have been missed. A node hears itself too: where it does not, the line is dead.
async fn hear(core: &Core, mut heard: BoxStream<'static, String>) {
    let mut hellos = tokio::time::interval(core.options.hello_interval);
    hellos.set_missed_tick_behavior(MissedTickBehavior::Delay);
    hellos.reset();
    let mut silent = 0;
    while silent < LIVES {
        tokio::select! {
            _ = hellos.tick() => {
                silent += 1;
                core.nodes.forget_silent(LIVES * core.options.hello_interval);
                core.nodes.say(Word::Hello { answer: false });
            }
            text = heard.next() => {
                let Some(text) = text else { return };
                silent = 0;
                if let Some((node, word)) = Word::read(&text).filter(|(node, _)| *node != core.nodes.own) {
                    take(core, node, word);
                }
            }
        }
    }
}

fn take(core: &Core, node: uuid::Uuid, word: Word) {
    if word == Word::Bye {
        return core.nodes.left(node);
    }
    let came = core.nodes.heard_of(node);
    if came {
        // While it was not known here, nothing was told to it.
        core.nodes.say(Word::AllMoved);
    }
    match word {
        Word::Hello { answer } if answer || came => core.nodes.say(Word::Hello { answer: false }),
        Word::Moved(streams) => core.wake(&streams),
        Word::AllMoved => core.look_everywhere(),
        Word::Note(note) => core.nodes.noted(node, note),
        Word::Hello { .. } | Word::Bye => {}
    }
}
