//! What has to hold of a stream, judged by what was acknowledged.

mod proof;

use std::collections::HashMap;

pub use proof::prove;

use crate::{
    crew::AgentDeed,
    task::{AgentLine, TaskMessage},
};

/// What is wrong with the stream's messages, if anything: one missing, twice, out of order, or of nobody.
pub fn judge(messages: &[String], deeds: &[AgentDeed]) -> Result<(), String> {
    let mut by_producer: HashMap<usize, Vec<TaskMessage>> = HashMap::new();
    for text in messages {
        let message: TaskMessage = serde_json::from_str(text).map_err(|error| format!("{text}: {error}"))?;
        by_producer.entry(message.producer).or_default().push(message);
    }
    for (producer, stored) in &by_producer {
        if let Some(pair) = stored.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(format!("producer {producer}: twice, or out of order: {pair:?}"));
        }
        for epoch in stored.chunk_by(|a, b| a.epoch == b.epoch) {
            let deed = deeds.iter().find(|deed| of(deed, &epoch[0]));
            whole(deed.ok_or_else(|| format!("nobody has appended {:?}", epoch[0]))?, epoch)?;
        }
    }
    let is_there = |deed: &&AgentDeed| {
        by_producer.get(&deed.task.producer).is_some_and(|all| all.iter().any(|message| of(deed, message)))
    };
    match deeds.iter().find(|deed| deed.acked > 0 && !is_there(deed)) {
        Some(deed) => Err(format!("nothing is left of {deed:?}")),
        None => Ok(()),
    }
}

fn of(deed: &AgentDeed, message: &TaskMessage) -> bool {
    (deed.task.producer, deed.task.epoch) == (message.producer, message.epoch)
}

/// An agent's messages are exactly its acknowledged appends, and the one that was on its way when it ended, or not.
fn whole(deed: &AgentDeed, stored: &[TaskMessage]) -> Result<(), String> {
    let appends = |count: u64| -> Vec<TaskMessage> {
        (0..count).flat_map(|sequence| deed.task.messages(sequence)).collect()
    };
    let cut_off = deed.end != Some(AgentLine::Done) && deed.acked < deed.task.appends;
    if stored == appends(deed.acked) || (cut_off && stored == appends(deed.acked + 1)) {
        return Ok(());
    }
    let (last, acked) = (stored.last(), deed.acked);
    Err(format!(
        "{:?}: {acked} appends were acknowledged, {} messages are stored up to {last:?}",
        deed.task,
        stored.len()
    ))
}
