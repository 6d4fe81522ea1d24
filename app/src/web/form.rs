//! What a person typed, and what to do about it. Nothing typed is lost: a refused form is shown again with it.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use domain::{Error, FieldErrors, secret};

use super::{App, FormToken, Problem};

/// More than any form here needs; files go another way.
const LIMIT: usize = 512 * 1024;
/// Whoever has to sign in brings along what they typed before, each letter of it in up to nine bytes.
const CARRIED: usize = 9 * LIMIT;

/// The fields of a form, in the order in which they came; a name may come several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key, domain::words::line_feeds(&value))).collect())
    }

    /// The first value of that name, trimmed; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The first value as it was typed (passwords).
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box was ticked or a button of that name pressed.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Sets what a form starts with.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// Where a form leads when it is done: to the page on which it says that it stood, only ever one of ours, or to
    /// `otherwise`.
    pub fn back(&self, otherwise: &str) -> String {
        let back = self.text("back");
        let ours = back.starts_with("/desk") || back.starts_with("/portal");
        let plain = back.len() < 200 && !back.contains(['\\', '\r', '\n']);
        if ours && plain { back.to_owned() } else { otherwise.to_owned() }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// A form as it is shown: what stands in it, and what to mend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub values: Fields,
    pub errors: FieldErrors,
    /// Why the whole was refused, where that is no field's fault.
    pub refused: Option<String>,
    /// It was tried too often.
    pub too_often: bool,
    /// Too many do the same at this moment.
    pub busy: bool,
}

impl Form {
    /// A form that starts with these values.
    pub fn of(values: Fields) -> Self {
        Self { values, ..Self::default() }
    }

    /// The same form after an error that its person can do something about; every other error goes on.
    pub fn failed(values: Fields, error: Error) -> Result<Self, Problem> {
        match error {
            Error::Fields(errors) => Ok(Self { values, errors, ..Self::default() }),
            Error::Refused(reason) => Ok(Self { values, refused: Some(reason), ..Self::default() }),
            Error::TooMany { retry_after } => {
                Ok(Self { values, refused: Some(wait(retry_after)), too_often: true, ..Self::default() })
            }
            Error::Busy { .. } => {
                Ok(Self { values, refused: Some(BUSY.to_owned()), busy: true, ..Self::default() })
            }
            other => Err(other.into()),
        }
    }

    /// Whether it is shown again because of an error.
    pub fn is_bad(&self) -> bool {
        self.refused.is_some() || !self.errors.is_empty()
    }

    /// 200 for a fresh form, 422 for one to mend, 429 for one that was tried too often, 503 where there is no room now.
    pub fn status(&self) -> StatusCode {
        match (self.too_often, self.is_bad()) {
            _ if self.busy => StatusCode::SERVICE_UNAVAILABLE,
            (true, _) => StatusCode::TOO_MANY_REQUESTS,
            (false, true) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, false) => StatusCode::OK,
        }
    }
}

/// What whoever finds no room is told.
pub(super) const BUSY: &str = "Many people are at this right now. Wait a few seconds, then try again.";

/// How long to wait, in words.
pub(super) fn wait(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "Too many attempts. Wait a minute and try again.".to_owned(),
        minutes => format!("Too many attempts. Wait {minutes} minutes and try again."),
    }
}

/// A posted form whose token was right.
pub struct PostedForm(pub Fields);

impl FromRequest<App> for PostedForm {
    type Rejection = Response;

    async fn from_request(request: Request, _: &App) -> Result<Self, Response> {
        let token = request.extensions().get::<FormToken>().cloned();
        let (parts, body) = request.into_parts();
        let most = if parts.uri.path() == "/sign-in" { CARRIED } else { LIMIT };
        read(token, body, most).await.map(Self).map_err(|problem| problem.for_reader(&parts.headers))
    }
}

async fn read(token: Option<FormToken>, body: Body, most: usize) -> Result<Fields, Problem> {
    let bytes = axum::body::to_bytes(body, most).await.map_err(|_| too_large())?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| unreadable())?;
    // Postgres keeps no NUL in a text; nobody types one.
    let pairs = pairs.into_iter().map(|(key, value)| (key, value.replace('\0', ""))).collect();
    let fields = Fields::new(pairs);
    match token {
        Some(token) if secret::same(&token.0, fields.raw("form_token")) => Ok(fields),
        _ => Err(stale()),
    }
}

fn too_large() -> Problem {
    Problem::words(
        StatusCode::PAYLOAD_TOO_LARGE,
        "That’s too much text for this form",
        "Go back and shorten it, or attach it as a file.",
    )
}

fn unreadable() -> Problem {
    Problem::words(StatusCode::BAD_REQUEST, "We didn’t get the whole form", "Go back and submit it again.")
}

fn stale() -> Problem {
    Problem::words(
        StatusCode::FORBIDDEN,
        "This page expired",
        "It was open for too long. Go back (what you typed is still there), reload, and submit again.",
    )
}

#[cfg(test)]
mod tests {
    use super::Fields;

    /// A box counts one for a line break, a form sends two; what arrives has as many characters as the box said.
    #[test]
    fn a_line_break_is_one_character() {
        let typed = "line\n".repeat(4_000);
        let sent = typed.replace('\n', "\r\n");
        let fields = Fields::new(vec![("text".to_owned(), sent)]);
        assert_eq!(fields.raw("text"), typed);
        assert_eq!(Fields::new(vec![("text".to_owned(), "a\rb".to_owned())]).raw("text"), "a\nb");
    }

    #[test]
    fn a_form_leads_back_to_our_own_pages_alone() {
        let back = |to: &str| Fields::default().with("back", to).back("/here");
        assert_eq!(back("/desk/board?client=cli_7"), "/desk/board?client=cli_7");
        for elsewhere in ["", "//evil.test", "https://evil.test", "/desk\\evil", "/sign-out", "/desk\r\nx: y"]
        {
            assert_eq!(back(elsewhere), "/here", "{elsewhere:?}");
        }
    }
}
