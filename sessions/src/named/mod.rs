//! Streams that are known by a name within their tenant: creating, finding and deleting them.

mod create;
mod fork;

use std::sync::Arc;

use bytes::Bytes;

use crate::{Engine, Error, Expiry, Head, NamedStream, Offset, StreamId, Tenant, check, sql};

/// The content type of streams whose events are JSON texts.
pub(crate) const JSON: &str = "application/json";

/// A stream to be created under a name.
#[derive(Clone, Debug)]
pub struct NewNamedStream {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name, unique within the tenant: 1 to 1,024 bytes without control characters.
    pub name: String,
    /// What it holds. None: what its source holds, or else `application/octet-stream`.
    pub content_type: Option<String>,
    /// When it ends by itself. Never: as its source does, where there is one.
    pub expiry: Expiry,
    /// Whether it takes no events but those in `body`.
    pub closed: bool,
    /// Which stream's events it goes on from.
    pub fork: Option<ForkPoint>,
    /// What it holds from the beginning: one JSON value, of which an array is flattened, or bytes; nothing if empty.
    pub body: Bytes,
}

/// Where a fork leaves its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkPoint {
    /// The source's name in the same tenant.
    pub source: String,
    /// The events before it are inherited. None: all that there are.
    pub offset: Option<Offset>,
    /// How much of what stands there is inherited besides: so many events of JSON, or so many bytes of one event.
    pub part: u64,
}

/// What came of a creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateOutcome {
    /// The stream as it is now.
    pub head: Head,
    /// Whether it was not there before.
    pub fresh: bool,
}

/// The content type without its parameters, in small letters: what two of them are compared by.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a stream of this content type holds JSON texts.
pub(crate) fn is_json(content_type: &str) -> bool {
    essence(content_type) == JSON
}

impl Engine {
    /// Creates a named stream. Creating it again with the same configuration does nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the name is taken by a stream of another configuration or one that forks still read
    /// from, or where the source does not hold what is asked for; [`Error::NotFound`] where there is no source;
    /// [`Error::Invalid`], [`Error::TooLarge`], [`Error::Database`].
    pub async fn create(&self, new: NewNamedStream) -> Result<CreateOutcome, Error> {
        check::name(&new.name)?;
        let core = self.core();
        let now = core.options.clock.now();
        let created = core.change(async |conn| create::create(conn, &new, &core.options, now).await).await?;
        core.names.insert(new.tenant, &new.name, named(&created.head));
        if created.fresh {
            core.moved([created.head.id].into_iter());
        }
        Ok(created)
    }

    /// The tenant's stream of that name, from memory where it was used lately. It may have been deleted meanwhile: then
    /// whatever is done with it is refused as [`Error::NotFound`], and [`forget`](Self::forget) and another look tell
    /// whether the name has been given to a new one.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Deleted`], [`Error::Database`].
    pub async fn find(&self, tenant: Tenant, name: &str) -> Result<NamedStream, Error> {
        if let Some(named) = self.core().names.get(tenant, name) {
            return Ok(named);
        }
        self.head_of(tenant, name).await.map(|head| named(&head))
    }

    /// The tenant's stream of that name, as the database has it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Deleted`], [`Error::Database`].
    pub async fn head_of(&self, tenant: Tenant, name: &str) -> Result<Head, Error> {
        let core = self.core();
        let now = core.options.clock.now();
        let row = core.ask(async |conn| Ok(sql::find(conn, tenant, name, now).await?)).await?;
        let row = row.ok_or(Error::NotFound)?;
        if let Some(gone) = row.gone() {
            core.names.forget(tenant, name);
            return Err(gone);
        }
        let head = row.into_head();
        core.names.insert(tenant, name, named(&head));
        Ok(head)
    }

    /// Has the next [`find`](Self::find) of that name ask the database.
    pub fn forget(&self, tenant: Tenant, name: &str) {
        self.core().names.forget(tenant, name);
    }

    /// Deletes a stream; its events are dropped in the background. One that forks read from keeps its name and events
    /// until the last of them is deleted, and is refused as [`Error::Deleted`] meanwhile.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Deleted`], [`Error::Database`].
    pub async fn delete(&self, stream: StreamId) -> Result<(), Error> {
        let core = self.core();
        let now = core.options.clock.now();
        core.change(async |conn| sql::delete(conn, stream, now).await).await?;
        self.wake(&[stream]);
        core.sweep.notify_one();
        Ok(())
    }

    /// Notes that the stream is in use, so that it does not lapse.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn touch(&self, stream: StreamId, expiry: Expiry) -> Result<(), Error> {
        let core = self.core();
        let now = core.options.clock.now();
        core.ask(async |conn| Ok(sql::touch(conn, stream, expiry, now).await?)).await
    }
}

fn named(head: &Head) -> NamedStream {
    let content_type: Arc<str> = head.content_type.as_str().into();
    NamedStream { id: head.id, json: is_json(&content_type), content_type }
}
