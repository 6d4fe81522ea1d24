//! What is known of the client.

use domain::notes::{self, Note, NoteMatch};

use super::{AttemptContext, refusal_as_text};
use crate::failure::AttemptFailure;

impl AttemptContext {
    /// The client's notes that have these words, the best first.
    pub async fn search_notes(&self, words: &str, most: u32) -> Result<Vec<NoteMatch>, AttemptFailure> {
        Ok(notes::queries::search(&self.db, &self.claimed.scope, self.claimed.client, words, most).await?)
    }

    /// One of the client's notes.
    ///
    /// # Errors
    /// In the inner result, what is wrong, for whoever asked.
    pub async fn read_note(&self, path: &str) -> Result<Result<Note, String>, AttemptFailure> {
        refusal_as_text(notes::queries::get(&self.db, &self.claimed.scope, self.claimed.client, path).await)
    }

    /// Writes one of the client's notes whole; one that is there already over the version that was read.
    ///
    /// # Errors
    /// As [`AttemptContext::read_note`].
    pub async fn write_note(
        &self,
        path: &str,
        markdown: &str,
        version: Option<u32>,
    ) -> Result<Result<Note, String>, AttemptFailure> {
        let body = self.claimed.redact(markdown);
        refusal_as_text(
            notes::commands::write(&self.db, &self.claimed.scope, self.claimed.client, path, &body, version)
                .await,
        )
    }
}
