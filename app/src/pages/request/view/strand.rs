//! The second, thinner line of another agent that comes in.

use super::model::EntryView;

/// Where a second agent comes in, goes along and joins again.
pub fn lay(said: &mut [EntryView]) {
    for place in 0..said.len() {
        let second = |place: usize| said.get(place).is_some_and(|said| said.entry.second);
        let begins = place == 0 || !second(place - 1);
        let joins = place + 1 < said.len() && !second(place + 1);
        let strand = match (second(place), begins, joins) {
            (false, _, _) => "",
            (true, true, true) => " second starts joins",
            (true, true, false) => " second starts",
            (true, false, true) => " second joins",
            (true, false, false) => " second",
        };
        said[place].strand = strand;
    }
}
