//! What a page may say over its socket: understood in full or not at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessions::Offset;
use wire::frames::Call;

fuzz_target!(|text: &str| {
    let Ok(call) = serde_json::from_str::<Call>(text) else { return };
    let again = serde_json::to_string(&call).expect("it has only string keys");
    assert_eq!(serde_json::from_str::<Call>(&again).expect("it was written so"), call);
    if let Call::Follow { from, .. } = call
        && let Ok(offset) = from.parse::<Offset>()
    {
        assert_eq!(offset.to_string(), from);
    }
});
