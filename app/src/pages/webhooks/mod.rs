//! Webhooks: where what happens is sent, what was answered, and sending it again.

mod again;
mod edit;
mod form;
mod list;
mod remove;
mod rows;
mod secret;
mod show;

use domain::{
    Error,
    webhooks::{self, Webhook},
};

pub use again::create as again;
pub use edit::save;
pub use form::{create, new};
pub use list::show as list;
pub use remove::create as remove;
pub use secret::create as rotate;
pub use show::show;

use crate::web::{Operator, Problem};

const LIST: &str = "/desk/webhooks";

/// The webhook of an address.
async fn find(operator: &Operator, webhook: &str) -> Result<Webhook, Problem> {
    let Operator { cx, scope, .. } = operator;
    let found = match webhook.parse() {
        Ok(id) => webhooks::queries::get(cx.db(), scope, id).await,
        Err(_) => Err(Error::NotFound),
    };
    found.map_err(Problem::from)
}
