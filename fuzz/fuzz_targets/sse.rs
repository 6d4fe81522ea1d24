//! Whatever a stream holds, a reader of server-sent events gets one event with it and one that says where it stands.
#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fuzz::{protocols::durable_streams, page};
use libfuzzer_sys::fuzz_target;
use sessions::Data;

/// As the HTML standard has it: events of a stream that has ended.
fn parse(bytes: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(bytes).expect("a stream of events is UTF-8");
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let (mut events, mut kind, mut data) = (Vec::new(), String::new(), String::new());
    for line in text.split('\n') {
        if line.is_empty() {
            if !data.is_empty() {
                data.pop();
                events.push((std::mem::take(&mut kind), std::mem::take(&mut data)));
            }
            kind.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => kind = value.to_owned(),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            _ => {}
        }
    }
    assert!(data.is_empty() && kind.is_empty(), "the last event is not ended");
    events
}

/// Every line end is one and the same to a reader.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fuzz_target!(|input: (u8, u32, Vec<Vec<u8>>)| {
    let (form, from, held) = input;
    let json = form % 3 == 0;
    let content_type = ["application/json", "text/plain; charset=utf-8", "image/png"][usize::from(form % 3)];
    let data = held.into_iter().filter_map(|bytes| match json {
        true => Data::json(String::from_utf8(bytes).ok()?).ok(),
        false => Some(Data::bytes(bytes)),
    });
    let page = page(from.into(), data);
    let told = parse(&durable_streams::events(content_type, &page));
    let (last, before) = told.split_last().expect("there is one");
    assert_eq!(last.0, "control");
    let control: serde_json::Value = serde_json::from_str(&last.1).expect("it is JSON");
    assert_eq!(control["streamNextOffset"], page.next.to_string());
    let body = durable_streams::body(content_type, &page);
    match before {
        [] => assert!(page.records.is_empty()),
        [(kind, data)] => {
            assert_eq!(kind, "data");
            match form % 3 {
                2 => assert_eq!(STANDARD.decode(data).expect("it is base64"), body),
                _ => assert_eq!(*data, lines(&String::from_utf8_lossy(&body))),
            }
        }
        more => panic!("there are {} events too many", more.len() - 1),
    }
});
