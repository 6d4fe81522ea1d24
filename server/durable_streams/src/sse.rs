//! Server-sent events as the HTML standard has them: the answer that they are sent in, and their text.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use serde::Serialize;

/// A comment that shows that the line is alive; readers pass over it.
pub const HEARTBEAT: &str = ":\n\n";

/// One event.
#[derive(Clone, Copy, Debug, Default)]
pub struct SseEvent<'a> {
    /// What kind of event it is, one line; a reader takes one without for a `message`.
    pub name: Option<&'a str>,
    /// What whoever comes again may send as `Last-SseEvent-ID`, one line.
    pub id: Option<&'a str>,
    /// Every line end in it begins another `data` line, so that nothing in it can end the event.
    pub data: &'a str,
}

impl SseEvent<'_> {
    /// Adds the event to a text, with a space behind each colon.
    pub fn write(&self, text: &mut String) {
        self.write_with(text, |_| "data: ");
    }

    /// The same without the space behind `data:`, but where the line begins with one, as a reader takes one away.
    pub fn write_dense(&self, text: &mut String) {
        self.write_with(text, |line| if line.starts_with(' ') { "data: " } else { "data:" });
    }

    fn write_with(&self, text: &mut String, field: impl Fn(&str) -> &'static str) {
        text.reserve(self.data.len() + 32);
        for (field, value) in [("event: ", self.name), ("id: ", self.id)] {
            if let Some(value) = value {
                text.extend([field, value, "\n"]);
            }
        }
        let mut rest = self.data;
        loop {
            let end = rest.find(['\n', '\r']);
            let line = &rest[..end.unwrap_or(rest.len())];
            text.extend([field(line), line, "\n"]);
            let Some(end) = end else {
                break;
            };
            let width = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
            rest = &rest[end + width..];
        }
        text.push('\n');
    }
}

/// Adds an event of JSON to a text, without a name.
pub fn write_json(text: &mut String, id: Option<&str>, data: &impl Serialize) {
    // What is sent here serializes; an event without data would be passed over.
    let data = serde_json::to_string(data).unwrap_or_default();
    SseEvent { name: None, id, data: &data }.write(text);
}

/// An answer whose body is events, which nobody keeps or holds back on the way.
pub fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().extend([
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ]);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(event: SseEvent<'_>) -> [String; 2] {
        let mut texts = [String::new(), String::new()];
        event.write(&mut texts[0]);
        event.write_dense(&mut texts[1]);
        texts
    }

    #[test]
    fn an_event_has_the_fields_that_it_was_given() {
        let [plain, dense] = written(SseEvent { name: Some("data"), id: Some("7"), data: "{}" });
        assert_eq!(plain, "event: data\nid: 7\ndata: {}\n\n");
        assert_eq!(dense, "event: data\nid: 7\ndata:{}\n\n");
        assert_eq!(written(SseEvent { data: "", ..SseEvent::default() }), ["data: \n\n", "data:\n\n"]);
    }

    #[test]
    fn every_line_end_begins_another_line() {
        let [plain, dense] = written(SseEvent { data: "a\r\n\rb\n c\n", ..SseEvent::default() });
        assert_eq!(plain, "data: a\ndata: \ndata: b\ndata:  c\ndata: \n\n");
        assert_eq!(dense, "data:a\ndata:\ndata:b\ndata:  c\ndata:\n\n");
    }
}
