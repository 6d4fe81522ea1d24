//! Who may do what: settled before the first byte, and asked again while a stream is open.

use std::future::Future;

use app::web::is_from_here;
use axum::http::{HeaderMap, Version};
use futures::future::BoxFuture;
use sessions::{Data, Producer, Tenant};

use super::Place;

/// What somebody wants to do with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Read it, follow it, look at its head.
    Read,
    /// Append to it, close it.
    Append,
    /// Create it, delete it.
    Write,
}

/// A request, before it is let in.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// How it speaks HTTP.
    pub version: Version,
    /// Its headers: cookies, tokens.
    pub headers: &'a HeaderMap,
    /// What follows the root, without escapes.
    pub path: &'a str,
    /// What it wants.
    pub wish: Wish,
}

/// Leave to do it.
#[derive(Clone, Debug)]
pub struct Grant<P> {
    /// Which stream is meant.
    pub place: Place,
    /// On whose limits it counts: those of whoever asks.
    pub tenant: Tenant,
    /// Who was let in, to be asked for again.
    pub pass: P,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is nothing for them to see.
    Hidden,
    /// They may see it and no more.
    ReadOnly,
    /// It does not come from this machine.
    Foreign,
    /// It could not be settled now.
    Away,
    /// It comes with a token that does not count.
    Token,
}

/// What somebody appends.
#[derive(Debug)]
pub struct Writing<'a> {
    /// The producer that it says it is.
    pub producer: Option<&'a Producer>,
    /// Whether there is more to it than events: it closes the stream, or marks an order.
    pub is_more: bool,
    /// What its body holds.
    pub events: Vec<Data>,
}

/// What is stored of it.
pub struct Written {
    pub events: Vec<Data>,
    /// What is to be done once it is stored, by this append or by the same before: whether it was done. Dropped where it is
    /// not stored.
    pub then: Option<BoxFuture<'static, bool>>,
}

/// Why nothing is.
#[derive(Debug)]
pub enum Unwritten {
    /// What is wrong with it, in words.
    Wrong(String),
    /// The database is away.
    Away,
}

/// Settles who may do what.
pub trait Authorizer: Send + Sync + 'static {
    /// Whether it asks the database, and so must not be dropped before it is through.
    const ASKS: bool = true;

    /// What it remembers of whoever was let in.
    type Pass: Clone + Send + Sync + 'static;

    /// Lets a request in, or not.
    fn admit(&self, ask: Ask<'_>) -> impl Future<Output = Result<Grant<Self::Pass>, Refused>> + Send;

    /// What is stored of what somebody appends. It is taken as it is, unless whoever lets them in says in whose name
    /// they write.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    fn written(
        &self,
        _: &Self::Pass,
        writing: Writing<'_>,
    ) -> impl Future<Output = Result<Written, Unwritten>> + Send {
        std::future::ready(Ok(Written { events: writing.events, then: None }))
    }

    /// Whether whoever was let in still may.
    fn still(&self, grant: &Grant<Self::Pass>) -> impl Future<Output = bool> + Send;
}

/// Lets anyone on this machine do anything with the streams of one tenant.
#[derive(Clone, Copy, Debug)]
pub struct Anyone(pub Tenant);

impl Authorizer for Anyone {
    const ASKS: bool = false;

    type Pass = ();

    async fn admit(&self, ask: Ask<'_>) -> Result<Grant<()>, Refused> {
        if !is_from_here(ask.version, ask.headers) {
            return Err(Refused::Foreign);
        }
        let place = Place::Named { tenant: self.0, name: ask.path.to_owned() };
        Ok(Grant { place, tenant: self.0, pass: () })
    }

    async fn still(&self, _: &Grant<()>) -> bool {
        true
    }
}
