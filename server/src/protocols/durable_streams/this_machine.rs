//! Whoever is on this machine.

use app::web::is_from_here;
use sessions::Tenant;
use sessions_http::{AccessError, AccessRequest, Anyone, Authorizer, Grant};

/// Lets anyone on this machine do anything with the streams of one tenant. Pages of other sites, which a browser here may
/// have open, and what a proxy hands on are not of this machine.
#[derive(Clone, Copy, Debug)]
pub struct ThisMachine(pub Tenant);

impl Authorizer for ThisMachine {
    const RUN_TO_COMPLETION: bool = Anyone::RUN_TO_COMPLETION;

    type Principal = ();

    async fn authorize(&self, request: AccessRequest<'_>) -> Result<Grant<()>, AccessError> {
        match is_from_here(request.version, request.headers) {
            true => Anyone(self.0).authorize(request).await,
            false => Err(AccessError::Forbidden("Only this machine is served.")),
        }
    }

    async fn is_still_authorized(&self, _: &Grant<()>) -> bool {
        true
    }
}
