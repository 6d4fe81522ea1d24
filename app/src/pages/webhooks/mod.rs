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
    ids::WebhookId,
    webhooks::{self, Webhook},
};

pub use again::create as again;
pub use edit::save;
pub use form::{create, new};
pub use list::show as list;
pub use remove::create as remove;
pub use secret::create as rotate;
pub use show::show;

use crate::web::Operator;

const LIST: &str = "/desk/webhooks";

/// The webhook of an address.
async fn find(operator: &Operator, webhook: WebhookId) -> domain::Result<Webhook> {
    webhooks::queries::get(operator.cx.db(), &operator.scope, webhook).await
}
