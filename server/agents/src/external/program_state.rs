use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Permission, SavedState, SteerQueue, ToolAccess, ask_permission};
use crate::{AttemptContext, AttemptFailure};

/// What the next attempt has to know of a program that dies with this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ProgramState {
    /// The program's own conversation, by which it remembers.
    pub(crate) session: Option<String>,
    /// The prompt of the present turn was given.
    pub(crate) told: bool,
    pub(crate) queue: SteerQueue,
    /// What it said last, once nothing was left to do: it is handed in, and nothing is begun anew.
    pub(crate) last: Option<String>,
    /// How often each thing that needed a permission was decided.
    decided: BTreeMap<String, u32>,
}

/// A program of this machine ends with its attempt, or with its server.
impl SavedState for ProgramState {}

impl ProgramState {
    pub(crate) fn queue(&mut self) -> &mut SteerQueue {
        &mut self.queue
    }

    /// Whether the program may do what it wants. A program that died before it heard the answer wants the same again, and
    /// is given that answer; the same thing wanted later is another question.
    pub(crate) async fn permit(
        &mut self,
        context: &mut AttemptContext,
        tool: &str,
        input: &serde_json::Value,
    ) -> Result<bool, AttemptFailure> {
        if ToolAccess::is_ours(tool) {
            return Ok(true);
        }
        let thing = thing(tool, input);
        let times = self.decided.get(&thing).copied().unwrap_or_default();
        let what = shown(input);
        let key = format!("{thing}-{times}");
        let allowed = ask_permission(context, Permission { key: &key, tool, why: "", what: &what }).await?;
        self.decided.insert(thing, times + 1);
        context.save_state(self).await?;
        Ok(allowed)
    }

    /// It did not hear that: when it wants the same again, it is given the same answer.
    pub(crate) async fn unheard(
        &mut self,
        context: &AttemptContext,
        tool: &str,
        input: &serde_json::Value,
    ) -> Result<(), AttemptFailure> {
        if let Some(times) = self.decided.get_mut(&thing(tool, input)) {
            *times = times.saturating_sub(1);
        }
        context.save_state(self).await
    }
}

/// Tells what needs a permission from anything else that does.
fn thing(tool: &str, input: &serde_json::Value) -> String {
    let hash = Sha256::new().chain_update(tool).chain_update([0]).chain_update(input.to_string()).finalize();
    hash[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A command as it stands, anything else as JSON.
fn shown(input: &serde_json::Value) -> String {
    match input["command"].as_str() {
        Some(command) => command.to_owned(),
        None if input.is_null() => String::new(),
        None => serde_json::to_string_pretty(input).unwrap_or_default(),
    }
}
