//! Headers that say something are said again in the same words; all others are refused, and none breaks anything.
#![no_main]

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::SecondsFormat;
use fuzz::protocols::durable_streams::{closes, expiry, producer};
use libfuzzer_sys::fuzz_target;
use sessions::Expiry;

const NAMES: [&str; 6] =
    ["producer-id", "producer-epoch", "producer-seq", "stream-ttl", "stream-expires-at", "stream-closed"];

fn map(pairs: &[(&str, String)]) -> HeaderMap {
    let pair = |(name, text): &(&str, String)| {
        Some((HeaderName::try_from(*name).ok()?, HeaderValue::try_from(text).ok()?))
    };
    pairs.iter().filter_map(pair).collect()
}

fuzz_target!(|input: Vec<(u8, Vec<u8>)>| {
    let mut headers = HeaderMap::new();
    for (name, value) in input {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            headers.append(NAMES[usize::from(name) % NAMES.len()], value);
        }
    }
    if let Ok(Some(known)) = producer(&headers) {
        assert!(!known.id.is_empty() && known.epoch < 1 << 53 && known.sequence < 1 << 53);
        let (epoch, sequence) = (known.epoch.to_string(), known.sequence.to_string());
        let again = map(&[(NAMES[0], known.id.clone()), (NAMES[1], epoch), (NAMES[2], sequence)]);
        assert_eq!(producer(&again), Ok(Some(known)));
    }
    match expiry(&headers) {
        Ok(Expiry::Idle(seconds)) => {
            assert!(seconds < 1 << 31);
            assert_eq!(expiry(&map(&[(NAMES[3], seconds.to_string())])), Ok(Expiry::Idle(seconds)));
        }
        Ok(Expiry::At(at)) => {
            let text = at.to_rfc3339_opts(SecondsFormat::Nanos, true);
            // Beyond the years that RFC 3339 has, where an offset led there.
            if at.timestamp() >= -62_167_219_200 && at.timestamp() < 253_402_300_800 {
                assert_eq!(expiry(&map(&[(NAMES[4], text)])), Ok(Expiry::At(at)));
            }
        }
        Ok(Expiry::Never) => assert!(!headers.contains_key(NAMES[3]) && !headers.contains_key(NAMES[4])),
        Err(_) => {}
    }
    if closes(&headers) {
        assert!(headers[NAMES[5]].as_bytes().eq_ignore_ascii_case(b"true"));
    }
});
