//! Choosing how dates, times and numbers are written.

use domain::format::Locale;

use crate::{components::field::Field, web::Form};
use leptos::prelude::AnyView;

/// The field `locale`: what is usual in the time zone, then each locale by an example.
pub fn field(form: &Form) -> AnyView {
    let chosen = Locale::ALL.map(|locale| (locale.code().to_owned(), locale.name().to_owned()));
    let options = [(String::new(), "Whatever is usual in the time zone".to_owned())];
    Field::select(form, "locale", "Date and time format", options.into_iter().chain(chosen).collect())
        .hint("Used on every page, email, and invoice")
        .show()
}
