//! What may be done to streams.

use proptest::prelude::*;

/// Names are few, so that they are taken, deleted and taken again.
pub const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// How a stream ends, in seconds from now.
#[derive(Clone, Copy, Debug)]
pub enum Ends {
    Never,
    Idle(u64),
    At(i64),
}

/// A place in a stream: a share of its length in eighths, and a little beyond.
#[derive(Clone, Copy, Debug)]
pub struct RelativePosition(pub u8);

impl RelativePosition {
    pub fn of(self, length: u64) -> u64 {
        match self.0 {
            eighths @ 0..=8 => length * u64::from(eighths) / 8,
            _ => length + 1,
        }
    }
}

/// Who appends: which producer, how its epoch lies to the last, how its sequence lies to the one that is due.
#[derive(Clone, Copy, Debug)]
pub struct By {
    pub id: u8,
    pub epoch: i8,
    pub sequence: i8,
}

#[derive(Clone, Debug)]
pub struct Write {
    /// Which of all streams that there ever were, from the newest.
    pub stream: usize,
    pub events: usize,
    pub close: bool,
    pub by: Option<By>,
    pub mark: Option<u8>,
}

#[derive(Clone, Debug)]
pub enum ModelAction {
    Create {
        name: usize,
        ends: Ends,
        closed: bool,
        events: usize,
    },
    Fork {
        name: usize,
        source: usize,
        at: Option<RelativePosition>,
        part: u64,
        ends: Ends,
        events: usize,
    },
    /// Appends that wait together, in this order.
    Write(Vec<Write>),
    Delete {
        stream: usize,
    },
    Trim {
        stream: usize,
        before: RelativePosition,
    },
    Read {
        stream: usize,
        from: RelativePosition,
        limit: u32,
    },
    /// Seconds.
    Pass(i64),
}

/// A deed and the node that does it.
pub type Story = Vec<(bool, ModelAction)>;

pub fn stories() -> impl Strategy<Value = Story> {
    prop::collection::vec((any::<bool>(), deed()), 1..50)
}

fn deed() -> impl Strategy<Value = ModelAction> {
    let (name, stream) = (0..NAMES.len(), 0_usize..6);
    prop_oneof![
        3 => (name.clone(), ends(), prop::bool::weighted(0.1), 0_usize..4)
            .prop_map(|(name, ends, closed, events)| ModelAction::Create { name, ends, closed, events }),
        3 => (name.clone(), name, prop::option::of(place()), prop_oneof![4 => Just(0), 1 => 1_u64..4], ends(), 0_usize..3)
            .prop_map(|(name, source, at, part, ends, events)| ModelAction::Fork { name, source, at, part, ends, events }),
        8 => prop::collection::vec(write(), 1..5).prop_map(ModelAction::Write),
        2 => stream.clone().prop_map(|stream| ModelAction::Delete { stream }),
        2 => (stream.clone(), place()).prop_map(|(stream, before)| ModelAction::Trim { stream, before }),
        3 => (stream, place(), 1_u32..9).prop_map(|(stream, from, limit)| ModelAction::Read { stream, from, limit }),
        // Four seconds lie clear of the tenth that a time to live of ten may last longer.
        2 => (1_i64..4).prop_map(|times| ModelAction::Pass(4 * times)),
    ]
}

fn ends() -> impl Strategy<Value = Ends> {
    prop_oneof![4 => Just(Ends::Never), 1 => Just(Ends::Idle(10)), 1 => (1_i64..5).prop_map(|n| Ends::At(4 * n))]
}

fn place() -> impl Strategy<Value = RelativePosition> {
    (0_u8..10).prop_map(RelativePosition)
}

fn write() -> impl Strategy<Value = Write> {
    let by = (0_u8..2, -1_i8..2, -1_i8..2).prop_map(|(id, epoch, sequence)| By { id, epoch, sequence });
    let by = prop_oneof![
        3 => Just(None),
        // Mostly what is due.
        3 => (0_u8..2).prop_map(|id| Some(By { id, epoch: 0, sequence: 0 })),
        2 => by.prop_map(Some),
    ];
    let mark = prop::option::weighted(0.2, any::<u8>());
    (0_usize..6, 0_usize..4, prop::bool::weighted(0.08), by, mark)
        .prop_map(|(stream, events, close, by, mark)| Write { stream, events, close, by, mark })
}
