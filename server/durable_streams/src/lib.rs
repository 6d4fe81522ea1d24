//! The [Durable Streams protocol](https://github.com/durable-streams/durable-streams) over a [`sessions::Engine`], as
//! routes for axum: streams over plain HTTP, to be created, appended to, read, followed, forked and deleted.
//!
//! ```no_run
//! # fn routes(pool: sqlx::PgPool) -> axum::Router {
//! use sessions::{Engine, Options, Tenant};
//! use sessions_http::{Anyone, DurableStreams};
//!
//! let engine = Engine::start(pool, Options::default());
//! let tenant = Tenant { workspace: uuid::Uuid::from_u128(1), client: None };
//! sessions_http::routes(DurableStreams::new(engine, Anyone(tenant)))
//! # }
//! ```
//!
//! - [`DurableStreams`] is what the operations share; its fields say what can be set.
//! - An [`Authorizer`] settles who may do what before the engine is asked, and again while a stream is followed. It also
//!   says which stream a path means, and may rewrite what is appended. [`Anyone`] asks nobody.
//! - [`Limits`] says how much one tenant may append, store and follow. [`Unlimited`] lets everything through.
//! - [`Subscriptions`] serves the protocol's subscriptions; [`deliver_webhooks`] sends their wakes.
//! - [`sse`] writes server-sent events, for other answers of the same program too.
//!
//! Streams lie under [`ROOT`]. Headers, statuses and events are those of the protocol, version 1.0 with closing, forks and
//! subscriptions; `docs/SESSIONS.md` has them as they are served. What an operation does is in the file of its name:
//! `append`, `create`, `read` (`catch_up`, `long_poll`, `live_sse`), `head`, `delete`.

mod append;
mod authorizer;
mod body;
mod catch_up;
mod content_type;
mod create;
mod cursor;
mod delete;
mod encode;
mod following;
mod head;
mod headers;
mod limits;
mod live_sse;
mod long_poll;
mod page_cache;
mod page_response;
mod paths;
mod query;
mod read;
mod response;
mod router;
mod service;
pub mod sse;
mod stream_timer;
mod subscriptions;
mod target;

pub use authorizer::{
    Access, AccessError, AccessRequest, Anyone, AppendError, AppendPlan, AppendRequest, Authorizer, Grant,
};
pub use headers::NEXT_OFFSET;
pub use limits::{Limits, LiveMode, Overload, Seat, Unlimited};
pub use page_cache::PageCache;
pub use paths::ROOT;
pub use router::{PATTERN, handle, routes};
pub use service::{Config, DurableStreams};
pub use subscriptions::{Signer, SigningKeyError, Subscriptions, deliver_webhooks};
pub use target::Target;
