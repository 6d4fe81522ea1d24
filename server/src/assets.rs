//! What browsers load beside the pages: styles, fonts, scripts, wasm. All of it is inside the binary (build.rs), and
//! every address holds a digest of the content, so a browser asks for each version once.

use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// A file and its compressed forms. Without them (quick builds) the caller may compress.
#[derive(Debug)]
pub struct Asset {
    /// What the code calls it, as `main.css`.
    pub name: &'static str,
    /// Where browsers get it, as `/assets/main.0f3a….css`.
    pub url: &'static str,
    /// The beginning of its content's digest.
    pub hash: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub plain: &'static [u8],
    /// The same in brotli.
    pub br: Option<&'static [u8]>,
    /// The same in gzip.
    pub gz: Option<&'static [u8]>,
}

/// Everything that was built: `main.css`, `fonts/*`, `images/*`, and unless it was built without, the browser's
/// half: glue, wasm and boot script of `front` and of `workshop`.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file by its name; `None` if it was not built.
pub fn url(name: &str) -> Option<&'static str> {
    ASSETS.iter().find(|asset| asset.name == name).map(|asset| asset.url)
}

/// Answers `GET /assets/{file}`.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(&file)) {
        Some(asset) => answer(asset, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(asset: &Asset, asked: &HeaderMap) -> Response {
    let (encoding, body) = choose(asset, asked);
    let tag = format!("\"{}{}\"", asset.hash, encoding.map(|name| format!("-{name}")).unwrap_or_default());
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let known = asked.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let known =
        known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    // A digest has no character that a header may not hold.
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (headers, Bytes::from_static(body)).into_response()
}

/// The smallest form that the browser takes.
fn choose(asset: &Asset, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let wish = asked.get(ACCEPT_ENCODING).and_then(|wish| wish.to_str().ok()).unwrap_or_default();
    let forms = [("br", asset.br), ("gzip", asset.gz)];
    let found = forms
        .into_iter()
        .find_map(|(name, body)| body.filter(|_| accepts(wish, name)).map(|body| (name, body)));
    found.map_or((None, asset.plain), |(name, body)| (Some(name), body))
}

/// Whether `Accept-Encoding` names the form and does not refuse it by `q=0`.
fn accepts(wish: &str, name: &str) -> bool {
    wish.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case(name));
        let refused = words.filter_map(|word| word.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use http_body_util::BodyExt;

    use super::*;

    static STYLE: Asset = Asset {
        name: "a.css",
        url: "/assets/a.1.css",
        hash: "1",
        content_type: "text/css",
        plain: b"plain",
        br: Some(b"br"),
        gz: Some(b"gz"),
    };

    async fn ask(name: HeaderName, value: &'static str) -> (StatusCode, HeaderMap, Bytes) {
        let response = answer(&STYLE, &HeaderMap::from_iter([(name, HeaderValue::from_static(value))]));
        let (head, body) = response.into_parts();
        (head.status, head.headers, body.collect().await.expect("it is in memory").to_bytes())
    }

    #[tokio::test]
    async fn the_best_form_that_is_accepted_is_sent() {
        for (wish, body) in
            [("gzip, br", "br"), ("gzip;q=1.0", "gz"), ("br;q=0, gzip", "gz"), ("identity", "plain")]
        {
            let (status, headers, sent) = ask(ACCEPT_ENCODING, wish).await;
            assert_eq!((status, &sent[..]), (StatusCode::OK, body.as_bytes()), "{wish}");
            assert_eq!(headers.contains_key(CONTENT_ENCODING), body != "plain");
        }
    }

    #[tokio::test]
    async fn a_browser_that_has_it_gets_nothing_again() {
        let (status, headers, body) = ask(IF_NONE_MATCH, "\"0\", \"1\"").await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert!(headers[CACHE_CONTROL].to_str().is_ok_and(|value| value.contains("immutable")));
    }

    #[tokio::test]
    async fn what_was_not_built_is_not_found() {
        assert_eq!(serve(Path("main.css".into()), HeaderMap::new()).await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_styles_use_only_fonts_that_are_there() {
        let css = ASSETS.iter().find(|asset| asset.name == "main.css").expect("there are styles");
        let text = std::str::from_utf8(css.plain).expect("they are text");
        let used = text.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let local: Vec<&str> = used.filter(|address| address.starts_with("/assets/")).collect();
        assert!(local.iter().all(|used| ASSETS.iter().any(|asset| asset.url == *used)), "{local:?}");
        assert!(url("main.css").is_some_and(|url| url.starts_with("/assets/main.")));
    }
}
