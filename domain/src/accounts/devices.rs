//! Browsers in which somebody has signed in before, told by a cookie that only this install can make. It opens nothing: it
//! only has its person's tries counted, and their password checked, apart from everybody else's, so that a flood at an
//! account does not keep its owner out. See `docs/decisions/who-is-let-in-when-many-try.md`.

use crate::{ids::PersonId, secret};

/// The cookie's name.
pub const COOKIE: &str = "device";
/// For how long a browser is known without being signed in to, in seconds: the longest that browsers keep a cookie.
pub const LIFE: u32 = 400 * 86_400;
/// How many people one browser is known for.
const PEOPLE: usize = 6;
/// How much of a keyed hash marks a person: 132 bits.
const MARK: usize = 22;

/// What a browser's cookie says, and the key of the install by which it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Device<'a> {
    pub cookie: &'a str,
    pub key: &'a str,
}

impl<'a> Device<'a> {
    /// The name of the browser, where that person has signed in from it.
    pub fn known_to(&self, person: PersonId) -> Option<&'a str> {
        let (name, marks) = self.read()?;
        let mark = mark(self.key, name, person);
        marks.split('.').any(|held| secret::same(held, &mark)).then_some(name)
    }

    /// The cookie once that person has signed in from the browser.
    pub fn with(&self, person: PersonId) -> String {
        let fresh = secret::random_token();
        let (name, marks) = self.read().unwrap_or((&fresh, ""));
        let mark = mark(self.key, name, person);
        let others = marks.split('.').filter(|held| !held.is_empty() && *held != mark);
        let marks: Vec<&str> = std::iter::once(mark.as_str()).chain(others).take(PEOPLE).collect();
        format!("{name}.{}", marks.join("."))
    }

    /// The browser's name and whom it is known to; none for what we cannot have written.
    fn read(&self) -> Option<(&'a str, &'a str)> {
        let (name, marks) = self.cookie.split_once('.')?;
        let fits = name.len() == 43 && marks.len() < PEOPLE * (MARK + 1);
        let plain = self.cookie.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        (fits && plain).then_some((name, marks))
    }
}

/// The key is derived: form tokens are made under the same one, of texts that a browser chooses.
fn mark(key: &str, name: &str, person: PersonId) -> String {
    let own = secret::keyed_hash(key, b"device");
    let mut mark = secret::keyed_hash(&own, format!("{name} {person}").as_bytes());
    mark.truncate(MARK);
    mark
}

/// Where a request comes from, as limits count it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// The address, or the network that one party holds.
    pub network: &'a str,
    pub device: Device<'a>,
}

impl<'a> From<&'a str> for Source<'a> {
    /// From a browser of which nothing is known.
    fn from(network: &'a str) -> Self {
        Self { network, device: Device::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_to_those_who_signed_in_from_it_and_to_nobody_else() {
        let (rosa, theo) = (PersonId::new(), PersonId::new());
        let of = |cookie: &str, key: &str, person| Device { cookie, key }.known_to(person).map(str::to_owned);
        let first = Device { cookie: "", key: "a key" }.with(rosa);
        let both = Device { cookie: &first, key: "a key" }.with(theo);
        assert!(of(&first, "a key", rosa).is_some());
        assert_eq!(of(&both, "a key", rosa), of(&both, "a key", theo), "one browser, one name");
        assert_eq!(of(&first, "a key", theo), None);
        assert_eq!(of(&first, "another install's", rosa), None);
        assert_eq!(
            Device { cookie: &both, key: "a key" }.with(theo),
            both,
            "signing in again changes nothing"
        );
        let (name, mark) = first.split_once('.').unwrap();
        for made_up in
            ["", ".", name, &format!("{name}."), &format!("{}.{mark}", secret::random_token()), "a.b"]
        {
            assert_eq!(of(made_up, "a key", rosa), None, "{made_up}");
        }
    }

    #[test]
    fn a_browser_forgets_whoever_came_longest_ago() {
        let people: Vec<PersonId> = (0..=PEOPLE).map(|_| PersonId::new()).collect();
        let cookie = people
            .iter()
            .fold(String::new(), |cookie, person| Device { cookie: &cookie, key: "k" }.with(*person));
        let known = |person: PersonId| Device { cookie: &cookie, key: "k" }.known_to(person).is_some();
        assert!(!known(people[0]) && people[1..].iter().all(|person| known(*person)));
    }
}
