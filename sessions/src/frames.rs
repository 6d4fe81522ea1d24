//! What followers of a stream tell in the same words, made once.

use std::{collections::VecDeque, sync::Mutex};

use bytes::Bytes;

use crate::{Offset, Page, core::locked};

/// So many are kept: followers at the end of a stream get the same within moments.
const MOST: usize = 8;
/// Larger ones are not kept: who reads that far behind reads alone.
const MOST_BYTES: usize = 256 << 10;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) from: Offset,
    pub(crate) stand: ReadPosition,
    pub(crate) up_to_date: bool,
    pub(crate) variant: u64,
}

/// Where whoever got it stands then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReadPosition {
    pub(crate) next: Offset,
    pub(crate) closed: bool,
    /// What was read at another revision is not sent again.
    pub(crate) revision: u64,
}

impl Key {
    /// Of a page, encoded in one of several ways.
    pub(crate) fn of(page: &Page, variant: u64) -> Self {
        Self {
            from: Offset::from_value(page.next.value() - page.records.len() as u64),
            stand: ReadPosition { next: page.next, closed: page.closed, revision: page.revision },
            up_to_date: page.up_to_date,
            variant,
        }
    }
}

/// The latest frames of a stream.
#[derive(Debug, Default)]
pub(crate) struct Frames(Mutex<VecDeque<(Key, Bytes)>>);

impl Frames {
    /// The frame, if it is there.
    pub(crate) fn known(&self, key: Key) -> Option<Bytes> {
        find(&locked(&self.0), key)
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        locked(&self.0).clear();
    }

    /// The frame, made only by the first who asks for it. The others wait for that, which is shorter than making it.
    pub(crate) fn get(&self, key: Key, make: impl FnOnce() -> Bytes) -> Bytes {
        let mut frames = locked(&self.0);
        if let Some(frame) = find(&frames, key) {
            return frame;
        }
        let frame = make();
        if frame.len() <= MOST_BYTES {
            if frames.len() == MOST {
                frames.pop_front();
            }
            frames.push_back((key, frame.clone()));
        }
        frame
    }
}

fn find(frames: &VecDeque<(Key, Bytes)>, key: Key) -> Option<Bytes> {
    frames.iter().rev().find(|(known, _)| *known == key).map(|(_, frame)| frame.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(from: u64, variant: u64) -> Key {
        let from = Offset::from_value(from);
        Key {
            from,
            stand: ReadPosition { next: from.after(1), closed: false, revision: 0 },
            up_to_date: true,
            variant,
        }
    }

    #[test]
    fn a_frame_is_made_once_and_few_are_kept() {
        let frames = Frames::default();
        assert_eq!(frames.known(key(1, 0)), None);
        assert_eq!(frames.get(key(1, 0), || "a".into()), "a");
        assert_eq!(frames.get(key(1, 0), || unreachable!("it is there")), "a");
        assert_eq!(frames.known(key(1, 0)).unwrap(), "a");
        assert_eq!(frames.get(key(1, 1), || "b".into()), "b");
        (2..10).for_each(|from| drop(frames.get(key(from, 0), || "c".into())));
        assert_eq!(locked(&frames.0).len(), MOST);
        assert_eq!(frames.get(key(1, 0), || "again".into()), "again");
        let rewritten = Key { stand: ReadPosition { revision: 1, ..key(9, 0).stand }, ..key(9, 0) };
        assert_eq!(frames.get(rewritten, || "anew".into()), "anew");
        frames.get(key(20, 0), || vec![0; MOST_BYTES + 1].into());
        assert!(locked(&frames.0).iter().all(|(key, _)| key.from.value() != 20));
        frames.clear();
        assert_eq!(frames.known(key(9, 0)), None);
    }
}
