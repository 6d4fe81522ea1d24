//! A frame of events is one JSON text that accounts for every event and reads as the log does.
#![no_main]

use arbitrary::Arbitrary;
use domain::session::{Author, AuthorKind, Conversation, Event, Part};
use fuzz::{frames, page};
use libfuzzer_sys::fuzz_target;
use sessions::{Data, StreamId};
use uuid::Uuid;

#[derive(Arbitrary, Debug)]
enum Held<'a> {
    Words {
        text: bool,
        attempt: bool,
        delta: &'a str,
    },
    Begin {
        text: bool,
    },
    End {
        text: bool,
    },
    Comment {
        text: &'a str,
    },
    /// Anything that is JSON.
    Raw(&'a str),
}

fn json(place: usize, held: &Held<'_>) -> Option<String> {
    let id = |text: &bool| if *text { "a" } else { "b" }.to_owned();
    let (attempt, part) = match held {
        Held::Raw(text) => return Data::json(*text).is_ok().then(|| (*text).to_owned()),
        Held::Words { text, attempt, delta } => {
            (*attempt, Part::TextDelta { id: id(text), delta: (*delta).to_owned() })
        }
        Held::Begin { text } => (false, Part::TextStart { id: id(text) }),
        Held::End { text } => (false, Part::TextEnd { id: id(text) }),
        Held::Comment { text } => (false, Part::DataComment { text: (*text).to_owned() }),
    };
    let author = Author { kind: AuthorKind::Agent, id: "j".to_owned(), name: "Juno".to_owned() };
    let attempt = Some(u32::from(attempt));
    Some(Event { id: format!("e{place}"), run: None, attempt, author, at: 1, part }.to_json())
}

fn read<'a>(texts: impl Iterator<Item = &'a str>) -> Conversation {
    let events: Vec<Event> = texts.filter_map(|text| Event::from_json(text).ok()).collect();
    Conversation::read(&events)
}

fuzz_target!(|input: (u32, Vec<Held<'_>>)| {
    let (from, held) = input;
    let texts: Vec<String> = held.iter().enumerate().filter_map(|(place, held)| json(place, held)).collect();
    let data = texts.iter().map(|text| Data::json(text.as_str()).expect("it is JSON"));
    let page = page(from.into(), data);
    let frame = frames::events(StreamId(Uuid::nil()), &page);
    let frame: Frame<'_> = serde_json::from_str(&frame).expect("it is JSON");
    assert_eq!(frame.next, page.next.to_string());
    let counts = frame.counts.unwrap_or_else(|| vec![1; frame.events.len()]);
    assert_eq!(counts.len(), frame.events.len());
    assert_eq!(counts.iter().sum::<usize>(), texts.len());
    let told = read(frame.events.iter().map(|event| event.get()));
    assert_eq!(told, read(texts.iter().map(String::as_str)));
});

#[derive(serde::Deserialize)]
struct Frame<'a> {
    next: String,
    counts: Option<Vec<usize>>,
    #[serde(borrow)]
    events: Vec<&'a serde_json::value::RawValue>,
}
