//! A line between nodes that can be down for those who speak.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, unfold},
};
use sessions::{Exchange, ExchangeError};
use tokio::sync::broadcast;

#[derive(Debug)]
pub struct TestExchange {
    told: broadcast::Sender<String>,
    is_down: AtomicBool,
    /// How often somebody spoke in vain.
    lost: AtomicUsize,
}

impl TestExchange {
    pub fn new() -> Self {
        Self { told: broadcast::channel(1_000).0, is_down: AtomicBool::new(false), lost: AtomicUsize::new(0) }
    }

    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }
}

impl Exchange for TestExchange {
    fn listen(&self) -> BoxFuture<'_, Result<BoxStream<'static, String>, ExchangeError>> {
        let heard = unfold(self.told.subscribe(), async |mut told| Some((told.recv().await.ok()?, told)));
        async { Ok(heard.boxed()) }.boxed()
    }

    fn publish(&self, texts: Vec<String>) -> BoxFuture<'_, Result<(), ExchangeError>> {
        async move {
            if self.is_down.load(Ordering::SeqCst) {
                self.lost.fetch_add(1, Ordering::SeqCst);
                return Err("the line is down".into());
            }
            for text in texts {
                drop(self.told.send(text));
            }
            Ok(())
        }
        .boxed()
    }
}
