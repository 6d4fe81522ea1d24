//! From a URL's path to a stream's name and back.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// Where the streams are found: their names follow.
pub const ROOT: &str = "/v1/stream/";

/// What a path must not hold as it is.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`');
/// What one segment of a path must not hold besides.
const SEGMENT: &AsciiSet = &ESCAPED.add(b'/');

/// What follows the root, without escapes; none where the path leads elsewhere or is not UTF-8.
pub(super) fn decode(url_path: &str) -> Option<String> {
    let rest = url_path.strip_prefix(ROOT)?;
    let path = percent_decode_str(rest).decode_utf8().ok()?;
    (!path.is_empty()).then(|| path.into_owned())
}

/// The URL's path of a stream.
pub(super) fn url_path(name: &str) -> String {
    format!("{ROOT}{}", utf8_percent_encode(name, ESCAPED))
}

/// One segment of a path.
pub(super) fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Whether the path belongs to the protocol itself and is no stream's.
pub(super) fn is_reserved(path: &str) -> bool {
    path == "__ds" || path.starts_with("__ds/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_and_go_as_paths() {
        for (name, url) in
            [("a", "/v1/stream/a"), ("a/b c%", "/v1/stream/a/b%20c%25"), ("é", "/v1/stream/%C3%A9")]
        {
            assert_eq!(url_path(name), url);
            assert_eq!(decode(url).as_deref(), Some(name));
        }
        for elsewhere in ["/v1/stream/", "/v1/streams/a", "/v1/stream/%FF"] {
            assert_eq!(decode(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn the_protocols_own_paths_are_no_streams() {
        assert!(is_reserved("__ds") && is_reserved("__ds/jwks.json"));
        assert!(!is_reserved("__dsx") && !is_reserved("a/__ds"));
    }
}
