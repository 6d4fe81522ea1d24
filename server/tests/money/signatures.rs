//! Signatures against Stripe's own client for Node: it takes ours, we take its.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use chrono::DateTime;
use domain::sealed::Secret;
use serde_json::{Value, json};
use stripe::webhook;

const SECRET: &str = "whsec_Zm9vYmFy";
const AT: i64 = 1_796_000_000;

/// What Stripe's client answers to each line.
fn ask(lines: &[Value]) -> Option<Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/money");
    if !folder.join("node_modules/stripe").exists() {
        return None;
    }
    let mut node = Command::new("node")
        .arg("signatures.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let answers = BufReader::new(node.stdout.take().unwrap()).lines();
    let answers = answers.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(node.wait().unwrap().success());
    Some(answers)
}

#[test]
#[ignore = "make test-money installs Stripe's client"]
fn both_ways() {
    let bodies =
        [r#"{"id":"evt_1","object":"event"}"#, "{\"id\":\"evt_2\",\"object\":\"event\",\"name\":\"Søn\\n\"}"];
    let now = DateTime::from_timestamp(AT, 0).unwrap();
    let signs = bodies.map(|body| json!({ "sign": body, "secret": SECRET, "at": AT }));
    let Some(signed) = ask(&signs) else { return };
    for (body, signed) in bodies.iter().zip(&signed) {
        let header = signed["header"].as_str().unwrap();
        let check = |secret: &str, body: &str, now| {
            webhook::verify(header, body.as_bytes(), &[Secret::new(secret)], now)
        };
        assert_eq!(check(SECRET, body, now), Ok(()));
        assert!(check("whsec_other", body, now).is_err());
        assert!(check(SECRET, &format!("{body} "), now).is_err());
        assert!(check(SECRET, body, now + chrono::TimeDelta::seconds(301)).is_err());
    }
    let ours = |body: &str, secret: &str, at: i64| {
        let header =
            webhook::sign(&Secret::new(secret), body.as_bytes(), DateTime::from_timestamp(AT, 0).unwrap());
        json!({ "check": body, "header": header, "secret": SECRET, "at": at })
    };
    let checks =
        [ours(bodies[0], SECRET, AT), ours(bodies[1], SECRET, AT), ours(bodies[0], "whsec_other", AT)];
    let checked = ask(&checks).unwrap();
    assert_eq!((&checked[0]["id"], &checked[1]["id"]), (&json!("evt_1"), &json!("evt_2")));
    assert!(checked[2]["error"].is_string(), "{:?}", checked[2]);
}
