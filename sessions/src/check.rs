//! What is refused before the database is asked.

use serde::de::IgnoredAny;

use crate::{Append, Data, Error, Options, Producer};

const PRODUCER_BYTES: usize = 256;
const MARK_BYTES: usize = 1_024;
const NAME_BYTES: usize = 1_024;

/// It is one JSON text.
///
/// It also keeps a zero byte out, which Postgres takes in no text: it would fail the neighbours in its commit.
pub(crate) fn json(text: &str) -> Result<(), Error> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::Invalid("an event is one JSON text")),
    }
}

/// There is at least one event and each is one JSON text.
pub(crate) fn texts(texts: &[String]) -> Result<(), Error> {
    if texts.is_empty() {
        return Err(Error::Empty);
    }
    texts.iter().try_for_each(|text| json(text))
}

/// It does something, and what it holds can be stored.
pub(crate) fn append(append: &Append) -> Result<(), Error> {
    if append.events.is_empty() && !append.close {
        return Err(Error::Empty);
    }
    if !append.checked {
        append.events.iter().filter_map(Data::as_json).try_for_each(json)?;
    }
    if append.mark.as_ref().is_some_and(|mark| mark.len() > MARK_BYTES || mark.contains('\0')) {
        return Err(Error::Invalid("a mark of order has at most 1,024 bytes"));
    }
    append.producer.as_ref().map_or(Ok(()), producer)
}

/// The sizes lie within the limits; answers the bytes of all events.
pub(crate) fn sizes(events: &[Data], options: &Options) -> Result<usize, Error> {
    within("a number of events", events.len(), options.append_events)?;
    let largest = events.iter().map(Data::len).max().unwrap_or(0);
    within("an event", largest, options.event_bytes)?;
    within("an append", events.iter().map(Data::len).sum(), options.append_bytes)
}

/// A name by which a stream can be found.
pub(crate) fn name(name: &str) -> Result<(), Error> {
    let fits = !name.is_empty() && name.len() <= NAME_BYTES && !name.contains(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(Error::Invalid("a stream's name has 1 to 1,024 bytes and no control characters"))
    }
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
        let texts = |all: &[&str]| texts(&all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
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
            sizes(&texts.iter().map(|text| Data::known_json(*text)).collect::<Vec<_>>(), &options)
        };
        assert!(matches!(sizes(&["\"é\"", "1", "2"]), Ok(6)));
        assert!(matches!(sizes(&["\"éé\""]), Err(Error::TooLarge { size: 6, limit: 4, .. })));
        assert!(matches!(sizes(&["1234", "123"]), Err(Error::TooLarge { size: 7, limit: 6, .. })));
        assert!(matches!(sizes(&["1", "2", "3", "4"]), Err(Error::TooLarge { size: 4, limit: 3, .. })));
    }
}
