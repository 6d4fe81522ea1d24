//! A way for the nodes of one database to speak to each other.

use std::{error::Error, fmt::Debug};

use futures::{future::BoxFuture, stream::BoxStream};

/// Why nothing could be sent or received.
pub type ExchangeError = Box<dyn Error + Send + Sync>;

/// Carries texts between the nodes of one database. What gets lost on its way costs a poll interval; where sending fails,
/// everybody looks at everything as soon as it works again.
pub trait Exchange: Debug + Send + Sync + 'static {
    /// Begins to listen. What is sent from then on, by this node too, comes through the stream; it ends as soon as
    /// something may have been missed.
    fn listen(&self) -> BoxFuture<'_, Result<BoxStream<'static, String>, ExchangeError>>;

    /// Sends texts to all nodes. Each text has less than [`TEXT_BYTES`] bytes.
    fn publish(&self, texts: Vec<String>) -> BoxFuture<'_, Result<(), ExchangeError>>;
}

/// What a text may not reach: Postgres takes no longer payload of a NOTIFY.
pub const TEXT_BYTES: usize = 8_000;
