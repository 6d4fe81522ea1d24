//! Followers, each on a connection of its own, who come again when they are cut off.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{sync::Semaphore, time::sleep};

use super::{
    Live,
    audience::{Audience, FollowerProgress},
};
use crate::{
    BenchError,
    http::Endpoint,
    sse::{Lines, SseLine},
    stream::{BEGINNING, BenchStream},
};

/// One follower.
pub struct StreamFollower {
    pub endpoint: Endpoint,
    pub name: String,
    /// Which of the turn's followers it is.
    pub index: usize,
    pub live: Live,
    pub audience: Arc<Audience>,
    /// Held while it comes: a listener's queue is short.
    pub door: Arc<Semaphore>,
}

/// Where a follower is.
struct FollowerPosition {
    offset: String,
    received: FollowerProgress,
    arrived: bool,
}

impl StreamFollower {
    /// Follows until it is dropped.
    pub async fn run(self) {
        let mut place = FollowerPosition {
            offset: BEGINNING.to_owned(),
            received: FollowerProgress::default(),
            arrived: false,
        };
        loop {
            let end = match self.live {
                Live::Sse => self.listen(&mut place).await,
                Live::LongPoll => self.poll(&mut place).await,
            };
            // Who never arrived will not by trying on; who did was cut off.
            if let (Err(failure), false) = (end, place.arrived) {
                return self.audience.failed(failure);
            }
            self.audience.reconnects.fetch_add(1, Relaxed);
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn listen(&self, place: &mut FollowerPosition) -> Result<(), BenchError> {
        let permit = self.door.acquire().await?;
        let mut stream = BenchStream::at(&self.endpoint, &self.name, self.index).await?;
        let connection = stream.follow(&place.offset).await?;
        drop(permit);
        let mut lines = Lines::default();
        let mut take = |line: SseLine<'_>| match line {
            SseLine::Data(json) => self.audience.deliver(json, &mut place.received),
            SseLine::Offset(offset) => {
                place.offset.clear();
                place.offset.push_str(&String::from_utf8_lossy(offset));
                if !std::mem::replace(&mut place.arrived, true) {
                    self.audience.arrived();
                }
            }
        };
        while connection.more(|bytes| lines.feed(bytes, &mut take)).await? {}
        Ok(())
    }

    async fn poll(&self, place: &mut FollowerPosition) -> Result<(), BenchError> {
        let permit = self.door.acquire().await?;
        let mut stream = BenchStream::at(&self.endpoint, &self.name, self.index).await?;
        let head = stream.read(&place.offset).await?;
        drop(permit);
        self.audience.deliver(stream.body(), &mut place.received);
        if !std::mem::replace(&mut place.arrived, true) {
            self.audience.arrived();
        }
        let (mut cursor, mut next) = (head.cursor, head.next_offset);
        loop {
            place.offset = next.ok_or("an answer without Stream-Next-Offset")?;
            let head = stream.long_poll(&place.offset, cursor.as_deref()).await?;
            self.audience.deliver(stream.body(), &mut place.received);
            (cursor, next) = (head.cursor, head.next_offset);
        }
    }
}
