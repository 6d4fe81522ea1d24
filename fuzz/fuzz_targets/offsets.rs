//! An offset is what the server wrote and nothing else, and sorts as text as it does as a number.
#![no_main]

use fuzz::protocols::durable_streams;
use libfuzzer_sys::fuzz_target;
use sessions::Offset;

fuzz_target!(|input: (&str, u64, u64)| {
    let (text, one, other) = input;
    if let Ok(offset) = text.parse::<Offset>() {
        assert_eq!(offset.to_string(), text);
        assert_eq!(durable_streams::offset(text), Some(offset));
    } else if let Some(offset) = durable_streams::offset(text) {
        assert_eq!((offset, text.len()), (Offset::ZERO, 33));
    }
    let offsets = [one, other].map(Offset::from_value);
    let texts = offsets.map(|offset| offset.to_string());
    assert_eq!(texts[0].cmp(&texts[1]), one.cmp(&other));
    assert_eq!(texts[0].parse(), Ok(offsets[0]));
});
