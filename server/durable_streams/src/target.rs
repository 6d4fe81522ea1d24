//! Which stream is meant, and working on it.

use sessions::{Engine, Error, Head, NamedStream, StreamId, Tenant};

/// Which stream a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one of this name.
    Named {
        /// Whose it is.
        tenant: Tenant,
        /// Its name.
        name: String,
    },
    /// This one.
    Stream(StreamId),
}

impl Target {
    /// The stream as the database has it.
    pub(super) async fn head(&self, engine: &Engine) -> Result<Head, Error> {
        match self {
            Self::Named { tenant, name } => engine.head_of(*tenant, name).await,
            Self::Stream(stream) => engine.head(*stream).await,
        }
    }

    /// The stream, from memory where it was used lately. Then it may have been deleted meanwhile: whoever is told so
    /// asks [`find_again`](Self::find_again).
    pub(super) async fn find(&self, engine: &Engine) -> Result<NamedStream, Error> {
        let Self::Named { tenant, name } = self else {
            let head = self.head(engine).await?;
            let json = head.content_type == "application/json";
            return Ok(NamedStream { id: head.id, json, content_type: head.content_type.into() });
        };
        engine.find(*tenant, name).await
    }

    /// The stream that has the name now, where that is another one.
    pub(super) async fn find_again(
        &self,
        engine: &Engine,
        known: &NamedStream,
    ) -> Result<NamedStream, Error> {
        let Self::Named { tenant, name } = self else {
            return Err(Error::NotFound);
        };
        engine.forget(*tenant, name);
        let now = engine.find(*tenant, name).await?;
        if now.id == known.id { Err(Error::NotFound) } else { Ok(now) }
    }
}
