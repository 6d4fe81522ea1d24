//! That the oracle sees what it is there to see: this program has no other place for tests of its own.

use super::judge;
use crate::{
    crew::AgentDeed,
    task::{AgentLine, Task, TaskMessage},
};

/// Shows it good and bad streams.
///
/// # Panics
/// When it takes one for the other.
pub fn prove() {
    let killed = deed(0, 0, 2, None);
    let heir = deed(0, 1, 2, Some(AgentLine::Done));
    let other = deed(1, 0, 3, Some(AgentLine::Done));
    let deeds = [killed.clone(), heir.clone(), other.clone()];
    let of = |deed: &AgentDeed, count| {
        (0..count).flat_map(|sequence| deed.task.messages(sequence)).collect::<Vec<_>>()
    };
    let [old, new, others] = [of(&killed, 2), of(&heir, 2), of(&other, 3)];
    let good = [old.clone(), others.clone(), new.clone()].concat();

    let is_good = |messages: &[TaskMessage]| judge(&texts(messages), &deeds).is_ok();
    assert!(is_good(&good), "all is there");
    assert!(is_good(&[of(&killed, 3), others.clone(), new.clone()].concat()), "the last answer was lost");

    for lost in 0..good.len() {
        let mut messages = good.clone();
        let message = messages.remove(lost);
        assert!(!is_good(&messages), "{message:?} is missing");
        messages.push(message);
        messages.push(message);
        assert!(!is_good(&messages), "{message:?} is there twice");
    }
    let mut swapped = good.clone();
    swapped.swap(0, 1);
    assert!(!is_good(&swapped), "two have changed places");
    assert!(!is_good(&[new.clone(), old, others.clone()].concat()), "an earlier epoch comes later");
    assert!(!is_good(&[of(&killed, 4), others.clone(), new.clone()].concat()), "more than was on its way");
    assert!(!is_good(&[good.clone(), of(&deed(2, 0, 1, None), 1)].concat()), "nobody's");
    assert!(!is_good(&new), "a producer has vanished");
    assert!(!is_good(&[]), "nothing is left");
}

fn deed(producer: usize, epoch: u64, acked: u64, end: Option<AgentLine>) -> AgentDeed {
    let appends = if end.is_some() { acked } else { acked + 5 };
    let task = Task { url: String::new(), producer, epoch, appends, most: 2, pause_ms: 0 };
    AgentDeed { task, acked, end }
}

fn texts(messages: &[TaskMessage]) -> Vec<String> {
    messages.iter().map(|message| serde_json::to_string(message).unwrap()).collect()
}
