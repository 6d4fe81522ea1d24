//! Words on their way from the model into the session: gathered for an instant, so that an answer of a thousand tokens
//! is not a thousand commits.

use std::time::Duration;

use domain::session::Part;
use tokio::time::Instant;

use crate::agents::{AttemptContext, Failure};

/// How long words are gathered: less than a reader notices.
const GATHER: Duration = Duration::from_millis(60);

/// One text.
pub(super) struct TextBatcher {
    id: String,
    begun: bool,
    gathered: String,
    since: Instant,
}

impl TextBatcher {
    pub(super) fn new(id: String) -> Self {
        Self { id, begun: false, gathered: String::new(), since: Instant::now() }
    }

    /// More words.
    pub(super) fn push(&mut self, words: &str) {
        if self.gathered.is_empty() {
            self.since = Instant::now();
        }
        // An answer that begins with blanks would begin with an empty line.
        let words = if self.begun || !self.gathered.is_empty() { words } else { words.trim_start() };
        self.gathered.push_str(words);
    }

    /// When what is gathered should be said; none while there is nothing.
    pub(super) fn due(&self) -> Option<Instant> {
        (!self.gathered.is_empty()).then(|| self.since + GATHER)
    }

    /// Says what is gathered.
    pub(super) async fn say(&mut self, bench: &AttemptContext) -> Result<(), Failure> {
        let words = std::mem::take(&mut self.gathered);
        if words.is_empty() {
            return Ok(());
        }
        let delta = Part::TextDelta { id: self.id.clone(), delta: words };
        let start = (!self.begun).then(|| Part::TextStart { id: self.id.clone() });
        self.begun = true;
        bench.say(start.into_iter().chain([delta]).collect()).await
    }

    /// Says the rest, and that nothing more comes.
    pub(super) async fn end(mut self, bench: &AttemptContext) -> Result<(), Failure> {
        self.say(bench).await?;
        if self.begun { bench.say(vec![Part::TextEnd { id: self.id }]).await } else { Ok(()) }
    }
}
