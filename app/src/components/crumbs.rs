//! The way to a page, from the list that it belongs to.

use leptos::prelude::*;

/// The addresses and names of what lies above, and the name of where one is.
pub fn crumbs<P: AsRef<str>, N: AsRef<str>>(above: &[(P, N)], here: &str) -> impl IntoView + use<P, N> {
    let above: Vec<_> = above
        .iter()
        .map(|(path, name)| view! { <a href=path.as_ref().to_owned() dir="auto">{name.as_ref().to_owned()}</a> })
        .collect();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">{above}<span aria-current="page" dir="auto">{here.to_owned()}</span></nav>
    }
}
