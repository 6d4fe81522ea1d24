//! Addresses and cookies that nobody should send: answered in words, never with a failure of ours.

use axum::{
    body::Body,
    http::{HeaderValue, header},
};
use server::router;
use sqlx::PgPool;

use super::{
    bodies::{complaint, whoever_may},
    browser::Browser,
    examples::{FormBody, deed, parameters, path, path_with},
    shared::sign_in,
    town::{OURS, Town},
};

/// As they stand in an address.
fn values() -> Vec<String> {
    let plain = [
        "0",
        "-1",
        "1.5",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "%00",
        "1%00",
        "%ff%fe",
        "%20",
        "not-a-uuid",
        "cli_00000000000000000000000000000000",
        "apr_ffffffffffffffffffffffffffffffff",
        "00000000-0000-0000-0000-000000000000",
        "%3Cscript%3Ealert(7)%3C%2Fscript%3E",
        "%F0%9F%92%A9",
        "'%20OR%201=1--",
        "{number}",
    ];
    plain.into_iter().map(str::to_owned).chain(["9".repeat(400), "a".repeat(6_000)]).collect()
}

const SCRIPT: &str = "<script>alert(7)";

/// The files beside the pages are asked for by pages alone: nobody reads what is said of a missing one.
fn is_read(pattern: &str) -> bool {
    !pattern.starts_with("/assets/")
}

