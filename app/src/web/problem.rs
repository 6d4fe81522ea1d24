//! What a person sees when it did not work: what happened and what to do, never how it is built.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Error;
use leptos::prelude::*;

use super::{
    Bare, Failure, FailureKind, Frame, Page,
    cx::accepts_json,
    form::{BUSY, wait},
    kept::Reason,
    page::escape,
};

/// Why a handler has no page. Its response is a page that needs nothing, and carries the problem itself, for
/// [`super::dress_problems`] to draw it as whoever asked reads it.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    title: String,
    advice: String,
    retry_after: Option<u32>,
    /// Under which the log and the trace know of it.
    reference: Option<String>,
}

impl Problem {
    /// A page of its own words.
    pub fn words(status: StatusCode, title: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status, title: title.into(), advice: advice.into(), retry_after: None, reference: None }
    }

    /// It is not there, or not this person's.
    pub fn not_found() -> Self {
        Self::words(
            StatusCode::NOT_FOUND,
            "We can’t find that page",
            "The link may be wrong or the page may have moved. Try starting from the home page.",
        )
    }

    /// Something that cannot happen did. It is logged here, once; the page says only that, and the id under which it is
    /// found in the log.
    pub fn bug(what: &str) -> Self {
        Failure::bug(&what, "a page failed").into()
    }

    /// The store of the sign-ins is away.
    pub fn store(error: tower_sessions::session::Error) -> Self {
        tracing::warn!(error.message = %error, "the sign-in store failed");
        Self::away()
    }

    /// Something that will be back.
    pub(super) fn away() -> Self {
        let mut problem = Self::words(
            StatusCode::SERVICE_UNAVAILABLE,
            "We’ll be right back",
            "We’re restarting something. Everything is saved. Try again in a moment.",
        );
        problem.retry_after = Some(5);
        problem
    }

    /// The database has not answered in time. What was `sent` may have been done all the same.
    pub fn stalled(sent: bool) -> Self {
        let advice = match sent {
            false => {
                "A part of the service does not answer. Everything is kept; open this page again in a moment."
            }
            true => {
                "A part of the service did not answer in time, so this may not have been saved. Wait a moment, look whether \
                 it is there, and send it again if it is not."
            }
        };
        Self { advice: advice.to_owned(), ..Self::away() }
    }

    /// As someone of whom nothing is known reads it: JSON for a script, otherwise a page that needs nothing.
    pub fn for_reader(self, headers: &HeaderMap) -> Response {
        if accepts_json(headers) {
            let response = json(self.status, &self.title, &self.advice, self.reference.as_deref());
            self.later(response)
        } else {
            self.plain()
        }
    }

    /// Says when it may be tried again, where that is known.
    fn later(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// As whoever asked reads it: JSON for a script, otherwise a page with its brand and their way back.
    pub(super) fn dressed(self, bare: &Bare) -> Response {
        if bare.wants_json {
            let response = json(self.status, &self.title, &self.advice, self.reference.as_deref());
            return self.finish(response);
        }
        let (title, advice) = (self.title.clone(), self.advice.clone());
        let (code, home) = (self.code(), home(bare));
        let page = Page::bare(bare, &self.title, Frame::Narrow).status(self.status);
        let response = page.show(move || words(title, advice, code, home));
        self.finish(response)
    }

    fn finish(self, response: Response) -> Response {
        let mut response = self.later(response);
        response.extensions_mut().insert(Reason { title: self.title, advice: self.advice });
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Failure::of(error, "a page failed").into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let status = failure.status();
        let wait = wait(failure.retry_after.unwrap_or_default());
        let (title, advice) = match failure.kind {
            FailureKind::NotFound => return Self::not_found(),
            FailureKind::Away => return Self::away(),
            FailureKind::Refused(reason) => ("That can’t be done right now", reason),
            FailureKind::Fields(errors) => {
                let all: Vec<&str> = errors.iter().map(|(_, message)| message).collect();
                ("Something needs fixing", all.join(" "))
            }
            FailureKind::TooMany => ("Just a moment", wait),
            FailureKind::Busy => ("Just a moment", BUSY.to_owned()),
            FailureKind::FileAway => (
                "Files cannot be reached right now",
                "We have been told, and nothing is lost. Try again in a while.".to_owned(),
            ),
            FailureKind::Bug => (
                "Something went wrong on our end",
                "Your work is safe. Try again in a moment. If it happens again, send us the code below."
                    .to_owned(),
            ),
        };
        let Failure { retry_after, reference, .. } = failure;
        Self { retry_after, reference, ..Self::words(status, title, advice) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.clone().plain();
        response.extensions_mut().insert(self);
        response
    }
}

fn json(status: StatusCode, title: &str, advice: &str, reference: Option<&str>) -> Response {
    let advice = match reference {
        Some(reference) => advice.replace("the code below", &format!("this code: {reference}")),
        None => advice.to_owned(),
    };
    let body = serde_json::json!({ "ok": false, "refused": format!("{title}. {advice}") });
    (status, axum::Json(body)).into_response()
}

fn home(bare: &Bare) -> &'static str {
    match &bare.arrival.membership {
        None => "/",
        Some(membership) if membership.client.is_some() => "/portal",
        Some(_) => "/desk",
    }
}

fn words(title: String, advice: String, code: String, home: &'static str) -> impl IntoView {
    view! {
        <div class="error-page">
            <svg class="drawing" viewBox="0 0 180 64" aria-hidden="true">
                <path d="M4 32h70" />
                <path class="cut" d="M80 22v20" />
                <path class="faint" d="M92 32h84" stroke-dasharray="2 7" />
            </svg>
            <h1>{title}</h1>
            <p>{advice}</p>
            <div class="button-row"><a class="button primary" href=home>"Go to home page"</a></div>
            <p class="code">{code}</p>
        </div>
    }
}

impl Problem {
    /// The status, and the id of the request where it failed.
    fn code(&self) -> String {
        match &self.reference {
            Some(reference) => format!("{} · {reference}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }

    /// Without knowing who asks (the database may be away): the same words, in a page that needs nothing.
    fn plain(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        let response = (self.status, kind, self.plain_document()).into_response();
        self.finish(response)
    }

    fn plain_document(&self) -> String {
        let css = super::page::stylesheet();
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
             <title>{title}</title><link rel=stylesheet href=\"{css}\"><body><main class=error-page><h1>{title}</h1><p>{advice}</p>\
             <div class=button-row><a class=\"button primary\" href=\"/\">To the start</a></div><p class=code>{code}</p></main></body></html>",
            code = escape(&self.code()),
            title = escape(&self.title),
            advice = escape(&self.advice),
        )
    }
}
