use serde_json::json;

use super::*;

const KNOWN: &str = "planted/4711+known";

fn planted() -> Vec<(&'static str, String)> {
    let block = format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEA7 ".repeat(20)
    );
    let some = |text: &str| text.to_owned();
    vec![
        ("known", some(KNOWN)),
        ("tl_", some("tl_9sJ2kVbq3XyZ0aBcDeFgHiJkLmNoPqRsTuVwXyZ012")),
        ("OpenAI", some("sk-proj-abcDEF0123456789abcDEF")),
        ("Anthropic", some("sk-ant-api03-abcDEF_0123-456789abcDEF")),
        ("Stripe", some("sk_live_abcDEF0123456789")),
        ("webhook", some("whsec_abcDEF0123456789+/=")),
        ("GitHub", some("ghp_abcdefghijklmnopqrstuvwxyz0123456789")),
        ("Slack", some("xoxb-123456789012-abcdef")),
        ("AWS", some("AKIAIOSFODNN7EXAMPLE")),
        ("AWS secret", some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
        ("Google", some("AIzaSyA-1234567890abcdefghijklmnopqrst")),
        ("JWT", some("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4")),
        ("bearer", some("0123456789abcdef0123456789abcdef")),
        ("password", some("hunter2hunter2")),
        ("private key", block),
    ]
}

/// In a sentence as it may stand there.
fn sentence(kind: &str, secret: &str) -> (String, String) {
    let (before, after) = match kind {
        "AWS secret" => ("AWS_SECRET_ACCESS_KEY=\"", "\" is it."),
        "bearer" => ("Authorization: Bearer ", "\nand so on."),
        "password" => ("See https://user:", "@host.example/x now."),
        _ => ("I found: ", ", as it was asked."),
    };
    (format!("{before}{secret}{after}"), format!("{before}***{after}"))
}

fn secrets() -> Secrets {
    let secrets = Secrets::default();
    secrets.add(KNOWN);
    secrets.add("abc");
    secrets
}

#[test]
fn each_kind_is_taken_out_and_nothing_else() {
    for (kind, secret) in planted() {
        let (said, wanted) = sentence(kind, &secret);
        assert_eq!(secrets().redact(&said), wanted, "{kind}");
    }
    for plain in [
        "The task-force asked a bearer of news: see https://host.example:8080/a@b, about sk-8 and tl_x, abc.",
        "risk-free desk-top eyJ AKIA gh_ Bearer of the 20-letter word: internationalization",
        "------BEGIN------ 12:30 a://b",
    ] {
        assert_eq!(secrets().redact(plain), plain);
    }
}

/// Cut into pieces of every size: what is written never holds it, and comes to the same.
#[test]
fn a_secret_in_pieces_is_taken_out_too() {
    for (kind, secret) in planted() {
        let (said, wanted) = sentence(kind, &secret);
        for size in [1, 2, 3, 5, 7, 11, 40] {
            let (secrets, mut stream, mut written) = (secrets(), RedactingStream::default(), String::new());
            let letters: Vec<char> = said.chars().collect();
            for piece in letters.chunks(size) {
                written.push_str(&stream.push(&secrets, &piece.iter().collect::<String>()));
                assert!(wanted.starts_with(&written), "{kind} by {size}: {written}");
            }
            written.push_str(&stream.end(&secrets));
            assert_eq!(written, wanted, "{kind} by {size}");
        }
    }
}

#[test]
fn plain_words_pass_in_pieces_and_nearly_at_once() {
    let said = "Dear Ms Hale, the task is set: ask us — the bearer of this. https://x.example:80/a/b Är es?";
    let (secrets, mut stream, mut written) = (secrets(), RedactingStream::default(), String::new());
    for word in said.split_inclusive(' ') {
        written.push_str(&stream.push(&secrets, word));
        assert!(stream.held.len() < 40, "{:?}", stream.held);
    }
    written.push_str(&stream.end(&secrets));
    assert_eq!(written, said);
}

#[test]
fn what_goes_on_for_long_is_not_held_for_ever() {
    let (secrets, mut stream) = (secrets(), RedactingStream::default());
    let key = format!("-----BEGIN PRIVATE KEY-----{}", "ü".repeat(40_000));
    let mut written = String::new();
    for piece in [key.as_str(), &"b".repeat(9_000), "-----END PRIVATE", " KEY----- ok"] {
        written.push_str(&stream.push(&secrets, piece));
        assert!(stream.held.len() <= MOST_HELD);
    }
    written.push_str(&stream.end(&secrets));
    assert_eq!(written, "*** ok");
    let long = format!("://{}", "x".repeat(9_000));
    assert_eq!(stream.push(&secrets, &long), long);
    let token = format!("sk-{}", "a".repeat(9_000));
    assert_eq!(
        stream.push(&secrets, &token) + &stream.push(&secrets, "bbb") + &stream.push(&secrets, " y"),
        "*** y"
    );
}

const MOST_HELD: usize = 4_096;

#[test]
fn every_field_of_a_part_is_looked_at() {
    let input = json!({ "a": [{ "deep": format!("x {KNOWN}") }], KNOWN: 1 });
    let part = Part::ToolInputAvailable { tool_call_id: "1".into(), tool_name: "t".into(), input };
    let Part::ToolInputAvailable { input, .. } = secrets().redact_part(part) else { panic!("the same part") };
    assert_eq!(input, json!({ "a": [{ "deep": "x ***" }], "***": 1 }));
    let comment = Part::DataComment { text: format!("{KNOWN}!") };
    assert_eq!(secrets().redact_part(comment), Part::DataComment { text: "***!".into() });
    assert!(!format!("{:?}", secrets()).contains("planted"));
}
