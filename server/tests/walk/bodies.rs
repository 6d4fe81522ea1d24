//! Every form, with everything in it that nobody should send: answered in words, never with a failure of ours.

use axum::http::{StatusCode, header};
use domain::{Scope, secret};
use server::router;
use sqlx::PgPool;

use super::{
    answer::PageResponse,
    browser::{Browser, form_token},
    digest::RowWatch,
    examples::{Fields, FormBody, deed, is_public, path},
    town::{OURS, Town},
};

const FORM: &str = "application/x-www-form-urlencoded";

/// What is sent, by a name for it: the type that it says it is, and the bytes.
type Raw = (&'static str, Option<&'static str>, Vec<u8>);

/// Whoever may send a form, signed in afresh; nobody counts their tries.
pub async fn whoever_may(town: &Town, pattern: &str) -> Browser {
    sqlx::query("DELETE FROM rate_limit").execute(&town.ours.pool).await.unwrap();
    match rightful(town, pattern) {
        Some(who) => Browser::of(town, OURS, who).await,
        None => Browser::new(town, OURS),
    }
}

fn rightful<'a>(town: &'a Town, pattern: &str) -> Option<&'a Scope> {
    match pattern {
        _ if is_public(pattern) => None,
        _ if pattern.starts_with("/desk") => Some(&town.ours.operator),
        _ => Some(&town.quill.client.owner),
    }
}

/// Every pattern that takes a form, its address and what it takes.
fn forms(town: &Town) -> Vec<(String, String, FormBody)> {
    let of = |pattern: String| {
        let deed = deed(town, &pattern)?;
        let path = path(town, &pattern);
        Some((pattern, path, deed.body))
    };
    router::patterns().into_iter().filter_map(of).collect()
}

