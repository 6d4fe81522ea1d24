//! What a scripted model says: turn after turn, from wherever the conversation that it is shown has got to.

use serde_json::Value;

/// One answer of the model.
#[derive(Clone)]
pub struct ScriptedTurn {
    pub says: &'static str,
    pub calls: Option<(&'static str, Value)>,
}

/// An answer of words alone.
pub fn words_turn(says: &'static str) -> ScriptedTurn {
    ScriptedTurn { says, calls: None }
}

/// Words, and then a tool.
pub fn calls(says: &'static str, tool: &'static str, arguments: Value) -> ScriptedTurn {
    ScriptedTurn { says, calls: Some((tool, arguments)) }
}

/// All that is said, without blanks.
pub fn whole(script: &[ScriptedTurn]) -> String {
    script.iter().map(|turn| bare(turn.says)).collect()
}

/// A text without blanks.
pub fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What comes next after all that was said: the rest of a turn, and its tool. None where something else was said, or the
/// script is over.
pub fn next<'a>(
    script: &'a [ScriptedTurn],
    said: &str,
) -> Option<(&'a str, Option<&'a (&'static str, Value)>)> {
    let said = bare(said);
    let mut left = said.chars();
    for turn in script {
        for (at, wanted) in turn.says.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            match left.next() {
                None => return Some((&turn.says[at..], turn.calls.as_ref())),
                Some(c) if c == wanted => {}
                Some(_) => return None,
            }
        }
    }
    None
}
