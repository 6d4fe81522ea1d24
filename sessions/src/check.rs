//! What is refused before the database is asked.

use serde::de::IgnoredAny;

use crate::{Error, Options, Producer};

const PRODUCER_BYTES: usize = 256;

/// Every event is one JSON text and there is at least one.
///
/// It also keeps a zero byte out, which Postgres takes in no text: it would fail the neighbours in its commit.
pub(crate) fn events(events: &[String]) -> Result<(), Error> {
    if events.is_empty() {
        return Err(Error::Empty);
    }
    match events.iter().all(|event| serde_json::from_str::<IgnoredAny>(event).is_ok()) {
        true => Ok(()),
        false => Err(Error::Invalid("an event is one JSON text")),
    }
}

/// The sizes lie within the limits; answers the bytes of all events.
pub(crate) fn sizes(events: &[String], options: &Options) -> Result<usize, Error> {
    within("a number of events", events.len(), options.append_events)?;
    let largest = events.iter().map(String::len).max().unwrap_or(0);
    within("an event", largest, options.event_bytes)?;
    within("an append", events.iter().map(String::len).sum(), options.append_bytes)
}

fn within(what: &'static str, size: usize, limit: usize) -> Result<usize, Error> {
    if size > limit { Err(Error::TooLarge { what, size, limit }) } else { Ok(size) }
}

/// The producer has a name and its numbers fit into a column.
pub(crate) fn producer(producer: &Producer) -> Result<(), Error> {
    producer_id(&producer.id)?;
    epoch(producer.epoch)?;
    // Its successor is what is stored.
    match i64::try_from(producer.sequence) {
        Ok(sequence) if sequence < i64::MAX => Ok(()),
        _ => Err(Error::Invalid("a producer's sequence is below 2^63 - 1")),
    }
}

pub(crate) fn producer_id(id: &str) -> Result<(), Error> {
    let fits = !id.is_empty() && id.len() <= PRODUCER_BYTES && !id.contains('\0');
    if fits { Ok(()) } else { Err(Error::Invalid("a producer's name has 1 to 256 bytes")) }
}

/// The epoch as its column has it.
pub(crate) fn epoch(epoch: u64) -> Result<i64, Error> {
    i64::try_from(epoch).map_err(|_| Error::Invalid("a producer's epoch is below 2^63"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_json_texts_alone() {
        let texts = |texts: &[&str]| events(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert!(texts(&[r#"{"a":1,"a":2}"#, " [1,\n2] ", r#""\u0000""#, "null"]).is_ok());
        assert!(matches!(texts(&[]), Err(Error::Empty)));
        for bad in ["", "{", "1 2", "\"\0\"", "{}\0", "undefined"] {
            assert!(matches!(texts(&["1", bad]), Err(Error::Invalid(_))), "{bad:?}");
        }
    }

    #[test]
    fn sizes_are_bytes() {
        let options = Options { event_bytes: 4, append_bytes: 6, append_events: 3, ..Options::default() };
        let sizes = |texts: &[&str]| {
            sizes(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), &options)
        };
        assert!(matches!(sizes(&["\"é\"", "1", "2"]), Ok(6)));
        assert!(matches!(sizes(&["\"éé\""]), Err(Error::TooLarge { size: 6, limit: 4, .. })));
        assert!(matches!(sizes(&["1234", "123"]), Err(Error::TooLarge { size: 7, limit: 6, .. })));
        assert!(matches!(sizes(&["1", "2", "3", "4"]), Err(Error::TooLarge { size: 4, limit: 3, .. })));
    }
}
