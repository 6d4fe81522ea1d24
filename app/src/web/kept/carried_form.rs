use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{HeaderValue, header, request::Parts},
};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::content_type;

/// The sign-in form's field that carries it.
pub const FIELD: &str = "typed";
/// The most of a form that is kept; its texts come before its files.
const MOST: usize = 512 * 1024;

/// What was typed into a form, without what is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedForm {
    /// Where the form was sent.
    pub action: String,
    /// It may bring files, which do not come back.
    pub files: bool,
    pub fields: Vec<(String, String)>,
}

impl CarriedForm {
    /// What a form brings, and its body as it was. None where nobody typed anything into it, or it is too large to be
    /// one of ours.
    pub async fn read(parts: &Parts, body: Body) -> (Option<Self>, Body) {
        let kind = content_type(&parts.headers);
        let files = kind.starts_with("multipart/form-data");
        if !files && !kind.starts_with("application/x-www-form-urlencoded") {
            return (None, body);
        }
        let (begin, body) = peek(body).await;
        let fields = match files {
            true => parts_of(kind, begin).await,
            false if begin.len() >= MOST => Vec::new(),
            false => serde_urlencoded::from_bytes(&begin).unwrap_or_default(),
        };
        let action = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        (Self::of(action, files, fields), body)
    }

    fn of(action: String, files: bool, fields: Vec<(String, String)>) -> Option<Self> {
        let fields = fields.into_iter().filter(|(name, _)| !is_secret(name));
        let fields = fields.map(|(name, value)| (name, value.replace('\0', ""))).collect();
        let typed = Self { action, files, fields };
        let has_words = typed.written().next().is_some();
        has_words.then_some(typed)
    }

    /// As the sign-in form carries it.
    pub fn to_field(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads that; only what leads to an address of ours.
    pub fn from_field(text: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(text).ok()?;
        let ours = read.action.starts_with('/') && !read.action.starts_with("//");
        ours.then(|| Self::of(read.action, read.files, read.fields)).flatten()
    }

    /// What a person wrote, as against what the page put there.
    pub fn written(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, value)| !value.trim().is_empty() && !is_machine(name, value))
    }

    /// The values of a field, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether all that was written stands in a page already.
    pub fn stands_in(&self, page: &str) -> bool {
        let page = plain(&super::fill::unescape(page));
        self.written().all(|(_, value)| page.contains(plain(value).trim()))
    }
}

/// With line breaks as one kind, since a browser sends another than it shows.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn is_secret(name: &str) -> bool {
    let of = |word: &&str| name.contains(word);
    ["password", "token", "secret"].iter().any(of) || matches!(name, "old" | "new" | "key" | "code")
}

/// What the page chose: where it leads back to, which thing is meant, which button was pressed.
fn is_machine(name: &str, value: &str) -> bool {
    const CHOSEN: [&str; 18] = [
        FIELD, "back", "next", "form_key", "do", "state", "verdict", "step", "before", "column", "decision",
        "towards", "answer", "role", "place", "ready", "archived", "file",
    ];
    let id = value.split_once('_').is_some_and(|(kind, rest)| {
        kind.len() <= 4 && rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let ticked = matches!(value, "on" | "yes" | "no");
    id || ticked || CHOSEN.contains(&name)
}

/// The first of a body, and all of it again.
async fn peek(body: Body) -> (Vec<u8>, Body) {
    let mut rest = body.into_data_stream();
    let (mut begin, mut chunks) = (Vec::new(), Vec::new());
    while begin.len() < MOST {
        match rest.next().await {
            Some(Ok(chunk)) => {
                begin.extend_from_slice(&chunk);
                chunks.push(Ok::<Bytes, axum::Error>(chunk));
            }
            Some(Err(error)) => {
                chunks.push(Err(error));
                break;
            }
            None => break,
        }
    }
    (begin, Body::from_stream(stream::iter(chunks).chain(rest)))
}

/// The texts of a form with files, up to the first file that was chosen.
async fn parts_of(kind: &str, begin: Vec<u8>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let Ok(kind) = HeaderValue::from_str(kind) else { return fields };
    let mut request = Request::new(Body::from(begin));
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    let Ok(mut parts) = Multipart::from_request(request, &()).await else { return fields };
    while let Ok(Some(part)) = parts.next_field().await {
        if part.file_name().is_some() {
            continue;
        }
        let name = part.name().unwrap_or_default().to_owned();
        match part.text().await {
            Ok(value) => fields.push((name, value)),
            Err(_) => break,
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Option<CarriedForm> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        CarriedForm::of("/desk/clients".into(), false, fields)
    }

    #[test]
    fn secrets_and_presses_are_not_words() {
        assert_eq!(
            typed(&[("password", "hush"), ("form_token", "x"), ("state", "paid"), ("terms", "yes")]),
            None
        );
        let kept = typed(&[
            ("name", "Harbor & Pine"),
            ("key", "sk-1"),
            ("offer", &format!("off_{}", "0".repeat(32))),
        ]);
        let kept = kept.unwrap();
        assert_eq!(kept.written().collect::<Vec<_>>(), [("name", "Harbor & Pine")]);
        assert!(!kept.to_field().contains("sk-1"));
        assert_eq!(CarriedForm::from_field(&kept.to_field()), Some(kept.clone()));
        let away = CarriedForm { action: "//evil.example".into(), ..kept };
        assert_eq!(CarriedForm::from_field(&away.to_field()), None);
    }

    #[test]
    fn what_stands_there_already_is_found_however_it_is_written() {
        let kept = typed(&[("text", "a <b> & \"c\"\r\nd")]).unwrap();
        assert!(kept.stands_in("<textarea>\na &lt;b&gt; &amp; &quot;c&quot;\nd</textarea>"));
        assert!(!kept.stands_in("<p>a</p>"));
    }
}
