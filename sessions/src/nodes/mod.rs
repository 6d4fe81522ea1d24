//! The nodes of one database: who is there, and what they send each other.
//!
//! Rows are the truth, and every node asks for them at each poll. What is told here only makes it sooner: which streams
//! have moved, gathered and sent behind everybody's back, never in the transaction that moved them. A node that hears
//! of no other tells nothing but, every few seconds, that it is there.

mod exchange;
mod listener;
mod message;
mod notify;
mod publisher;

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

pub use exchange::{Exchange, ExchangeError, TEXT_BYTES};
pub(crate) use listener::run as listen;
use message::{NOTE_BYTES, NodeMessage};
pub(crate) use publisher::{farewell, run as publish};

use crate::{Options, StreamId, core::locked};

/// A node that has been silent for so many hellos is gone.
const LIVES: u32 = 3;
/// Events that wait for a subscriber; a slower one learns that it missed some.
const NODE_EVENTS: usize = 1_024;

/// Something that another node has sent, or that became known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// It is there, for the first time or again.
    Joined(Uuid),
    /// It has sent something.
    Note {
        /// Which node.
        node: Uuid,
        /// What it gave to [`Nodes::send_note`].
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
    outbox: Mutex<Outbox>,
    /// There is something to send.
    stir: Notify,
    events: broadcast::Sender<NodeEvent>,
}

#[derive(Debug, Default)]
struct Outbox {
    messages: Vec<NodeMessage>,
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
            outbox: Mutex::default(),
            stir: Notify::new(),
            events: broadcast::channel(NODE_EVENTS).0,
        }
    }

    /// How many other nodes are known.
    #[must_use]
    pub fn others(&self) -> usize {
        locked(&self.others).len()
    }

    /// Sends the other nodes a text, if there are any. It may get lost, and so may whatever is longer than
    /// [`NOTE_BYTES`](Self::NOTE_BYTES).
    pub fn send_note(&self, note: String) {
        if self.are_several() && note.len() <= Self::NOTE_BYTES {
            self.enqueue(NodeMessage::Note(note));
        }
    }

    /// Bytes of a note.
    pub const NOTE_BYTES: usize = NOTE_BYTES;

    /// What other nodes send from now on, and their coming and going.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<NodeEvent> {
        self.events.subscribe()
    }

    pub(crate) fn are_several(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Streams have moved on this node.
    pub(crate) fn moved(&self, streams: impl IntoIterator<Item = StreamId>) {
        if self.are_several() {
            locked(&self.outbox).streams.extend(streams);
            self.stir.notify_one();
        }
    }

    fn enqueue(&self, message: NodeMessage) {
        locked(&self.outbox).messages.push(message);
        self.stir.notify_one();
    }

    fn take_outbox(&self) -> Vec<NodeMessage> {
        let Outbox { mut messages, streams } = std::mem::take(&mut *locked(&self.outbox));
        messages.extend(NodeMessage::moved(&streams.into_iter().collect::<Vec<_>>()));
        messages
    }

    /// A node was heard; whether that is new.
    fn mark_seen(&self, node: Uuid) -> bool {
        let came = locked(&self.others).insert(node, Instant::now()).is_none();
        if came {
            self.any.store(true, Ordering::Relaxed);
            tracing::debug!(%node, "another node is there");
            self.publish(NodeEvent::Joined(node));
        }
        came
    }

    fn left(&self, node: Uuid) {
        let mut others = locked(&self.others);
        if others.remove(&node).is_some() {
            self.any.store(!others.is_empty(), Ordering::Relaxed);
            drop(others);
            tracing::debug!(%node, "another node has left");
            self.publish(NodeEvent::Left(node));
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

    fn publish_note(&self, node: Uuid, note: String) {
        self.publish(NodeEvent::Note { node, note: note.into() });
    }

    fn publish(&self, event: NodeEvent) {
        // Most often nobody wants to know.
        let _ = self.events.send(event);
    }
}
