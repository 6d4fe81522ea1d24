use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{AddressError, Admitted};

/// Looks a name up for a connection that is about to be made, and hands out nothing that is not admitted.
pub(super) struct Lookup(pub(super) Arc<Admitted>);

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found = admitted(&allowed, name.as_str()).await?;
            // Port 0 stands for the address's own.
            let found: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(found)
        })
    }
}

/// The addresses of a name. One inner address among them refuses the name: it is no public service's.
pub(super) async fn admitted(allowed: &Admitted, name: &str) -> Result<Vec<IpAddr>, AddressError> {
    let unknown = || AddressError::Unknown { host: name.to_owned() };
    let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| unknown())?;
    let mut ips: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    ips.dedup();
    match ips.iter().find(|ip| !allowed.admits(Some(name), **ip)) {
        Some(ip) => Err(AddressError::Inner { ip: *ip }),
        None if ips.is_empty() => Err(unknown()),
        None => Ok(ips),
    }
}
