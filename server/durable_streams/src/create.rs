//! `PUT`: creates a stream, or a fork of one, or confirms that it is there.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use sessions::{CreateOutcome, Data, ForkPoint, NewNamedStream};

use crate::{
    Authorizer, DurableStreams, Grant, Target, body, content_type,
    headers::{
        CLOSED, FORK_OFFSET, FORK_SUB_OFFSET, FORKED_FROM, NEXT_OFFSET, TRUE, closes, expiry, offset,
        plain_number, text, value,
    },
    paths, response,
};

pub(super) async fn create<A: Authorizer>(
    streams: &DurableStreams<A>,
    grant: &Grant<A::Principal>,
    parts: &Parts,
    body: Body,
) -> Result<Response, Response> {
    let Target::Named { tenant, name } = &grant.target else {
        return Err(response::plain(StatusCode::METHOD_NOT_ALLOWED, "Streams are not created here."));
    };
    let headers = &parts.headers;
    streams.limits.check_storage(*tenant)?;
    let new = NewNamedStream {
        tenant: *tenant,
        name: name.clone(),
        content_type: stated_type(headers),
        expiry: expiry(headers).map_err(response::bad_request)?,
        closed: closes(headers),
        fork: fork(headers).map_err(response::bad_request)?,
        body: body::read(body, streams.config.body_bytes).await?,
    };
    streams.limits.check_append(*tenant, &|| count_events(&new))?;
    let created = streams.engine.create(new).await.map_err(response::engine_error)?;
    Ok(answer(&created, location(headers, name)))
}

/// How many events it begins with, at least one: a stream is no less than an event.
fn count_events(new: &NewNamedStream) -> usize {
    let json =
        new.content_type.as_deref().is_some_and(|text| content_type::is_same(text, "application/json"));
    let messages = json.then(|| Data::json_messages(&new.body));
    // A body that is none is refused by the engine.
    messages.and_then(Result::ok).map_or(1, |messages| messages.len().max(1))
}

/// None where it is missing or none that could be.
fn stated_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.trim();
    let (kind, rest) = text.split_once('/')?;
    let begins = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (begins(kind) && begins(rest) && text.len() <= 255).then(|| text.to_owned())
}

fn fork(headers: &HeaderMap) -> Result<Option<ForkPoint>, &'static str> {
    let anchor = text(headers, &FORK_OFFSET)?;
    let part = text(headers, &FORK_SUB_OFFSET)?;
    let Some(source) = text(headers, &FORKED_FROM)? else {
        return if anchor.is_some() || part.is_some() {
            Err("A fork needs Stream-Forked-From.")
        } else {
            Ok(None)
        };
    };
    let source = paths::decode(source).ok_or("Stream-Forked-From is no stream's path on this server.")?;
    let offset = match anchor {
        Some(anchor) => Some(offset(anchor).ok_or("Stream-Fork-Offset is no offset.")?),
        None => None,
    };
    let part = match part {
        Some(part) => plain_number(part).ok_or("Stream-Fork-Sub-Offset is no number.")?,
        None => 0,
    };
    Ok(Some(ForkPoint { source, offset, part }))
}

/// The stream's own address, as whoever asks reaches this server.
fn location(headers: &HeaderMap, name: &str) -> HeaderValue {
    let path = paths::url_path(name);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let https = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    let address = match host {
        Some(host) => format!("http{}://{host}{path}", if https { "s" } else { "" }),
        None => path.clone(),
    };
    HeaderValue::try_from(address)
        .or_else(|_| HeaderValue::try_from(path))
        .unwrap_or(HeaderValue::from_static("/"))
}

fn answer(created: &CreateOutcome, location: HeaderValue) -> Response {
    let CreateOutcome { head, fresh } = created;
    let status = if *fresh { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = response::with(status.into_response(), [(NEXT_OFFSET, value(head.next))]);
    if let Ok(content_type) = HeaderValue::from_str(&head.content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    if *fresh {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if head.closed {
        response.headers_mut().insert(CLOSED, TRUE);
    }
    response
}
