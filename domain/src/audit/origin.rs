//! Where whoever acts comes from, for every entry that is written while their request is answered.

use std::net::IpAddr;

tokio::task_local! {
    static ADDRESS: Option<IpAddr>;
}

/// Does the work of a request in the name of an address. A command is then told nothing of where its caller sits, and no
/// entry can be written without it.
pub async fn with_address<T>(address: Option<IpAddr>, work: impl Future<Output = T>) -> T {
    ADDRESS.scope(address, work).await
}

/// The address; none for the server's own work.
pub(super) fn address() -> Option<IpAddr> {
    ADDRESS.try_with(|address| *address).ok().flatten()
}
