//! `POST`: appends, closes, or both at once.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use sessions::{Append, Appended, Data, Engine, Error, Named, Producer, Tenant};

use super::{
    Authorizer, Dialect, Grant, Unwritten, Writing, Written, answer,
    create::read,
    headers::{CLOSED, NEXT_OFFSET, PRODUCER_EPOCH, PRODUCER_SEQ, SEQ, TRUE, closes, producer, text, value},
};
use crate::limits::{Limits, Refusal};

pub(super) async fn append<A: Authorizer>(
    dialect: &Dialect<A>,
    grant: &Grant<A::Pass>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Response> {
    let asked = Asked {
        close: closes(headers),
        producer: producer(headers).map_err(answer::bad)?,
        mark: text(headers, &SEQ).map_err(answer::bad)?,
        body: read(body, dialect.pace.body).await?,
        content_type: headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    };
    asked.check().map_err(answer::bad)?;
    let limits = Limited { limits: &dialect.limits, tenant: grant.tenant };
    limits.may_store(&asked).map_err(IntoResponse::into_response)?;
    let appended = asked.perform(dialect, grant, limits).await.map_err(No::into_response)?;
    Ok(asked.answer(&appended))
}

/// The limits that count for an append.
#[derive(Clone, Copy)]
struct Limited<'a> {
    limits: &'a Limits,
    tenant: Tenant,
}

impl Limited<'_> {
    /// A close alone stores nothing.
    fn may_store(self, asked: &Asked<'_>) -> Result<(), Refusal> {
        if asked.body.is_empty() { Ok(()) } else { self.limits.may_store(self.tenant) }
    }
}

/// Why nothing was appended.
enum No {
    Engine(Error),
    Limit(Refusal),
    /// It is not what they may write.
    Unwritten(Unwritten),
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl No {
    fn into_response(self) -> Response {
        match self {
            Self::Engine(error) => answer::refused(error),
            Self::Limit(refusal) => refusal.into_response(),
            Self::Unwritten(Unwritten::Wrong(words)) => answer::bad(words),
            Self::Unwritten(Unwritten::Away) => answer::away(),
        }
    }
}

/// What is to be appended.
struct Asked<'a> {
    close: bool,
    producer: Option<Producer>,
    mark: Option<&'a str>,
    body: Bytes,
    /// Empty where none is stated.
    content_type: &'a str,
}

impl Asked<'_> {
    fn check(&self) -> Result<(), &'static str> {
        match self.body.is_empty() {
            true if !self.close => Err("There is nothing to append."),
            false if self.content_type.is_empty() => Err("A body needs its Content-Type."),
            _ => Ok(()),
        }
    }

    async fn perform<A: Authorizer>(
        &self,
        dialect: &Dialect<A>,
        grant: &Grant<A::Pass>,
        limits: Limited<'_>,
    ) -> Result<Appended, No> {
        let mut named = grant.place.find(&dialect.engine).await?;
        loop {
            match self.once(dialect, grant, &named, limits).await {
                Err(No::Engine(Error::NotFound)) => {
                    named = grant.place.find_again(&dialect.engine, &named).await?;
                }
                done => return done,
            }
        }
    }

    async fn once<A: Authorizer>(
        &self,
        dialect: &Dialect<A>,
        grant: &Grant<A::Pass>,
        named: &Named,
        limits: Limited<'_>,
    ) -> Result<Appended, No> {
        let engine = &dialect.engine;
        let writing = Writing {
            producer: self.producer.as_ref(),
            is_more: self.close || self.mark.is_some(),
            events: self.events(engine, named).await?,
        };
        let written = dialect.authorizer.written(&grant.pass, writing).await;
        let Written { events, then } = written.map_err(No::Unwritten)?;
        limits.limits.may_append(limits.tenant, || events.len()).map_err(No::Limit)?;
        let append = Append::of(events)
            .from_producer(self.producer.clone())
            .in_order(self.mark.map(str::to_owned))
            .closing(self.close);
        let appended = engine.append(named.id, append).await?;
        let done = match then {
            Some(then) => then.await,
            None => true,
        };
        if done { Ok(appended) } else { Err(No::Unwritten(Unwritten::Away)) }
    }

    /// What the body holds, where it is of the stream's type.
    async fn events(&self, engine: &Engine, named: &Named) -> Result<Vec<Data>, Error> {
        if self.body.is_empty() {
            return Ok(Vec::new());
        }
        if !same(self.content_type, &named.content_type) {
            // That it is closed is to be said first.
            let head = engine.head(named.id).await?;
            return Err(if head.closed { Error::Closed { next: head.next } } else { Error::Conflict });
        }
        if !named.json {
            return Ok(vec![Data::bytes(self.body.clone())]);
        }
        let events = Data::json_messages(&self.body)?;
        if events.is_empty() { Err(Error::Empty) } else { Ok(events) }
    }

    fn answer(&self, appended: &Appended) -> Response {
        let news = self.producer.is_some() && !appended.duplicate && !self.body.is_empty();
        let status = if news { StatusCode::OK } else { StatusCode::NO_CONTENT };
        let mut response = answer::with(status.into_response(), [(NEXT_OFFSET, value(appended.next))]);
        if appended.closed {
            response.headers_mut().insert(CLOSED, TRUE);
        }
        if let Some(producer) = &self.producer {
            let sequence = appended.sequence.unwrap_or(producer.sequence);
            let said = [(PRODUCER_EPOCH, value(producer.epoch)), (PRODUCER_SEQ, value(sequence))];
            response.headers_mut().extend(said);
        }
        response
    }
}

/// Whether two content types are the same but for letters' case and parameters.
pub(super) fn same(one: &str, other: &str) -> bool {
    fn essence(text: &str) -> &str {
        text.split(';').next().unwrap_or_default().trim()
    }
    one == other || essence(one).eq_ignore_ascii_case(essence(other))
}
