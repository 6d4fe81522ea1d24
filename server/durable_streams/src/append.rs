//! `POST`: appends, closes, or both at once.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use sessions::{Append, AppendOutcome, Data, Engine, Error, NamedStream, Producer};

use crate::{
    AppendError, AppendPlan, AppendRequest, Authorizer, DurableStreams, Grant, body, content_type,
    headers::{CLOSED, NEXT_OFFSET, PRODUCER_EPOCH, PRODUCER_SEQ, SEQ, TRUE, closes, producer, text, value},
    response,
};

pub(super) async fn append<A: Authorizer>(
    streams: &DurableStreams<A>,
    grant: &Grant<A::Principal>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Response> {
    let input = AppendInput {
        close: closes(headers),
        producer: producer(headers).map_err(response::bad_request)?,
        mark: text(headers, &SEQ).map_err(response::bad_request)?,
        body: body::read(body, streams.config.body_bytes).await?,
        content_type: headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    };
    input.check().map_err(response::bad_request)?;
    // A close alone stores nothing.
    if !input.body.is_empty() {
        streams.limits.check_storage(grant.tenant)?;
    }
    let appended = input.perform(streams, grant).await.map_err(AppendFailure::into_response)?;
    Ok(input.answer(&appended))
}

/// Why nothing was appended.
enum AppendFailure {
    Engine(Error),
    /// As the limits say it.
    Limit(Response),
    /// It is not what they may write.
    Plan(AppendError),
}

impl From<Error> for AppendFailure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl AppendFailure {
    fn into_response(self) -> Response {
        match self {
            Self::Engine(error) => response::engine_error(error),
            Self::Limit(response) => response,
            Self::Plan(AppendError::Invalid(reason)) => response::bad_request(reason),
            Self::Plan(AppendError::Unavailable) => response::unavailable(),
        }
    }
}

/// What is to be appended.
struct AppendInput<'a> {
    close: bool,
    producer: Option<Producer>,
    mark: Option<&'a str>,
    body: Bytes,
    /// Empty where none is stated.
    content_type: &'a str,
}

impl AppendInput<'_> {
    fn check(&self) -> Result<(), &'static str> {
        match self.body.is_empty() {
            true if !self.close => Err("There is nothing to append."),
            false if self.content_type.is_empty() => Err("A body needs its Content-Type."),
            _ => Ok(()),
        }
    }

    async fn perform<A: Authorizer>(
        &self,
        streams: &DurableStreams<A>,
        grant: &Grant<A::Principal>,
    ) -> Result<AppendOutcome, AppendFailure> {
        let mut named = grant.target.find(&streams.engine).await?;
        loop {
            match self.append_to(streams, grant, &named).await {
                Err(AppendFailure::Engine(Error::NotFound)) => {
                    named = grant.target.find_again(&streams.engine, &named).await?;
                }
                done => return done,
            }
        }
    }

    async fn append_to<A: Authorizer>(
        &self,
        streams: &DurableStreams<A>,
        grant: &Grant<A::Principal>,
        named: &NamedStream,
    ) -> Result<AppendOutcome, AppendFailure> {
        let engine = &streams.engine;
        let request = AppendRequest {
            producer: self.producer.as_ref(),
            closes_or_orders: self.close || self.mark.is_some(),
            events: self.events(engine, named).await?,
        };
        let plan = streams.authorizer.plan_append(&grant.principal, request).await;
        let AppendPlan { events, after_commit } = plan.map_err(AppendFailure::Plan)?;
        streams.limits.check_append(grant.tenant, &|| events.len()).map_err(AppendFailure::Limit)?;
        let append = Append::of(events)
            .from_producer(self.producer.clone())
            .in_order(self.mark.map(str::to_owned))
            .closing(self.close);
        let appended = engine.append(named.id, append).await?;
        let done = match after_commit {
            Some(work) => work.await,
            None => true,
        };
        if done { Ok(appended) } else { Err(AppendFailure::Plan(AppendError::Unavailable)) }
    }

    /// What the body holds, where it is of the stream's type.
    async fn events(&self, engine: &Engine, named: &NamedStream) -> Result<Vec<Data>, Error> {
        if self.body.is_empty() {
            return Ok(Vec::new());
        }
        if !content_type::is_same(self.content_type, &named.content_type) {
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

    fn answer(&self, appended: &AppendOutcome) -> Response {
        let is_new = self.producer.is_some() && !appended.duplicate && !self.body.is_empty();
        let status = if is_new { StatusCode::OK } else { StatusCode::NO_CONTENT };
        let mut response = response::with(status.into_response(), [(NEXT_OFFSET, value(appended.next))]);
        if appended.closed {
            response.headers_mut().insert(CLOSED, TRUE);
        }
        if let Some(producer) = &self.producer {
            let sequence = appended.sequence.unwrap_or(producer.sequence);
            let headers = [(PRODUCER_EPOCH, value(producer.epoch)), (PRODUCER_SEQ, value(sequence))];
            response.headers_mut().extend(headers);
        }
        response
    }
}
