//! Putting words together: whoever comes late gets a text in a few pieces, not word by word.

use std::borrow::Cow;

use super::{Event, Part};

/// One event, or several that say the same as this one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedEvent<'a> {
    /// As the log keeps it; of several, the first one with the words of all.
    pub text: Cow<'a, str>,
    /// How many events of the log it stands for.
    pub count: usize,
}

/// Puts words of one text together that follow each other without anything between. What is read of it is the same;
/// nothing else is touched.
pub fn join<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<JoinedEvent<'a>> {
    let mut joined: Vec<JoinedEvent<'a>> = Vec::new();
    let mut open: Option<Event> = None;
    for text in texts {
        let next = words(text);
        if let (Some(first), Some(next), Some(last)) = (&mut open, &next, joined.last_mut())
            && goes_on(first, next)
        {
            last.count += 1;
            continue;
        }
        settle(&mut joined, open.take());
        open = next;
        joined.push(JoinedEvent { text: Cow::Borrowed(text), count: 1 });
    }
    settle(&mut joined, open);
    joined
}

/// The event, where it holds words of a text.
fn words(text: &str) -> Option<Event> {
    // Most others are known without being read.
    let likely = text.contains(r#""text-delta""#);
    likely.then(|| Event::from_json(text).ok()).flatten().filter(|event| delta(event).is_some())
}

fn delta(event: &Event) -> Option<(&str, &str)> {
    match &event.part {
        Part::TextDelta { id, delta } => Some((id, delta)),
        _ => None,
    }
}

/// Takes the words of the next event in, where it is of the same text and by the same author.
fn goes_on(first: &mut Event, next: &Event) -> bool {
    let same = (first.run, first.attempt, &first.author) == (next.run, next.attempt, &next.author);
    match (&mut first.part, &next.part) {
        (Part::TextDelta { id, delta }, Part::TextDelta { id: of, delta: more }) if same && id == of => {
            delta.push_str(more);
            true
        }
        _ => false,
    }
}

/// Writes down what was put together.
fn settle(joined: &mut [JoinedEvent<'_>], open: Option<Event>) {
    if let (Some(last), Some(event)) = (joined.last_mut().filter(|last| last.count > 1), open) {
        last.text = Cow::Owned(event.to_json());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Author;

    fn event(n: i64, part: Part) -> String {
        Event { id: format!("e{n}"), run: None, attempt: None, author: Author::system(), at: n, part }
            .to_json()
    }

    fn word(n: i64, id: &str, delta: &str) -> String {
        event(n, Part::TextDelta { id: id.to_owned(), delta: delta.to_owned() })
    }

    #[test]
    fn words_of_one_text_are_put_together_and_all_else_stays_as_it_is() {
        let odd = r#"{ "type" : "text-delta","id":"a" }"#.to_owned();
        let comment = event(4, Part::DataComment { text: r#""text-delta""#.to_owned() });
        let texts = [
            word(1, "a", "Dear "),
            word(2, "a", "Ms. "),
            word(3, "a", "Osei"),
            comment.clone(),
            word(5, "a", ", "),
            word(6, "b", "x"),
            odd.clone(),
        ];
        let joined = join(texts.iter().map(String::as_str));
        let told: Vec<(&str, usize)> = joined.iter().map(|one| (&*one.text, one.count)).collect();
        let whole = word(1, "a", "Dear Ms. Osei");
        assert_eq!(told, [(&*whole, 3), (&*comment, 1), (&*texts[4], 1), (&*texts[5], 1), (&*odd, 1)]);
        assert!(join([]).is_empty());
    }
}
