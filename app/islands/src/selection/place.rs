//! Where selected words stand in a text that has been drawn anew. Drawn, Markdown has lost its marks, so that letters and
//! digits alone are compared.

/// The letters and digits of a text.
pub fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Where the letters from `start` to `end` of the old text stand in the new one: the same letters, nearest to where they
/// would be. Without the same letters, what has become of their place; none where nothing is left.
pub fn moved(old: &[char], start: usize, end: usize, new: &[char]) -> Option<(usize, usize)> {
    let wanted = old.get(start..end).filter(|wanted| !wanted.is_empty())?;
    let (near, after) = (aligned(old, start, new), aligned(old, end, new));
    let places = new.windows(wanted.len()).enumerate().filter(|(_, letters)| *letters == wanted);
    let nearest = places.map(|(place, _)| place).min_by_key(|place| place.abs_diff(near));
    match nearest {
        Some(place) => Some((place, place + wanted.len())),
        None => (near < after).then_some((near, after)),
    }
}

/// How many letters of the new text stand for the first `at` of the old one, which has some that the new one has not.
fn aligned(old: &[char], at: usize, new: &[char]) -> usize {
    old.iter()
        .take(at)
        .fold(0, |found, letter| if new.get(found) == Some(letter) { found + 1 } else { found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(old: &str, selected: &str, new: &str) -> Option<String> {
        let at = old.find(selected).unwrap();
        let (start, end) = (letters(&old[..at]).len(), letters(&old[..at + selected.len()]).len());
        let new = letters(new);
        moved(&letters(old), start, end, &new).map(|(start, end)| new[start..end].iter().collect())
    }

    #[test]
    fn the_same_words_are_selected_without_their_marks() {
        let old =
            "# The list\n\n1. **Mrs. Hale** comes first\n2. [Mr. Low](https://example.com/low) comes second";
        let new = "The list Mrs. Hale comes first Mr. Low comes second";
        assert_eq!(found(old, "**Mrs. Hale** comes", new).as_deref(), Some("MrsHalecomes"));
        assert_eq!(found(old, "Low](https://example.com/low) comes", new).as_deref(), Some("Lowcomes"));
        assert_eq!(found(old, "https", new), None);
    }

    #[test]
    fn of_several_the_nearest_is_meant() {
        let old: Vec<char> = letters("one two, one two, one two");
        assert_eq!(moved(&old, 6, 9, &old), Some((6, 9)));
        assert_eq!(moved(&old, 12, 15, &letters("one two, *one* two, **one** two")), Some((12, 15)));
        assert_eq!(moved(&old, 3, 3, &old), None);
    }
}
