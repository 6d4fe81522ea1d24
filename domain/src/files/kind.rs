//! What a file is, by its content. A name is only believed where it cannot do harm.
//!
//! What a browser could run (programs, scripts, HTML, SVG) is kept and handed out as it came, but
//! always as [`DOWNLOAD`]. Serve every file with `X-Content-Type-Options: nosniff`, and with
//! `Content-Disposition: attachment` where [`FileKind::inline`] is false.

mod office;
mod table;

use super::encoding;
use table::{BINARY, TEXT};

/// How many bytes from a file's beginning [`sniff`] should be given.
pub const HEAD: usize = 8 * 1024;

/// The media type of what is only ever downloaded.
pub const DOWNLOAD: &str = "application/octet-stream";

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKind {
    /// What it is served as.
    pub media_type: &'static str,
    /// What a page calls it: `PDF document`.
    pub label: &'static str,
    /// It is text, which an agent can read. Scripts and HTML are, too.
    pub text: bool,
    /// It is a picture that every browser shows.
    pub image: bool,
}

impl FileKind {
    const fn download(label: &'static str) -> Self {
        Self { media_type: DOWNLOAD, label, text: false, image: false }
    }

    const fn binary(media_type: &'static str, label: &'static str) -> Self {
        Self { media_type, label, text: false, image: false }
    }

    const fn image(media_type: &'static str, label: &'static str) -> Self {
        Self { media_type, label, text: false, image: true }
    }

    const fn text(media_type: &'static str, label: &'static str) -> Self {
        Self { media_type, label, text: true, image: false }
    }

    /// Whether a browser may show it in place; everything else is offered as a download.
    pub fn inline(&self) -> bool {
        self.image
            || matches!(self.media_type, "application/pdf" | "text/plain" | "text/markdown" | "text/csv")
    }
}

/// What a file is, by its first [`HEAD`] bytes. Its name only tells apart what has the same
/// content: kinds of plain text, and office documents whose parts come later in the file.
pub fn sniff(head: &[u8], name: &str) -> FileKind {
    let head = &head[..head.len().min(HEAD)];
    let extension = extension(name);
    if let Some(kind) = office::sniff(head, &extension) {
        return kind;
    }
    // A few formats begin as text; for all others text is text, whatever two letters it starts with.
    if !head.starts_with(b"%PDF-")
        && !head.starts_with(b"{\\rtf")
        && let Some(text) = text(head, &extension)
    {
        return text_kind(text.as_bytes(), &extension);
    }
    let found = infer::get(head).map(|found| found.mime_type());
    let known = BINARY.iter().find(|(media_type, _)| Some(*media_type) == found);
    known.map_or(FileKind::download("File"), |(_, kind)| *kind)
}

/// The letters after the last point of a name, in lower case.
fn extension(name: &str) -> String {
    let after = name.rsplit_once('.').map_or("", |(_, after)| after);
    after.to_ascii_lowercase()
}

/// Bytes as text, in whatever it is written. In an older encoding any bytes are letters: there a name that ends like a
/// text's, or mostly plain letters, have to speak for it.
fn text(head: &[u8], extension: &str) -> Option<String> {
    // Cut off within a letter is no error.
    let is_utf_8 = str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    let likely = is_utf_8
        || TEXT.iter().any(|(extensions, _)| extensions.contains(&extension))
        || head.contains(&0)
        || encoding::is_mostly_plain(head);
    encoding::read(head).filter(|_| likely)
}

fn text_kind(head: &[u8], extension: &str) -> FileKind {
    if head.is_empty() {
        return FileKind::text("text/plain", "Empty file");
    }
    if let Some(label) = markup(head) {
        return FileKind::text(DOWNLOAD, label);
    }
    let named = TEXT.iter().find(|(extensions, _)| extensions.contains(&extension));
    named.map_or(FileKind::text("text/plain", "Text"), |(_, kind)| *kind)
}

/// What a browser or a shell would run, by how it begins.
fn markup(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"#!") {
        return Some("Script");
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let lower = text[..text.len().min(1_024)].to_ascii_lowercase();
    let has = |tag: &[u8]| lower.windows(tag.len()).any(|part| part == tag);
    if !lower.starts_with(b"<") {
        return None;
    }
    if has(b"<svg") {
        return Some("SVG drawing");
    }
    if infer::text::is_html(text)
        || has(b"<!doctype html")
        || has(b"<html")
        || has(b"<script")
        || has(b"<body")
    {
        return Some("HTML page");
    }
    lower.starts_with(b"<?xml").then_some("XML document")
}

#[cfg(test)]
mod tests;
