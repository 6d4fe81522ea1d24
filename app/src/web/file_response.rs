//! Hands a file out, never as anything that a browser would run: to pages and to programs alike.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    Error,
    files::{File, store},
    ids::WorkspaceId,
};

use super::App;

/// A file's bytes, for whoever was found to be allowed to see it.
///
/// # Errors
/// [`Error::Store`] where they are not there, or not as they were stored.
pub async fn file_response(app: &App, workspace: WorkspaceId, file: &File) -> Result<Response, Error> {
    let key = store::Key::of(workspace, file)?;
    let content = app.site.files.get(&key).await?;
    if content.bytes != file.bytes {
        return Err(store::Error::Damaged { key, found: content.bytes, wanted: file.bytes }.into());
    }
    let mut response = Body::from_stream(content.pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, value(&file.media_type, "application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.bytes));
    headers
        .insert(header::CONTENT_DISPOSITION, value(&disposition(&file.media_type, &file.name), "attachment"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Were it shown in place, it could still do nothing.
    let alone = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(alone));
    Ok(response)
}

fn value(text: &str, otherwise: &'static str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(otherwise))
}

/// Pictures are shown, everything else is saved. The name twice: plain for old readers, whole for all others.
pub fn disposition(media_type: &str, name: &str) -> String {
    let how =
        if media_type.starts_with("image/") && !media_type.contains("svg") { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' })
        .collect();
    let whole: String = name.bytes().map(encoded).collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

fn encoded(byte: u8) -> String {
    match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_can_end_no_header() {
        assert_eq!(
            disposition("text/html", "Bé\"t.html"),
            "attachment; filename=\"B__t.html\"; filename*=UTF-8''B%C3%A9%22t.html"
        );
        assert!(disposition("image/svg+xml", "a").starts_with("attachment"));
        assert!(disposition("image/png", "a").starts_with("inline"));
    }
}