#[sqlx::test(migrations = "../migrations")]
async fn no_parameter_of_an_address_is_too_much(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for pattern in router::patterns().into_iter().filter(|pattern| is_read(pattern)) {
        let body = deed(&town, &pattern).map_or(FormBody::Form(Vec::new()), |deed| deed.body);
        for parameter in parameters(&pattern) {
            for value in values() {
                let path = path_with(&town, &pattern, |name| (name == parameter).then(|| value.clone()));
                let browser = whoever_may(&town, &pattern).await;
                for answer in [browser.get(&path).await, browser.post(&path, &body).await] {
                    let told = complaint(&answer)
                        .or_else(|| answer.body.contains(SCRIPT).then(|| "the script".to_owned()));
                    wrong.extend(told.map(|told| format!("{pattern} with {value:.40}: {told}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrations = "../migrations")]
async fn no_query_is_too_much(pool: PgPool) {
    const NAMES: [&str; 14] = [
        "q", "page", "client", "column", "state", "since", "pieces", "version", "offer", "next", "email",
        "code", "archived", "sort",
    ];
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    let odd = ["%00", "%ff", "%", "", "-1", "4294967296", "99999999999999999999", "'%22%5C", "%25_"];
    let scripts = ["%3Cscript%3Ealert(7)%3C/script%3E", "%22%3E%3Cscript%3Ealert(7)%3C/script%3E"];
    let values: Vec<_> =
        odd.into_iter().chain(scripts).map(str::to_owned).chain(["x".repeat(2_000)]).collect();
    let mut queries: Vec<String> =
        values.iter().map(|value| NAMES.map(|name| format!("{name}={value}")).join("&")).collect();
    // Numbers that are none are told before the rest is looked at.
    for value in &values {
        queries.push(
            ["q", "client", "column", "state", "offer", "next", "email", "code"]
                .map(|name| format!("{name}={value}"))
                .join("&"),
        );
    }
    queries.extend(
        ["q=1&q=2&client=1&client=2&page=1&page=2&since=1&since=2", "&&&=&=", "%3D%26"].map(str::to_owned),
    );
    for pattern in router::patterns().into_iter().filter(|pattern| is_read(pattern)) {
        let path = path(&town, &pattern);
        for query in &queries {
            let answer = whoever_may(&town, &pattern).await.get(&format!("{path}?{query}")).await;
            let told =
                complaint(&answer).or_else(|| answer.body.contains(SCRIPT).then(|| "the script".to_owned()));
            wrong.extend(told.map(|told| format!("{pattern}?{query:.80}: {told}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrations = "../migrations")]
async fn no_method_and_no_address_is_too_much(pool: PgPool) {
    let town = Town::new(&pool).await;
    let mut wrong = Vec::new();
    for pattern in router::patterns().into_iter().filter(|pattern| is_read(pattern)) {
        let path = path(&town, &pattern);
        for method in ["PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            let browser = whoever_may(&town, &pattern).await;
            let answer = browser.send(browser.request(method, &path).body(Body::empty()).unwrap()).await;
            wrong.extend(complaint(&answer).map(|told| format!("{method} {pattern}: {told}")));
        }
        for method in ["HEAD", "OPTIONS"] {
            let browser = whoever_may(&town, &pattern).await;
            let answer = browser.send(browser.request(method, &path).body(Body::empty()).unwrap()).await;
            if answer.status.is_server_error() || !answer.body.is_empty() {
                wrong.push(format!("{method} {pattern}: {}", answer.gist()));
            }
        }
    }
    let desk = Browser::of(&town, OURS, &town.ours.operator).await;
    let long = format!("/{}", "a/".repeat(3_000));
    for path in [
        "//",
        "/%00",
        "/portal/%ff",
        "/..%2f..%2fetc",
        "/desk/",
        "/portal/requests/1/",
        "/.git/config",
        &long,
    ] {
        let answer = desk.get(path).await;
        let told = complaint(&answer).or_else(|| (answer.status != 404).then(|| answer.gist()));
        wrong.extend(told.map(|told| format!("{path:.40}: {told}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrations = "../migrations")]
async fn no_cookie_is_too_much(pool: PgPool) {
    let town = Town::new(&pool).await;
    let (_, mine) = sign_in(&town.ours.db, &town.quill.client.owner).await;
    let mut wrong = Vec::new();
    for cookie in cookies(&mine) {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/portal"),
            ("GET", "/desk"),
            ("GET", "/account"),
            ("GET", "/sign-in"),
            ("GET", "/nowhere"),
            ("POST", "/sign-in"),
            ("POST", "/sign-out"),
            ("POST", "/portal/markdown"),
        ] {
            let browser = Browser::new(&town, OURS);
            let mut request = browser
                .request(method, path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            request.headers_mut().unwrap().insert(header::COOKIE, HeaderValue::from_bytes(&cookie).unwrap());
            let answer = browser.send(request.body(Body::empty()).unwrap()).await;
            let told =
                complaint(&answer).or_else(|| answer.body.contains(SCRIPT).then(|| "the script".to_owned()));
            let cookie = String::from_utf8_lossy(&cookie);
            wrong.extend(told.map(|told| format!("{method} {path} with {cookie:.60}: {told}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // So that it can fail: the sentence of a cookie is shown, and the right sign-in lets in.
    let browser = Browser::new(&town, OURS);
    let note = format!("{mine}; note=%3Cscript%3Ealert(7)%3C%2Fscript%3E");
    let mut request = browser.request("GET", "/portal");
    request.headers_mut().unwrap().insert(header::COOKIE, note.parse().unwrap());
    let shown = browser.send(request.body(Body::empty()).unwrap()).await;
    assert!(shown.status.is_success() && shown.body.contains("&lt;script&gt;alert(7)"), "{}", shown.gist());
}

fn cookies(mine: &str) -> Vec<Vec<u8>> {
    let texts = [
        String::new(),
        ";;;=;=;".to_owned(),
        "sign_in=".to_owned(),
        "sign_in=rubbish".to_owned(),
        "sign_in=%00".to_owned(),
        format!("sign_in={}", "A".repeat(100_000)),
        mine[..mine.len() - 2].to_owned(),
        format!("{mine}A"),
        format!("{mine}; {mine}; sign_in=AAAAAAAAAAAAAAAAAAAAAA"),
        "form=".to_owned(),
        format!("{mine}; form={}", "x".repeat(100_000)),
        format!("{mine}; form=<script>alert(7)</script>xxxxx"),
        format!("{mine}; note=<script>alert(7)</script>"),
        format!("{mine}; note=%3Cscript%3Ealert(7)%3C%2Fscript%3E"),
        format!("{mine}; note=%ff%00%"),
        format!("{mine}; note={}", "n".repeat(100_000)),
        vec!["a=b"; 10_000].join("; "),
    ];
    let mut cookies: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    cookies.push(b"sign_in=\xff\xfe; form=\x80; note=\xc3".to_vec());
    cookies
}
