use crate::{
    format::{Format, Locale},
    ids::WorkspaceId,
};

/// What every page of a workspace needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// The storefront's heading.
    pub tagline: String,
    /// The sentence below it.
    pub promise: String,
    /// IANA name of its time zone.
    pub zone: String,
    /// How its pages and mails write dates, times and numbers.
    pub locale: Locale,
    /// ISO 4217 code that new offers start with.
    pub currency: String,
    /// Own accent colours as `#rrggbb`, for light and dark pages.
    pub line_light: Option<String>,
    pub line_dark: Option<String>,
    /// What a client agrees to at sign-up, in Markdown.
    pub terms: String,
    /// The stream that the desk's pages follow.
    pub desk_stream: uuid::Uuid,
}

/// What its papers have of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letterhead {
    pub name: String,
    /// How it writes, in its own zone.
    pub format: Format,
    /// Its own color on light pages, as `#rrggbb`.
    pub color: Option<String>,
}
