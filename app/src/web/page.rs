//! A whole document: head, frame, the page's own view, and the browser half where the page has live parts.

use std::sync::{Arc, OnceLock};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;

use super::{
    Bare, Cx, copying,
    frame::{self, Frame},
    zone,
};

/// How much of the browser's half a page needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrontBundle {
    /// What most pages need.
    Lean,
    /// Every island.
    Whole,
}

impl FrontBundle {
    /// The names of its glue and of the script that starts it.
    fn scripts(self) -> [&'static str; 2] {
        match self {
            Self::Lean => ["front.js", "front-boot.js"],
            Self::Whole => ["workshop.js", "workshop-boot.js"],
        }
    }
}

static STYLESHEET: OnceLock<&'static str> = OnceLock::new();

/// The stylesheet's address; known after the first page.
pub(super) fn stylesheet() -> &'static str {
    STYLESHEET.get().copied().unwrap_or_default()
}

/// A page on its way to being a response.
pub struct Page<'a> {
    bare: &'a Bare,
    title: String,
    frame: Frame,
    wide: bool,
    half: Option<FrontBundle>,
    status: StatusCode,
    is_unlisted: bool,
    copies: bool,
    refresh: Option<(u32, String)>,
}

impl<'a> Page<'a> {
    pub fn new(cx: &'a Cx, title: &str, frame: Frame) -> Self {
        Self::bare(&cx.bare, title, frame)
    }

    /// A page that may come before there is a workspace.
    pub fn bare(bare: &'a Bare, title: &str, frame: Frame) -> Self {
        Self {
            bare,
            title: title.to_owned(),
            frame,
            wide: false,
            half: None,
            status: StatusCode::OK,
            is_unlisted: false,
            copies: false,
            refresh: None,
        }
    }

    /// The page has islands: the browser's half is loaded.
    pub fn live(mut self) -> Self {
        self.half = Some(FrontBundle::Lean);
        self
    }

    /// The page has islands that the lean half is without (`ask`, `board`, `queue`): the whole one is loaded.
    pub fn workshop(mut self) -> Self {
        self.half = Some(FrontBundle::Whole);
        self
    }

    /// Uses the whole width (the board).
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Buttons with `data-copy` copy what stands in it.
    pub fn copies(mut self) -> Self {
        self.copies = true;
        self
    }

    /// Not for search engines: whoever has its address may see it.
    pub fn unlisted(mut self) -> Self {
        self.is_unlisted = true;
        self
    }

    /// The browser goes to `address` after so many seconds, without script.
    pub fn refresh(mut self, seconds: u32, address: impl Into<String>) -> Self {
        self.refresh = Some((seconds, address.into()));
        self
    }

    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Renders the page. The view is built once, synchronously: whatever it shows was loaded before.
    pub fn show<V: IntoView>(self, view: impl FnOnce() -> V) -> Response {
        let asset = self.bare.app.site.asset;
        STYLESHEET.get_or_init(|| asset("main.css"));
        let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
        let body = owner.with(|| {
            let inner = view().into_any();
            frame::around(self.bare, self.frame, (self.wide, &self.title), inner).to_html()
        });
        owner.cleanup();
        let mut response = (self.status, Html(self.document(&body))).into_response();
        // A page may hold what the next person at this browser must not see.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.is_unlisted {
            response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        }
        if self.bare.note.is_some() {
            let gone = HeaderValue::from_static("note=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
            response.headers_mut().append(header::SET_COOKIE, gone);
        }
        response
    }

    fn document(&self, body: &str) -> String {
        format!("<!doctype html><html lang=\"en\"><head>{}</head><body>{body}</body></html>", self.head())
    }

    fn head(&self) -> String {
        let asset = self.bare.app.site.asset;
        let workspace = self.bare.arrival.workspace.as_ref();
        let brand = workspace.map_or("Throughline", |workspace| workspace.name.as_str());
        let title =
            if self.title == brand { self.title.clone() } else { format!("{} · {brand}", self.title) };
        let description = workspace.map(|workspace| workspace.promise.as_str()).unwrap_or_default();
        let nonce = &self.bare.nonce.0;
        let accent = workspace
            .and_then(|w| frame::accent(w.line_light.as_deref(), w.line_dark.as_deref()))
            .map(|rule| format!("<style nonce=\"{nonce}\">{rule}</style>"))
            .unwrap_or_default();
        let live = self.half.map(|half| {
            let [glue, boot] = half.scripts().map(asset);
            format!(
                "<link rel=\"modulepreload\" href=\"{glue}\"><script type=\"module\" src=\"{boot}\" nonce=\"{nonce}\"></script>"
            )
        });
        let live = live.unwrap_or_default();
        // Where somebody is signed in: pages for strangers have no script at all.
        let asks_zone =
            matches!(self.frame, Frame::Portal(_) | Frame::Desk(_)) && self.bare.browser_zone.is_none();
        let zone = if asks_zone { zone::script(nonce, self.bare.app.site.is_https()) } else { String::new() };
        let copying = if self.copies { copying::script(nonce) } else { String::new() };
        let robots =
            if self.is_unlisted { "<meta name=\"robots\" content=\"noindex, nofollow\">" } else { "" };
        let refresh = self.refresh.as_ref().map(|(seconds, address)| {
            format!("<meta http-equiv=\"refresh\" content=\"{seconds};url={}\">", escape(address))
        });
        let refresh = refresh.unwrap_or_default();
        let font = |name| {
            format!(
                "<link rel=\"preload\" as=\"font\" type=\"font/woff2\" crossorigin href=\"{}\">",
                asset(name)
            )
        };
        format!(
            "<meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <meta name=\"theme-color\" content=\"#faf8f4\" media=\"(prefers-color-scheme: light)\">\
             <meta name=\"theme-color\" content=\"#171613\" media=\"(prefers-color-scheme: dark)\">\
             <meta name=\"description\" content=\"{description}\"><title>{title}</title>\
             <link rel=\"icon\" type=\"image/svg+xml\" href=\"{icon}\">{sans}{serif}{display}\
             <link rel=\"stylesheet\" href=\"{css}\">{robots}{refresh}{accent}{zone}{copying}{live}",
            description = escape(description),
            title = escape(&title),
            icon = asset("images/icon.svg"),
            sans = font("fonts/instrument-sans-latin.woff2"),
            serif = font("fonts/newsreader-latin.woff2"),
            display = font("fonts/newsreader-display-latin.woff2"),
            css = asset("main.css"),
        )
    }
}

/// Text as it may stand in HTML and in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
