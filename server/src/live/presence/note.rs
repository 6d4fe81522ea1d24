//! What nodes send each other about their people, as texts of a bounded length.

use domain::ids::PersonId;
use serde::{Deserialize, Serialize};
use sessions::{Nodes, StreamId};
use wire::frames::Viewer;

/// Everyone on the telling node who looks at these streams.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) looking: Vec<Viewers>,
}

/// Everyone who looks at one stream; nobody, when the last has left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Viewers {
    pub(super) stream: StreamId,
    pub(super) people: Vec<(PersonId, Viewer)>,
}

/// Bytes around what a note holds.
const AROUND: usize = 16;

/// Puts rooms into as few notes as they fit in. Of a crowd that fits in none, only the first are named.
pub(super) fn write(rooms: impl Iterator<Item = Viewers>) -> Vec<String> {
    let (mut notes, mut note, mut bytes) = (Vec::new(), Note::default(), AROUND);
    for mut room in rooms {
        while length(&room) + AROUND > Nodes::NOTE_BYTES && room.people.pop().is_some() {}
        let more = length(&room) + 1;
        if bytes + more > Nodes::NOTE_BYTES {
            notes.push(std::mem::take(&mut note));
            bytes = AROUND;
        }
        note.looking.push(room);
        bytes += more;
    }
    notes.push(note);
    notes.iter().filter(|note| !note.looking.is_empty()).map(text).collect()
}

fn length(room: &Viewers) -> usize {
    text(room).len()
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// None where it is something else.
pub(super) fn read(text: &str) -> Option<Note> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_hold_everyone_in_a_bounded_length() {
        let viewer = Viewer { name: "é\"".repeat(20), initials: "É".into(), kind: "person".into() };
        let room = |people| Viewers {
            stream: StreamId::generate(),
            people: (0..people).map(|_| (PersonId::new(), viewer.clone())).collect(),
        };
        let rooms: Vec<Viewers> = (0..90).map(|number| room(number % 4)).collect();
        let notes = write(rooms.iter().cloned());
        assert!(notes.len() > 1 && notes.iter().all(|note| note.len() <= Nodes::NOTE_BYTES));
        let read: Vec<Viewers> = notes.iter().flat_map(|note| read(note).unwrap().looking).collect();
        assert_eq!(read, rooms);

        let [crowd] = &write([room(500)].into_iter())[..] else { panic!("one note") };
        assert!(crowd.len() <= Nodes::NOTE_BYTES);
        assert!(super::read(crowd).unwrap().looking[0].people.len() > 20);
        assert!(write(std::iter::empty()).is_empty());
        assert_eq!(super::read("{}"), None);
    }
}
