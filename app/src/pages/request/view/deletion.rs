//! Deleting what one wrote oneself: a form that asks first, and the mark that stays.

use domain::session::{Author, Deletable, Entry};
use leptos::prelude::*;

use super::{
    entry::item,
    model::{EntryView, PageContext},
};

/// The way to delete an entry, for who wrote it. `back`: where the form leads without a script, if not to the line.
pub fn form(place: &PageContext, entry: &Entry, what: Deletable, back: Option<&str>) -> Option<AnyView> {
    if !is_own(place.me.as_ref(), &entry.author) {
        return None;
    }
    let thing = what.as_str();
    let stays = match what {
        Deletable::Comment => "Emails that were already sent still quote it.",
        Deletable::File => "Copies that were already downloaded stay where they are.",
    };
    let back = back.map(|back| view! { <input type="hidden" name="back" value=back.to_owned() /> });
    let action = place.under(&format!("entries/{}/deletion", entry.key));
    Some(
        view! {
            <details class="deletion">
                <summary aria-label=format!("Delete this {thing}")>"Delete"</summary>
                <form method="post" action=action data-send=place.live>
                    <input type="hidden" name="form_token" value=place.token.clone() />
                    {back}
                    <p>{format!("Delete this {thing} for everyone? You can’t undo this. {stays}")}</p>
                    <button class="button danger">{format!("Delete {thing}")}</button>
                </form>
            </details>
        }
        .into_any(),
    )
}

fn is_own(me: Option<&Author>, author: &Author) -> bool {
    me.is_some_and(|me| (me.kind, &me.id) == (author.kind, &author.id))
}

/// What stays of it.
pub fn mark(said: &EntryView, what: Deletable) -> AnyView {
    let (class, id) = item(said, "note");
    view! {
        <li class=class id=id>
            <b dir="auto">{said.entry.author.name.clone()}</b>
            {format!(" deleted a {}, {}", what.as_str(), said.then)}
        </li>
    }
    .into_any()
}
