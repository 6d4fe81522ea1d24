//! Takes files in: streamed to the disk, told apart by content, refused before they are too large.

use std::io;

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::StatusCode,
    response::Response,
};
use domain::{
    Error, Scope,
    files::{self, HEAD, LIMIT, LIMIT_WORDS, NewFile, sniff},
    ids::{FileId, RequestId},
    secret,
};

use super::{disk::Incoming, paced::Paced};
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
        let request = request.map(|body| Body::from_stream(Paced::new(body.into_data_stream())));
        Multipart::from_request(request, app).await.map(Self).map_err(|_| damaged().for_reader(&headers))
    }
}

/// What a form with files held. Its files are stored and belong to the client, also where the rest is refused.
pub struct Received {
    pub fields: Fields,
    pub files: Vec<FileId>,
    /// Files that were not taken, by their names, and what to do about each.
    pub refused: Vec<Refused>,
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
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
    ) -> Result<Received, Problem> {
        let received = self.receive_what_fits(bare, scope, request).await?;
        match received.refused.first() {
            None => Ok(received),
            Some(Refused { name, why }) => {
                Err(Problem::words(StatusCode::PAYLOAD_TOO_LARGE, format!("“{name}” was not taken"), why))
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
    ) -> Result<Received, Problem> {
        let (mut texts, mut stored, mut refused, mut trusted) = (Vec::new(), Vec::new(), Vec::new(), false);
        while let Some(field) = self.0.next_field().await.map_err(|_| damaged())? {
            let name = field.name().unwrap_or_default().to_owned();
            if field.file_name().is_none() {
                let value = text(field).await?;
                trusted |= name == "form_token" && secret::same(&bare.token.0, &value);
                texts.push((name, value));
            } else if !trusted {
                return Err(foreign());
            } else if !field.file_name().unwrap_or_default().is_empty() {
                // A chooser in which nothing was chosen sends a part without a name.
                let name = files::display_name(field.file_name().unwrap_or_default());
                if stored.len() == MOST {
                    refused.push(Refused { name, why: too_many() });
                } else if let Some(id) = store(&bare.app, scope, field, request).await? {
                    stored.push(id);
                } else {
                    refused.push(Refused { name, why: too_large() });
                }
            }
        }
        if !trusted {
            return Err(foreign());
        }
        Ok(Received { fields: Fields::new(texts), files: stored, refused })
    }
}

async fn text(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| damaged())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > TEXT_LIMIT {
            return Err(Problem::words(
                StatusCode::PAYLOAD_TOO_LARGE,
                "That is too much text for this form",
                "Go back, shorten it, or add it as a file.",
            ));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).replace('\0', ""))
}

/// Stores one part of a form and writes it down as the client's; `None` when it is too large.
///
/// # Errors
/// As [`FormWithFiles::receive_what_fits`].
pub async fn store(
    app: &App,
    scope: &Scope,
    mut field: Field<'_>,
    request: Option<RequestId>,
) -> Result<Option<FileId>, Problem> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut incoming = Incoming::begin(app, scope.workspace).await.map_err(disk)?;
    let (mut bytes, mut head) = (0_u64, Vec::with_capacity(HEAD));
    while let Some(chunk) = field.chunk().await.map_err(|_| damaged())? {
        bytes += chunk.len() as u64;
        if bytes > LIMIT {
            return Ok(None);
        }
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        incoming.write(&chunk).await.map_err(disk)?;
    }
    let kind = sniff(&head, &name);
    let sha256 = incoming.keep().await.map_err(disk)?;
    let new = NewFile {
        name,
        media_type: kind.media_type.to_owned(),
        label: kind.label.to_owned(),
        is_text: kind.text,
        bytes,
        sha256,
        request,
    };
    Ok(Some(files::add(&app.db, scope, new).await?))
}

fn too_large() -> String {
    format!("Over {LIMIT_WORDS}. Make it smaller, or put it where we can fetch it and send the link.")
}

fn too_many() -> String {
    format!("That is more than {MOST} files at once. Those before are here already; add this one after.")
}

fn damaged() -> Problem {
    Problem::words(StatusCode::BAD_REQUEST, "The files did not arrive whole", "Go back and send them again.")
}

fn foreign() -> Problem {
    Problem::words(
        StatusCode::FORBIDDEN,
        "This page was open for too long",
        "Go back, reload the page and send it again. What you typed is still there when you go back.",
    )
}

/// A disk that is full is nobody's fault and passes.
fn disk(error: io::Error) -> Problem {
    let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
    if !full {
        return Problem::from(Error::Broken(format!("a file could not be stored: {error}")));
    }
    tracing::error!(error.message = %error, "no room for a file");
    Problem::words(
        StatusCode::INSUFFICIENT_STORAGE,
        "There is no room for files right now",
        "We have been told. Nothing else is lost; try again in a while.",
    )
}
