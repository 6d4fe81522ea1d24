//! Clients: the list of all, adding one by hand, and one client's page.

mod account;
mod archive;
mod ask;
mod details;
mod erasure;
mod list;
mod new;
mod parts;
mod show;
mod tax_check;

pub use archive::create as archive;
pub use ask::{create as ask, new as asking};
pub use details::{edit, save};
pub use erasure::{cancel as keep, create as erase, new as erasing};
pub use list::show as list;
pub use new::{create, new};
pub use show::show;
pub use tax_check::check_tax;

use domain::{
    clients::{Client, queries},
    ids::ClientId,
};

use crate::web::Operator;

const LIST: &str = "/desk/clients";

/// The client that an address names.
async fn find(operator: &Operator, id: ClientId) -> domain::Result<Client> {
    queries::get(operator.cx.db(), &operator.scope, id).await
}
