//! A JSON body becomes messages: an array one level deep, every message as it was written, byte for byte.
#![no_main]

use fuzz::{protocols::durable_streams, page};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use sessions::Data;

fuzz_target!(|body: &[u8]| {
    let whole: Result<&RawValue, _> = serde_json::from_slice(body);
    let Ok(messages) = Data::json_messages(body) else {
        assert!(whole.is_err(), "JSON was refused");
        return;
    };
    assert!(whole.is_ok(), "what is no JSON was taken");
    let text = std::str::from_utf8(body).expect("JSON is UTF-8");
    // Between the messages there is nothing but the array around them.
    let mut rest = text;
    for message in &messages {
        let message = message.as_json().expect("it is JSON");
        assert!(serde_json::from_str::<&RawValue>(message).is_ok());
        let at = rest.find(message).expect("it was written so, in this order");
        assert!(rest[..at].chars().all(|sign| " \t\r\n[,".contains(sign)), "something was lost before it");
        rest = &rest[at + message.len()..];
    }
    assert!(rest.chars().all(|sign| " \t\r\n[]".contains(sign)), "something was lost at the end");
    // What is read is one array that holds them again.
    let told = durable_streams::body("application/json", &page(0, messages.clone()));
    assert_eq!(Data::json_messages(&told).expect("it is JSON"), messages);
});
