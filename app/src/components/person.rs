//! People and agents as discs.

use domain::session::AuthorKind;
use leptos::prelude::*;

/// The first letters of the first and last name.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let letter = |word: &&str| word.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    match words.as_slice() {
        [] => String::new(),
        [one] => letter(one),
        [first, .., last] => letter(first) + &letter(last),
    }
}

/// A disc with initials, for where the name stands beside it.
pub fn disc(name: &str, kind: AuthorKind) -> impl IntoView + use<> {
    let class = if kind == AuthorKind::Agent { "avatar agent" } else { "avatar person" };
    view! { <span class=class aria-hidden="true">{initials(name)}</span> }
}