/// What is wrong with an answer to something that nobody should send.
pub fn complaint(answer: &PageResponse) -> Option<String> {
    let failed = answer.status.is_server_error();
    let mute = answer.status.is_client_error() && !answer.has_words();
    (failed || mute).then(|| answer.gist())
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_form_is_answered_in_words(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for (pattern, path, body) in forms(&town) {
        for (name, kind, bytes) in raws(&body) {
            let browser = whoever_may(&town, &pattern).await;
            let request = browser.request("POST", &path);
            let request = kind.into_iter().fold(request, |r, kind| r.header(header::CONTENT_TYPE, kind));
            let answer = browser.send(request.body(bytes.into()).unwrap()).await;
            wrong.extend(complaint(&answer).map(|told| format!("{pattern} on {name}: {told}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Bodies that are no form of ours. Some carry the form's token, so that they get further.
fn raws(body: &FormBody) -> Vec<Raw> {
    let token = form_token();
    let with = |rest: &str| format!("form_token={token}&{rest}").into_bytes();
    let names: Vec<&str> = body.fields().iter().map(|(name, _)| name.as_str()).collect();
    let all =
        |value: &str| with(&names.iter().map(|name| format!("{name}={value}")).collect::<Vec<_>>().join("&"));
    let parts = "multipart/form-data; boundary=cut";
    let part = |head: &str, content: &str| format!("--cut\r\n{head}\r\n\r\n{content}\r\n");
    let trusted = part("Content-Disposition: form-data; name=\"form_token\"", &token);
    let file = |name: &str| {
        part(&format!("Content-Disposition: form-data; name=\"files\"; filename=\"{name}\""), "x")
    };
    let many = |count: usize| (0..count).map(|n| file(&format!("{n}.txt"))).collect::<String>();
    vec![
        ("nothing", None, Vec::new()),
        ("an empty form", Some(FORM), Vec::new()),
        ("only a token", Some(FORM), with("")),
        ("JSON", Some("application/json"), br#"{"form_token":1,"text":[[[[]]]]}"#.to_vec()),
        ("a type that is none", Some("\"; boundary="), with("text=x")),
        ("bytes", Some(FORM), vec![0xff, 0xfe, 0, 0x80, b'=', b'&', 0xc3]),
        ("half escapes", Some(FORM), with("text=%zz%&=&&&;=%&%=%0")),
        ("escapes that are no text", Some(FORM), all("%ff%fe%c3%28")),
        ("escaped NULs", Some(FORM), all("a%00b%00")),
        ("nothing in any field", Some(FORM), all("")),
        ("every field twice", Some(FORM), [all("1"), b"&".to_vec(), all("2")].concat()),
        ("100,000 fields", Some(FORM), with(&"a=1&".repeat(100_000))),
        ("100,000 brackets", Some(FORM), with(&format!("text{}=1", "[a]".repeat(100_000)))),
        ("a field of 300 KB", Some(FORM), all_but_one(&names, &token, 300_000)),
        ("a field of 600 KB", Some(FORM), all_but_one(&names, &token, 600_000)),
        ("a field of 3 MB", Some(FORM), all_but_one(&names, &token, 3_000_000)),
        ("parts without a boundary", Some("multipart/form-data"), trusted.clone().into_bytes()),
        ("parts that never end", Some(parts), format!("{trusted}--cut\r\nContent-").into_bytes()),
        ("parts that are bytes", Some(parts), vec![0xff; 1_000]),
        ("a part with a head of 100 KB", Some(parts), part(&"x".repeat(100_000), "y").into_bytes()),
        ("a file before the token", Some(parts), format!("{}{trusted}--cut--\r\n", file("a")).into_bytes()),
        ("no file at all", Some(parts), format!("{trusted}--cut--\r\n").into_bytes()),
        ("a file without a name", Some(parts), format!("{trusted}{}--cut--\r\n", file("")).into_bytes()),
        (
            "files whose names lead away",
            Some(parts),
            format!(
                "{trusted}{}{}{}--cut--\r\n",
                file("../../etc/passwd"),
                file("..\\a\0b"),
                file(&"n".repeat(9_000))
            )
            .into_bytes(),
        ),
        ("more files than are taken", Some(parts), format!("{trusted}{}--cut--\r\n", many(40)).into_bytes()),
        ("a text of 2 MB beside files", Some(parts), {
            let long = part("Content-Disposition: form-data; name=\"text\"", &"x".repeat(2_000_000));
            format!("{trusted}{long}--cut--\r\n").into_bytes()
        }),
        ("100,000 parts", Some(parts), {
            let empty = part("Content-Disposition: form-data; name=\"a\"", "");
            format!("{trusted}{}--cut--\r\n", empty.repeat(20_000)).into_bytes()
        }),
    ]
}

/// The first field that long, the others with a letter.
fn all_but_one(names: &[&str], token: &str, length: usize) -> Vec<u8> {
    let long = "x".repeat(length);
    let first = names.first().copied().unwrap_or("text");
    let mut body = format!("form_token={token}&{first}={long}");
    body.extend(names.iter().skip(1).map(|name| format!("&{name}=x")));
    body.into_bytes()
}

/// Values that nobody types.
fn values() -> Vec<String> {
    let plain =
        ["", "0", "-1", "1e400", "NaN", "18446744073709551616", "9223372036854775807", "a\0b", "\r\n\r\n"];
    let odd =
        ["'; DROP TABLE client; --", "<script>alert(7)</script>", "\u{202e}\u{200b}\u{1f4a9}", "../../.."];
    let long = ["9".repeat(400), "x".repeat(60_000)];
    plain.into_iter().chain(odd).map(str::to_owned).chain(long).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn no_value_of_a_field_is_too_much(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for (pattern, path, body) in forms(&town) {
        for value in values() {
            let everywhere: Fields =
                body.fields().iter().map(|(name, _)| (name.clone(), value.clone())).collect();
            let one_by_one = (0..body.fields().len()).map(|at| {
                let mut fields = body.fields().clone();
                fields[at].1 = value.clone();
                fields
            });
            for fields in one_by_one.chain([everywhere]) {
                let browser = whoever_may(&town, &pattern).await;
                let answer = browser.post(&path, &body.with(fields.clone())).await;
                let told = complaint(&answer);
                wrong.extend(
                    told.map(|told| format!("{pattern} with {:.300}: {told}", format!("{fields:?}"))),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_is_done_without_the_token_or_from_another_site(pool: PgPool) {
    let town = Town::new(&pool).await;
    let forms = forms(&town);
    let mut watch = RowWatch::new(&pool, &town.ids()).await;
    let mut wrong = Vec::new();
    for (pattern, path, body) in forms {
        for attack in ATTACKS {
            let is_json = matches!(body, FormBody::Json(..));
            if is_json && matches!(attack, Attack::NoToken | Attack::AnothersToken) {
                continue;
            }
            let browser = whoever_may(&town, &pattern).await;
            let token = match attack {
                Attack::NoToken => String::new(),
                Attack::AnothersToken => {
                    secret::keyed_hash(super::shared::FORM_KEY, b"another browser's seed")
                }
                Attack::Origin(_) | Attack::NoOrigin | Attack::Site(_) => form_token(),
            };
            let (kind, bytes) = body.encoded(&token);
            let mut request = browser.request("POST", &path).header(header::CONTENT_TYPE, kind);
            let headers = request.headers_mut().unwrap();
            match attack {
                Attack::Origin(origin) => drop(headers.insert(header::ORIGIN, origin.parse().unwrap())),
                Attack::NoOrigin => drop(headers.remove(header::ORIGIN)),
                Attack::Site(site) => drop(headers.insert("sec-fetch-site", site.parse().unwrap())),
                Attack::NoToken | Attack::AnothersToken => {}
            }
            let answer = browser.send(request.body(bytes.into()).unwrap()).await;
            if answer.status != StatusCode::FORBIDDEN || !answer.has_words() {
                wrong.push(format!("{pattern}, {attack:?}: {}", answer.gist()));
            }
            let changes = watch.changes().await;
            if !changes.is_empty() {
                panic!("{pattern}, {attack:?}, changed\n{}", changes.join("\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[derive(Clone, Copy, Debug)]
enum Attack {
    NoToken,
    AnothersToken,
    Origin(&'static str),
    NoOrigin,
    Site(&'static str),
}

const ATTACKS: [Attack; 8] = [
    Attack::NoToken,
    Attack::AnothersToken,
    Attack::Origin("http://evil.test"),
    Attack::Origin("null"),
    Attack::Origin("http://ours.test.evil.test"),
    Attack::NoOrigin,
    Attack::Site("cross-site"),
    Attack::Site("same-site"),
];
