//! The fields that say who bills and who is billed: the same in the settings, the sign-up, a client's details and its own
//! billing page.

use domain::{
    billing::{Recipient, Sender, commands::BillingDetails, countries::COUNTRIES},
    tax::BuyerKind,
};
use leptos::prelude::*;

use crate::{
    components::field::Field,
    web::{Fields, Form},
};

/// Every country, as a form lists them.
pub fn countries() -> Vec<(String, String)> {
    let mut all = vec![(String::new(), "Choose one".to_owned())];
    all.extend(COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())));
    all
}

/// Who sends invoices.
pub fn sender(form: &Form, with_name: bool) -> AnyView {
    view! {
        {with_name.then(|| Field::text(form, "bill_name", "Legal name").hint("If it isn’t the name clients know.").max(120).show())}
        {Field::area(form, "bill_address", "Street and city", 3).autocomplete("street-address").max(600).show()}
        <div class="form-row">
            {Field::select(form, "bill_country", "Country", countries()).show()}
            {Field::text(form, "bill_tax_number", "Tax number").hint("Where your country asks for one.").max(120).show()}
        </div>
        {Field::area(form, "bill_bank", "Bank account", 3).hint("Where clients pay to.").max(600).show()}
        {Field::area(form, "bill_tax_note", "Note on tax", 2)
            .hint("Printed on every invoice, such as why no VAT is charged. EU, UK, Norwegian and Swiss businesses need one.")
            .max(600)
            .show()}
    }
    .into_any()
}

/// Where invoices go. `required`: without it nothing can be billed.
pub fn recipient(form: &Form, required: bool) -> AnyView {
    let asked = |field: Field| if required { field.required().show() } else { field.show() };
    view! {
        {asked(Field::area(form, "bill_address", "Street and city", 3).autocomplete("street-address").max(600))}
        <div class="form-row">
            {Field::text(form, "bill_region", "State or province").hint("If it has a sales tax of its own.").autocomplete("address-level1").max(120).show()}
            {asked(Field::select(form, "bill_country", "Country", countries()).autocomplete("country"))}
        </div>
        <div class="form-row">
            {Field::select(form, "bill_kind", "Buying as", vec![
                ("business".to_owned(), "A business".to_owned()),
                ("private".to_owned(), "A private person".to_owned()),
            ]).required().show()}
            {Field::text(form, "bill_tax_number", "Tax number").hint("VAT number, ABN, EIN or whatever your country calls it.").max(120).show()}
        </div>
    }
    .into_any()
}

/// The same with another name and an address for the mails, as one changes them later.
pub fn billed(form: &Form, required: bool) -> AnyView {
    view! {
        {Field::text(form, "bill_name", "Name on invoices").hint("If it isn’t the business’s name.").max(120).show()}
        {recipient(form, required)}
        {Field::email(form, "bill_email", "Email for invoices")
            .hint("Leave it empty to send them to the owners and whoever sees to billing.")
            .autocomplete("off")
            .max(254)
            .show()}
    }
    .into_any()
}

/// The sender as it was typed.
pub fn typed_sender(fields: &Fields) -> Sender {
    let text = |name: &str| fields.text(name).to_owned();
    Sender {
        name: text("bill_name"),
        address: text("bill_address"),
        country: text("bill_country"),
        tax_number: text("bill_tax_number"),
        bank: text("bill_bank"),
        tax_note: text("bill_tax_note"),
    }
}

/// The fields that show a sender.
pub fn sender_fields(fields: Fields, sender: &Sender) -> Fields {
    fields
        .with("bill_name", &sender.name)
        .with("bill_address", &sender.address)
        .with("bill_country", &sender.country)
        .with("bill_tax_number", &sender.tax_number)
        .with("bill_bank", &sender.bank)
        .with("bill_tax_note", &sender.tax_note)
}

/// Where invoices go, as it was typed.
pub fn typed_billed(fields: &Fields) -> BillingDetails {
    let text = |name: &str| fields.text(name).to_owned();
    BillingDetails {
        recipient: Recipient {
            name: text("bill_name"),
            address: text("bill_address"),
            region: text("bill_region"),
            country: text("bill_country"),
            kind: BuyerKind::parse(fields.text("bill_kind")),
            tax_number: text("bill_tax_number"),
        },
        email: text("bill_email"),
    }
}

/// The fields that show where invoices go.
pub fn billed_fields(fields: Fields, billed: &BillingDetails) -> Fields {
    fields
        .with("bill_name", &billed.recipient.name)
        .with("bill_address", &billed.recipient.address)
        .with("bill_region", &billed.recipient.region)
        .with("bill_country", &billed.recipient.country)
        .with("bill_kind", billed.recipient.kind.as_str())
        .with("bill_tax_number", &billed.recipient.tax_number)
        .with("bill_email", &billed.email)
}
