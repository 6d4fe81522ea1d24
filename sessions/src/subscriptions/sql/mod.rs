//! The statements of subscriptions.

mod find;
mod links;
mod state;
mod subscription;

use uuid::Uuid;

use crate::Tenant;

pub(super) use find::{any, made_since, matched, names, pending};
pub(super) use links::{ack, link, link_matching, links, unlink};
pub(super) use state::{delivered, due, lease, rest, wake};
pub(super) use subscription::{
    SubscriptionRow, delete, find, hold, hold_by_id, insert, matching, of_tenants,
};

/// The tenant's client, as the indexes have it.
fn client(tenant: Tenant) -> Uuid {
    tenant.client.unwrap_or(Uuid::nil())
}
