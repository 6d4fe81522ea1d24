//! Words on their way into the session: gathered for an instant, so that an answer of a thousand tokens is not a thousand
//! commits.

use std::time::Duration;

use domain::session::Part;
use tokio::time::{Instant, sleep_until};

use crate::{AttemptContext, AttemptFailure};

/// How long words are gathered: less than a reader notices.
const GATHER: Duration = Duration::from_millis(60);

/// One text.
pub(crate) struct TextBatcher {
    id: String,
    begun: bool,
    gathered: String,
    since: Instant,
}

impl TextBatcher {
    /// A text that is not begun: it is once there is a word of it.
    pub(crate) fn new(id: String) -> Self {
        Self { id, begun: false, gathered: String::new(), since: Instant::now() }
    }

    /// More words.
    pub(crate) fn push(&mut self, words: &str) {
        if self.gathered.is_empty() {
            self.since = Instant::now();
        }
        // A text that begins with blanks would begin with an empty line.
        let words = if self.has_words() { words } else { words.trim_start() };
        self.gathered.push_str(words);
    }

    /// Whether anything of it was gathered or written.
    pub(crate) fn has_words(&self) -> bool {
        self.begun || !self.gathered.is_empty()
    }

    /// Waits until what is gathered should be written; for ever while there is nothing.
    pub(crate) fn due(&self) -> impl Future<Output = ()> + Send + use<> {
        let due = (!self.gathered.is_empty()).then(|| self.since + GATHER);
        async move {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Writes what is gathered.
    pub(crate) async fn flush(&mut self, context: &AttemptContext) -> Result<(), AttemptFailure> {
        let words = std::mem::take(&mut self.gathered);
        if words.is_empty() {
            return Ok(());
        }
        let delta = Part::TextDelta { id: self.id.clone(), delta: words };
        let start = (!self.begun).then(|| Part::TextStart { id: self.id.clone() });
        self.begun = true;
        context.append(start.into_iter().chain([delta]).collect()).await
    }

    /// Writes the rest, and that nothing more comes.
    pub(crate) async fn end(mut self, context: &AttemptContext) -> Result<(), AttemptFailure> {
        self.flush(context).await?;
        if self.begun { context.append(vec![Part::TextEnd { id: self.id }]).await } else { Ok(()) }
    }
}
