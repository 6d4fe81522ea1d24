//! What nodes send each other, as texts: a letter, the node, and what belongs to it.

use uuid::{Uuid, fmt::Simple};

use super::TEXT_BYTES;
use crate::StreamId;

/// Letter and node.
const HEAD: usize = 1 + Simple::LENGTH;
/// Streams named in one text.
const STREAMS: usize = (TEXT_BYTES - 1 - HEAD) / Simple::LENGTH;
/// Texts at once; more streams than go into these are told as all.
const TEXTS: usize = 8;
/// Bytes of a note.
pub(super) const NOTE_BYTES: usize = TEXT_BYTES - 1 - HEAD;

/// Something that a node sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NodeMessage {
    /// I am here. Who comes, or comes back, asks for an answer.
    Hello { answer: bool },
    /// I am leaving.
    Bye,
    /// These streams have moved.
    Moved(Vec<StreamId>),
    /// Too many streams have moved to name them.
    AllMoved,
    /// Something of whoever uses the engine.
    Note(String),
}

impl NodeMessage {
    /// The messages that name these streams.
    pub(super) fn moved(streams: &[StreamId]) -> Vec<Self> {
        match streams.len() {
            0 => Vec::new(),
            count if count > STREAMS * TEXTS => vec![Self::AllMoved],
            _ => streams.chunks(STREAMS).map(|streams| Self::Moved(streams.to_vec())).collect(),
        }
    }

    pub(super) fn write(&self, node: Uuid) -> String {
        let (letter, rest) = match self {
            Self::Hello { answer: true } => ('c', String::new()),
            Self::Hello { answer: false } => ('h', String::new()),
            Self::Bye => ('b', String::new()),
            Self::Moved(streams) => {
                ('m', streams.iter().map(|stream| stream.0.simple().to_string()).collect())
            }
            Self::AllMoved => ('a', String::new()),
            Self::Note(note) => ('n', note.clone()),
        };
        format!("{letter}{}{rest}", node.simple())
    }

    /// Who sent what; none where it is not understood, as from a node of a later version.
    pub(super) fn read(text: &str) -> Option<(Uuid, Self)> {
        let (letter, node) = (text.get(..1)?, text.get(1..HEAD)?.parse().ok()?);
        let rest = text.get(HEAD..)?;
        let message = match letter {
            "c" => Self::Hello { answer: true },
            "h" => Self::Hello { answer: false },
            "b" => Self::Bye,
            "m" => Self::Moved(streams(rest)?),
            "a" => Self::AllMoved,
            "n" => Self::Note(rest.to_owned()),
            _ => return None,
        };
        Some((node, message))
    }
}

fn streams(text: &str) -> Option<Vec<StreamId>> {
    let ids = text.as_bytes().chunks(Simple::LENGTH);
    ids.map(|id| Uuid::try_parse_ascii(id).ok().map(StreamId)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_understood() {
        let node = Uuid::now_v7();
        let streams: Vec<StreamId> = (0..3).map(|_| StreamId::generate()).collect();
        for message in [
            NodeMessage::Hello { answer: true },
            NodeMessage::Hello { answer: false },
            NodeMessage::Bye,
            NodeMessage::Moved(streams),
            NodeMessage::AllMoved,
            NodeMessage::Note("né".into()),
        ] {
            assert_eq!(NodeMessage::read(&message.write(node)), Some((node, message)));
        }
        for text in ["", "h", "é", &format!("z{}", node.simple()), &format!("m{}x", node.simple())] {
            assert_eq!(NodeMessage::read(text), None, "{text}");
        }
    }

    #[test]
    fn texts_keep_below_what_postgres_takes() {
        let messages = |count| NodeMessage::moved(&vec![StreamId::generate(); count]);
        assert_eq!(messages(0), []);
        assert_eq!(messages(STREAMS + 1).len(), 2);
        assert_eq!(messages(STREAMS * TEXTS + 1), [NodeMessage::AllMoved]);
        let longest = messages(STREAMS * TEXTS).iter().map(|message| message.write(Uuid::nil()).len()).max();
        assert!(longest < Some(TEXT_BYTES));
        assert!(NodeMessage::Note("x".repeat(NOTE_BYTES)).write(Uuid::nil()).len() < TEXT_BYTES);
    }
}
