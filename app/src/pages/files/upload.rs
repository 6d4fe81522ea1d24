//! Takes files in: streamed to the file store, told apart by content, refused before they are too large.

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::StatusCode,
    response::Response,
};
use domain::{
    Error, Scope,
    files::{self, ArrivedFile, HEAD, LIMIT, LIMIT_WORDS, quota, sniff, store, store::Incoming},
    ids::{FileId, RequestId},
    secret,
};

use super::paced::PacedStream;
use crate::web::{App, Bare, Fields, Problem};

/// The most files of one form.
pub const MOST: usize = 10;
/// The most bytes of one form with files; for the route's body limit.
pub const FORM_LIMIT: usize = MOST * LIMIT as usize + 1024 * 1024;
/// The most bytes of one of its other fields.
const TEXT_LIMIT: usize = 1024 * 1024;

/// A form with files, of which nothing has been read yet.
pub struct FormWithFiles(Multipart);

impl FromRequest<App> for FormWithFiles {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let request = request.map(|body| Body::from_stream(PacedStream::new(body.into_data_stream())));
        Multipart::from_request(request, app).await.map(Self).map_err(|_| damaged().for_reader(&headers))
    }
}

/// What a form with files held. Its files are stored and belong to the client, also where the rest is refused.
pub struct FormContents {
    pub fields: Fields,
    pub files: Vec<FileId>,
    /// Files that were not taken, by their names, and what to do about each.
    pub refused: Vec<RefusedFile>,
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFile {
    pub name: String,
    pub why: String,
}

impl FormWithFiles {
    /// Reads the whole form. Its token has to come before its files; every part with a file's name is stored, for
    /// `request` or, without one, to be attached later.
    ///
    /// # Errors
    /// A problem in words: not this browser's form, too large, too many, no room, not allowed.
    pub async fn receive(
        self,
        bare: &Bare,
        scope: &Scope,
        request: Option<RequestId>,
    ) -> Result<FormContents, Problem> {
        let received = self.receive_what_fits(bare, scope, request).await?;
        match received.refused.first() {
            None => Ok(received),
            Some(RefusedFile { name, why }) => {
                Err(Problem::words(StatusCode::PAYLOAD_TOO_LARGE, format!("We couldn’t add “{name}”"), why))
            }
        }
    }

    /// The same, but files that cannot be taken do not stop the others: they are told apart.
    ///
    /// # Errors
    /// A problem in words: not this browser's form, no room, not allowed.
    pub async fn receive_what_fits(
        mut self,
        bare: &Bare,
        scope: &Scope,
        request: Option<RequestId>,
    ) -> Result<FormContents, Problem> {
        let (mut texts, mut stored, mut refused, mut trusted) = (Vec::new(), Vec::new(), Vec::new(), false);
        while let Some(field) = self.0.next_field().await.map_err(|_| damaged())? {
            let name = field.name().unwrap_or_default().to_owned();
            let Some(file_name) = field.file_name().map(files::from_form) else {
                let value = text(field).await?;
                trusted |= name == "form_token" && secret::same(&bare.token.0, &value);
                texts.push((name, value));
                continue;
            };
            if !trusted {
                return Err(foreign());
            }
            // A chooser in which nothing was chosen sends a part without a name.
            if file_name.is_empty() {
                continue;
            }
            let name = files::display_name(&file_name);
            if stored.len() == MOST {
                refused.push(RefusedFile { name, why: too_many() });
                continue;
            }
            match store(&bare.app, scope, field, file_name, request).await? {
                FileOutcome::In(id) => stored.push(id),
                FileOutcome::Refused(why) => refused.push(RefusedFile { name, why }),
            }
        }
        if !trusted {
            return Err(foreign());
        }
        Ok(FormContents { fields: Fields::new(texts), files: stored, refused })
    }
}

async fn text(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| damaged())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > TEXT_LIMIT {
            return Err(Problem::words(
                StatusCode::PAYLOAD_TOO_LARGE,
                "That’s too much text for this form",
                "Go back and shorten it, or attach it as a file.",
            ));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).replace('\0', ""))
}

/// What became of one part of a form.
enum FileOutcome {
    In(FileId),
    /// Why it was not taken, and what to do.
    Refused(String),
}

/// Stores one part of a form and writes it down as the client's.
///
/// # Errors
/// As [`FormWithFiles::receive_what_fits`].
async fn store(
    app: &App,
    scope: &Scope,
    mut field: Field<'_>,
    name: String,
    request: Option<RequestId>,
) -> Result<FileOutcome, Problem> {
    let room = quota::room(&app.db, scope).await?;
    let mut incoming = match Incoming::begin(&app.site.files).await {
        Ok(incoming) => incoming,
        Err(error) => return Ok(FileOutcome::Refused(unstored(&error))),
    };
    let mut head = Vec::with_capacity(HEAD);
    while let Some(chunk) = field.chunk().await.map_err(|_| damaged())? {
        let bytes = incoming.bytes() + chunk.len() as u64;
        if bytes > LIMIT {
            return Ok(FileOutcome::Refused(too_large()));
        }
        if room.is_some_and(|room| bytes > room) {
            return Ok(FileOutcome::Refused(quota::words(&app.db, scope).await?));
        }
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        if let Err(error) = incoming.write(&chunk).await {
            return Ok(FileOutcome::Refused(unstored(&error)));
        }
    }
    let arrived = ArrivedFile { kind: sniff(&head, &name), name, request };
    match files::commands::keep(&app.db, &app.site.files, scope, incoming, arrived).await {
        Ok(id) => Ok(FileOutcome::In(id)),
        Err(Error::Store(error)) => Ok(FileOutcome::Refused(unstored(&error))),
        Err(Error::Fields(errors)) => {
            Ok(FileOutcome::Refused(errors.of("files").unwrap_or("Send it again.").to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

fn too_large() -> String {
    format!("That’s over {LIMIT_WORDS}. Shrink it, or paste a link we can download it from.")
}

fn too_many() -> String {
    format!("You can add up to {MOST} files at a time. The others were added. Add this one next.")
}

fn damaged() -> Problem {
    Problem::words(
        StatusCode::BAD_REQUEST,
        "The upload was interrupted",
        "Go back and upload the files again.",
    )
}

fn foreign() -> Problem {
    Problem::words(
        StatusCode::FORBIDDEN,
        "This page expired",
        "It was open for too long. Go back (what you typed is still there), reload, and submit again.",
    )
}

/// A store that is full or away is nobody's fault and passes; the rest of the form goes on.
fn unstored(error: &store::Error) -> String {
    tracing::error!(error.message = %error, "a file could not be stored");
    "We can’t store files right now. We’ve been notified. Nothing else was lost. Try again in a little while."
        .to_owned()
}
