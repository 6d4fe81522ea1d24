//! Chat completion chunks, and the answer that they make together. Reads what servers send rather than what they should:
//! most of them leave something out.

use serde::{Deserialize, Serialize};

use super::trouble::Trouble;

/// The most bytes of words, and of all tool calls, in one answer.
const MOST: usize = 1 << 20;
const MOST_CALLS: usize = 32;

/// A tool that the model calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) name: String,
    /// JSON, as the model wrote it.
    pub(super) arguments: String,
}

/// One answer, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) words: String,
    pub(super) calls: Vec<Call>,
    /// Why it ended; none while it has not.
    pub(super) finish: Option<String>,
    refusal: String,
    bytes: usize,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(alias = "message")]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<Piece>>,
}

#[derive(Deserialize)]
struct Piece {
    index: Option<usize>,
    id: Option<String>,
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<Arguments>,
}

/// A string by the book; some send the object itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum Arguments {
    Text(String),
    Object(serde_json::Value),
}

impl Answer {
    /// Takes one chunk in, and gives the words that it adds.
    ///
    /// # Errors
    /// [`Trouble::Rubbish`], [`Trouble::Server`] and [`Trouble::Endless`].
    pub(super) fn take(&mut self, data: &str) -> Result<String, Trouble> {
        let chunk: Chunk =
            serde_json::from_str(data).map_err(|_| Trouble::Rubbish(data.chars().take(200).collect()))?;
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(Trouble::Server { status: 200, said: error.to_string().chars().take(400).collect() });
        }
        // Chunks without a choice tell usage and the like.
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(String::new()) };
        let delta = choice.delta.unwrap_or_default();
        self.finish = choice.finish_reason.filter(|reason| !reason.is_empty()).or(self.finish.take());
        self.refusal.push_str(&delta.refusal.unwrap_or_default());
        for piece in delta.tool_calls.unwrap_or_default() {
            self.call(piece)?;
        }
        let words = delta.content.unwrap_or_default();
        self.words.push_str(&words);
        self.bytes += words.len();
        if self.bytes > MOST {
            return Err(Trouble::Endless("an answer of more than a megabyte"));
        }
        Ok(words)
    }

    /// The answer, once nothing more comes.
    ///
    /// # Errors
    /// [`Trouble::Cut`] for one that did not say that it was over, [`Trouble::Declined`], [`Trouble::Empty`].
    pub(super) fn whole(mut self, done: bool) -> Result<Self, Trouble> {
        if !self.refusal.trim().is_empty() || self.finish.as_deref() == Some("content_filter") {
            return Err(Trouble::Declined(self.refusal.chars().take(400).collect()));
        }
        if self.finish.is_none() && !done {
            return Err(Trouble::Cut("no end was said".to_owned()));
        }
        self.calls.retain(|call| !call.name.is_empty());
        for (i, call) in self.calls.iter_mut().enumerate() {
            if call.id.is_empty() {
                call.id = format!("call-{}", i + 1);
            }
        }
        if self.words.trim().is_empty() && self.calls.is_empty() {
            return Err(Trouble::Empty);
        }
        Ok(self)
    }

    /// Whether there is more to it than words.
    pub(super) fn calls_something(&self) -> bool {
        !self.calls.is_empty()
    }

    fn call(&mut self, piece: Piece) -> Result<(), Trouble> {
        let id = piece.id.filter(|id| !id.is_empty());
        let at = match piece.index {
            Some(index) => index,
            // Without an index a new id is a new call, and everything else belongs to the last one.
            None if id.is_some() && self.calls.last().is_none_or(|last| id.as_ref() != Some(&last.id)) => {
                self.calls.len()
            }
            None => self.calls.len().saturating_sub(1),
        };
        if at >= MOST_CALLS {
            return Err(Trouble::Endless("too many calls in one answer"));
        }
        while self.calls.len() <= at {
            self.calls.push(Call::default());
        }
        let call = &mut self.calls[at];
        if let Some(id) = id {
            call.id = id;
        }
        let Some(function) = piece.function else { return Ok(()) };
        // Sent whole in the first piece, and again by some in every one.
        if let Some(name) = function.name.filter(|_| call.name.is_empty()) {
            call.name = name;
        }
        let more = match function.arguments {
            Some(Arguments::Text(text)) => text,
            Some(Arguments::Object(object)) if !object.is_null() => object.to_string(),
            _ => String::new(),
        };
        call.arguments.push_str(&more);
        self.bytes += more.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(chunks: &[&str]) -> Result<Answer, Trouble> {
        let mut answer = Answer::default();
        for chunk in chunks {
            answer.take(chunk)?;
        }
        answer.whole(false)
    }

    #[test]
    fn words_and_calls_are_put_together() {
        let answer = answer(&[
            r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
            r#"{"choices":[{"delta":{"content":"I read "}}]}"#,
            r#"{"choices":[{"delta":{"content":"it."}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"read_file","arguments":""}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"finish"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"read_file","arguments":"{\"name\":"}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"x\"}"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
            r#"{"choices":[],"usage":{"total_tokens":9}}"#,
        ])
        .unwrap();
        assert_eq!(answer.words, "I read it.");
        assert_eq!(
            answer.calls[0],
            Call { id: "a".into(), name: "read_file".into(), arguments: r#"{"name":"x"}"#.into() }
        );
        assert_eq!(answer.calls[1].name, "finish");
    }

    #[test]
    fn servers_that_leave_out_the_index_or_send_objects_are_understood() {
        let answer = answer(&[
            r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"finish","arguments":{}}}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"deliver","arguments":{"title":"T"}}}]},"finish_reason":"stop"}]}"#,
        ])
        .unwrap();
        assert_eq!(
            answer.calls.iter().map(|call| call.arguments.as_str()).collect::<Vec<_>>(),
            ["{}", r#"{"title":"T"}"#]
        );
    }

    #[test]
    fn what_is_no_answer_says_why() {
        assert!(matches!(answer(&["<html>"]), Err(Trouble::Rubbish(_))));
        assert!(matches!(answer(&[r#"{"error":{"message":"boom"}}"#]), Err(Trouble::Server { .. })));
        assert!(matches!(answer(&[r#"{"choices":[{"delta":{"content":"half"}}]}"#]), Err(Trouble::Cut(_))));
        assert_eq!(answer(&[r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#]), Err(Trouble::Empty));
        let refused = r#"{"choices":[{"delta":{"refusal":"No."},"finish_reason":"stop"}]}"#;
        assert_eq!(answer(&[refused]), Err(Trouble::Declined("No.".into())));
        let many = format!(r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":{}}}]}}}}]}}"#, usize::MAX);
        assert!(matches!(answer(&[&many]), Err(Trouble::Endless(_))));
        let long = format!(r#"{{"choices":[{{"delta":{{"content":"{}"}}}}]}}"#, "x".repeat(MOST + 1));
        assert!(matches!(answer(&[&long]), Err(Trouble::Endless(_))));
    }
}
