//! Words as a person reads them.

use std::time::Duration;

use clap::ValueEnum;
use domain::session::Part;
use tokio::time::sleep;

use crate::{AttemptContext, AttemptFailure};

/// How fast a rehearsal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RehearsalPace {
    /// Some twelve words a second, with pauses where one would look something up.
    Reading,
    /// Without any pause.
    Instant,
}

/// Words written at once, and the time that they take to read.
const GROUP: usize = 3;
const GROUP_TIME: Duration = Duration::from_millis(250);

impl RehearsalPace {
    /// Time to look at something.
    pub(super) async fn pause(self, time: Duration) {
        if self == Self::Reading {
            sleep(time).await;
        }
    }

    /// Writes a text word by word, from where an earlier attempt left it.
    pub(super) async fn write(
        self,
        context: &AttemptContext,
        id: &str,
        text: &str,
    ) -> Result<(), AttemptFailure> {
        let (written, ended) = context.history().words(id);
        if ended {
            return Ok(());
        }
        let rest = text.strip_prefix(written.as_str()).unwrap_or(text);
        let id = id.to_owned();
        let mut parts = vec![Part::TextStart { id: id.clone() }];
        for delta in groups(rest) {
            parts.push(Part::TextDelta { id: id.clone(), delta: delta.to_owned() });
            context.append(std::mem::take(&mut parts)).await?;
            self.pause(GROUP_TIME).await;
        }
        parts.push(Part::TextEnd { id });
        context.append(parts).await
    }
}

/// A text in groups of words, each with the space behind it.
fn groups(text: &str) -> Vec<&str> {
    let (mut groups, mut begin, mut words) = (Vec::new(), 0, 0);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if before.is_whitespace() && !c.is_whitespace() {
            if words == GROUP {
                groups.push(&text[begin..at]);
                (begin, words) = (at, 0);
            }
            words += 1;
        }
        before = c;
    }
    if begin < text.len() {
        groups.push(&text[begin..]);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn groups_of_words_make_the_text_again() {
        for text in ["", "One", "One two three four five six seven. ", "  a\n\nb c d — e", "é à ü ß"] {
            assert_eq!(groups(text).concat(), text);
        }
        assert_eq!(groups("One two three four five"), ["One two three ", "four five"]);
    }
}
