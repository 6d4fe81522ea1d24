//! People and agents as discs.

pub use domain::readable::initials;
use domain::session::AuthorKind;
use leptos::prelude::*;

/// A disc with initials, for where the name stands beside it.
pub fn disc(name: &str, kind: AuthorKind) -> impl IntoView + use<> {
    let class = if kind == AuthorKind::Agent { "avatar agent" } else { "avatar person" };
    view! { <span class=class aria-hidden="true">{initials(name)}</span> }
}
