//! The nodes of one database: who is there, and what they tell each other.
//!
//! Rows are the truth, and every node asks for them at each poll. What is told here only makes it sooner: which streams
//! have moved, gathered and sent behind everybody's back, never in the transaction that moved them. A node that hears
//! of no other tells nothing but, every few seconds, that it is there.

mod exchange;
mod listen;
mod notify;
mod speak;
mod word;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::PgPool;
use tokio::{
    sync::{Notify, broadcast},
    time::Instant,
};
use uuid::Uuid;

pub use exchange::{Exchange, TEXT_BYTES, Trouble};
pub(crate) use listen::run as listen;
pub(crate) use speak::{farewell, run as speak};
use word::{NOTE_BYTES, Word};

use crate::{Options, StreamId, core::locked};

/// A node that has been silent for so many hellos is gone.
const LIVES: u32 = 3;
/// News that wait for a hearer; a slower one is told that it missed some.
const NEWS: usize = 1_024;

/// Something that another node told, or that became known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It is there, for the first time or again.
    Came(Uuid),
    /// It said something.
    Said {
        /// Which node.
        node: Uuid,
        /// What it gave to [`Nodes::tell`].
        note: Arc<str>,
    },
    /// It has stopped, or was not heard of for too long.
    Left(Uuid),
}

/// The other nodes, as this one knows them.
#[derive(Debug)]
pub struct Nodes {
    own: Uuid,
    exchange: Arc<dyn Exchange>,
    /// When each was heard last.
    others: Mutex<HashMap<Uuid, Instant>>,
    /// Whether there are any: what every commit asks.
    any: AtomicBool,
    untold: Mutex<Untold>,
    /// There is something to tell.
    stir: Notify,
    news: broadcast::Sender<News>,
}

#[derive(Debug, Default)]
struct Untold {
    words: Vec<Word>,
    streams: HashSet<StreamId>,
}

impl Nodes {
    pub(crate) fn new(pool: &PgPool, options: &Options) -> Self {
        let exchange =
            options.exchange.clone().unwrap_or_else(|| Arc::new(notify::Postgres::new(pool.clone())));
        Self {
            own: Uuid::now_v7(),
            exchange,
            others: Mutex::default(),
            any: AtomicBool::new(false),
            untold: Mutex::default(),
            stir: Notify::new(),
            news: broadcast::channel(NEWS).0,
        }
    }

    /// How many other nodes are known.
    #[must_use]
    pub fn others(&self) -> usize {
        locked(&self.others).len()
    }

    /// Tells the other nodes something, if there are any. It may get lost, and so may whatever is longer than
    /// [`NOTE_BYTES`](Self::NOTE_BYTES).
    pub fn tell(&self, note: String) {
        if self.are_several() && note.len() <= Self::NOTE_BYTES {
            self.say(Word::Note(note));
        }
    }

    /// Bytes of a note.
    pub const NOTE_BYTES: usize = NOTE_BYTES;

    /// What other nodes tell from now on, and their coming and going.
    #[must_use]
    pub fn hear(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    pub(crate) fn are_several(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Streams have moved on this node.
    pub(crate) fn moved(&self, streams: impl IntoIterator<Item = StreamId>) {
        if self.are_several() {
            locked(&self.untold).streams.extend(streams);
            self.stir.notify_one();
        }
    }

    fn say(&self, word: Word) {
        locked(&self.untold).words.push(word);
        self.stir.notify_one();
    }

    fn take(&self) -> Vec<Word> {
        let Untold { mut words, streams } = std::mem::take(&mut *locked(&self.untold));
        words.extend(Word::moved(&streams.into_iter().collect::<Vec<_>>()));
        words
    }

    /// A node was heard; whether that is new.
    fn heard_of(&self, node: Uuid) -> bool {
        let came = locked(&self.others).insert(node, Instant::now()).is_none();
        if came {
            self.any.store(true, Ordering::Relaxed);
            tracing::debug!(%node, "another node is there");
            self.publish(News::Came(node));
        }
        came
    }

    fn left(&self, node: Uuid) {
        let mut others = locked(&self.others);
        if others.remove(&node).is_some() {
            self.any.store(!others.is_empty(), Ordering::Relaxed);
            drop(others);
            tracing::debug!(%node, "another node has left");
            self.publish(News::Left(node));
        }
    }

    fn forget_silent(&self, after: Duration) {
        let now = Instant::now();
        let silent: Vec<Uuid> = locked(&self.others)
            .iter()
            .filter(|(_, heard)| now - **heard >= after)
            .map(|(id, _)| *id)
            .collect();
        silent.into_iter().for_each(|node| self.left(node));
    }

    fn noted(&self, node: Uuid, note: String) {
        self.publish(News::Said { node, note: note.into() });
    }

    fn publish(&self, news: News) {
        // Most often nobody wants to know.
        let _ = self.news.send(news);
    }
}
