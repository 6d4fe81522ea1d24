//! Whose cards are shown: a chip each while clients are few, a search for them when they are many.

use domain::clients::{ClientName, queries};
use leptos::prelude::*;

use super::{HERE, view::BoardQuery};
use crate::{
    components::search::{address, search},
    web::{Operator, Problem},
};

/// As many fit beside the heading.
const CHIPS: u32 = 7;
/// As many answers of the search.
const FOUND: u32 = 12;

pub struct ClientFilter {
    chips: Vec<ClientName>,
    chosen: String,
    words: String,
    many: bool,
}

impl ClientFilter {
    pub async fn load(operator: &Operator, wanted: &BoardQuery) -> Result<Self, Problem> {
        let (db, scope) = (operator.cx.db(), &operator.scope);
        let mut chips = queries::search(db, scope, "", CHIPS + 1).await?;
        let many = chips.len() > CHIPS as usize;
        let words = wanted.q.trim().to_owned();
        if many {
            chips =
                if words.is_empty() { Vec::new() } else { queries::search(db, scope, &words, FOUND).await? };
        }
        if let Some(id) = wanted.one().filter(|id| chips.iter().all(|chip| chip.id != *id)) {
            let client = queries::get(db, scope, id).await?;
            chips.insert(0, ClientName { id, name: client.name });
        }
        Ok(Self { chips, chosen: wanted.one().map(|id| id.to_string()).unwrap_or_default(), words, many })
    }

    pub fn view(&self) -> AnyView {
        let everyone = self.chosen.is_empty().then_some("true");
        let chips: Vec<_> = self
            .chips
            .iter()
            .map(|client| {
                let id = client.id.to_string();
                let here = (id == self.chosen).then_some("true");
                view! { <a class="chip" href=address(HERE, &[("client", &id)]) aria-current=here dir="auto">{client.name.clone()}</a> }
            })
            .collect();
        let none = self.many && !self.words.is_empty() && self.chips.is_empty();
        view! {
            {self.many.then(|| search(HERE, "Find a client", &self.words, &[]))}
            {none.then(|| view! { <p class="soft" role="status">"No clients match."</p> })}
            <nav class="chips" aria-label="Filter by client">
                <a class="chip" href=HERE aria-current=everyone>"All clients"</a>
                {chips}
                <a class="chip" href="/desk/requests" aria-label="Find a request" title="Find a request">
                    <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="9" cy="9" r="5.5" /><path d="M13 13l4 4" /></svg>
                </a>
            </nav>
        }
        .into_any()
    }
}
