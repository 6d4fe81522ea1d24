use domain::{ids::OfferId, offers::Offer};
use leptos::prelude::*;

use crate::{components::intake_form::intake_field, web::Form};

/// The name of a question's field: two offers may ask under the same key.
pub(super) fn name(offer: OfferId, key: &str) -> String {
    // The end of a time-ordered id is its random part.
    let id = offer.0.simple().to_string();
    format!("q-{}-{key}", &id[id.len() - 8..])
}

/// An offer's questions. `alone`: no other offer's stand beside them, so the browser may hold a missing answer back.
pub(super) fn questions(form: &Form, offer: &Offer, alone: bool) -> Vec<AnyView> {
    offer.intake.iter().map(|field| intake_field(field, &name(offer.id, &field.key), form, alone)).collect()
}
