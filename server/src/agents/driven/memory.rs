use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Hush, Permission, Queue, ask};
use crate::agents::{Failure, Workbench};

/// What the next attempt has to know of a program that dies with this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::agents) struct Memory {
    /// The program's own conversation, by which it remembers.
    pub(in crate::agents) session: Option<String>,
    /// The prompt of the present turn was given.
    pub(in crate::agents) told: bool,
    pub(in crate::agents) queue: Queue,
    /// How often each thing that needed a permission was decided.
    decided: BTreeMap<String, u32>,
}

impl Memory {
    pub(in crate::agents) fn queue(&mut self) -> &mut Queue {
        &mut self.queue
    }

    /// Whether the program may do what it wants. A program that died before it heard the answer wants the same again, and
    /// is given that answer; the same thing wanted later is another question.
    pub(in crate::agents) async fn permit(
        &mut self,
        bench: &mut Workbench,
        hush: &Hush,
        tool: &str,
        why: &str,
        input: &serde_json::Value,
    ) -> Result<bool, Failure> {
        let hash =
            Sha256::new().chain_update(tool).chain_update([0]).chain_update(input.to_string()).finalize();
        let thing: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let times = self.decided.get(&thing).copied().unwrap_or_default();
        let what = shown(input);
        let key = format!("{thing}-{times}");
        let allowed = ask(bench, hush, Permission { key: &key, tool, why, what: &what }).await?;
        self.decided.insert(thing, times + 1);
        bench.keep(self).await?;
        Ok(allowed)
    }
}

/// A command as it stands, anything else as JSON.
fn shown(input: &serde_json::Value) -> String {
    match input["command"].as_str() {
        Some(command) => command.to_owned(),
        None if input.is_null() => String::new(),
        None => serde_json::to_string_pretty(input).unwrap_or_default(),
    }
}
