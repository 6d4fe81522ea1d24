//! `GET`: reads what is there, or goes on to follow.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use sessions::{Error, Expiry, Head, Offset, Page};
use url::form_urlencoded;

use super::{
    Authorizer, Begun, Dialect, Grant, answer, catch_up,
    cursor::Floor,
    encode::{self, Form},
    headers::{CLOSED, CURSOR, NEXT_OFFSET, TRUE, UP_TO_DATE, offset, value},
    long_poll::Waiting,
    sse,
};
use crate::limits::Kind;

/// Where to read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// `-1`, or nothing said.
    Start,
    /// `now`.
    End,
    /// An offset.
    At(Offset),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Live {
    No,
    LongPoll,
    Sse,
}

/// What the query asks for.
struct Asked {
    from: From,
    live: Live,
    cursor: Option<String>,
}

pub(super) async fn read<A: Authorizer>(
    dialect: &Arc<Dialect<A>>,
    grant: Grant<A::Pass>,
    parts: &Parts,
) -> Result<Begun<A>, Response> {
    let asked = Asked::of(parts.uri.query().unwrap_or_default()).map_err(answer::bad)?;
    if (asked.live, asked.from) == (Live::No, From::End) {
        return end(dialect, &grant).await.map(Begun::Answer);
    }
    if asked.live == Live::No {
        return catch_up::answer(dialect, &grant, asked.from, &parts.headers).await.map(Begun::Answer);
    }
    let kind = if asked.live == Live::Sse { Kind::Sse } else { Kind::LongPoll };
    let seat = dialect.limits.seat(grant.tenant, kind).map_err(IntoResponse::into_response)?;
    let head = used(dialect, &grant).await?;
    let floor = Floor::above(asked.cursor.as_deref(), dialect.clock.now());
    let following = Following { head, from: asked.from, floor };
    // An answer that has begun could not say it any more.
    following.reaches().map_err(answer::refused)?;
    let (dialect, grant) = (Arc::clone(dialect), Arc::new(grant));
    Ok(match asked.live {
        Live::LongPoll => Begun::Waiting(Waiting { dialect, grant, following, seat }),
        Live::Sse | Live::No => Begun::Answer(sse::answer(dialect, grant, following, seat)),
    })
}

/// What is followed, and from where.
pub(super) struct Following {
    pub(super) head: Head,
    pub(super) from: From,
    pub(super) floor: Floor,
}

impl Following {
    /// Whether the stream holds what is asked for.
    fn reaches(&self) -> Result<(), Error> {
        let (from, head) = (self.offset(), &self.head);
        match from {
            _ if from < head.earliest => Err(Error::Gone { earliest: head.earliest }),
            _ if from > head.next => Err(Error::Ahead { next: head.next }),
            _ => Ok(()),
        }
    }

    pub(super) fn offset(&self) -> Offset {
        match self.from {
            From::Start => Offset::ZERO,
            From::End => self.head.next,
            From::At(offset) => offset,
        }
    }
}

/// The stream as it is, and in use from now on.
async fn used<A: Authorizer>(dialect: &Dialect<A>, grant: &Grant<A::Pass>) -> Result<Head, Response> {
    let head = grant.place.head(&dialect.engine).await.map_err(answer::refused)?;
    if matches!(head.expiry, Expiry::Idle(_)) {
        dialect.engine.touch(head.id, head.expiry).await.map_err(answer::refused)?;
    }
    Ok(head)
}

/// Only where the stream ends.
async fn end<A: Authorizer>(dialect: &Dialect<A>, grant: &Grant<A::Pass>) -> Result<Response, Response> {
    let head = used(dialect, grant).await?;
    let page = Page {
        records: Vec::new(),
        next: head.next,
        up_to_date: true,
        closed: head.closed,
        revision: head.revision,
    };
    let mut response = show(&head.content_type, &page);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A page as an answer.
pub(super) fn show(content_type: &str, page: &Page) -> Response {
    bare(content_type, page, encode::body(Form::of(content_type), &page.records).into())
}

/// An answer that leads as far as the page, whatever is in its body.
pub(super) fn bare(content_type: &str, page: &Page, body: Body) -> Response {
    let mut response = answer::with(Response::new(body), [(NEXT_OFFSET, value(page.next))]);
    let headers = response.headers_mut();
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    stand(headers, page);
    response
}

/// Whether the reader has all that there is, and all that there ever will be.
pub(super) fn stand(headers: &mut HeaderMap, page: &Page) {
    if page.up_to_date {
        headers.insert(UP_TO_DATE, TRUE);
    }
    if page.closed {
        headers.insert(CLOSED, TRUE);
    }
}

/// A live answer's cursor, which no cache may keep beyond its own reader.
pub(super) fn live(mut response: Response, cursor: u64) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().extend([(CURSOR, value(cursor)), (header::CACHE_CONTROL, no_store)]);
    response
}

impl Asked {
    fn of(query: &str) -> Result<Self, &'static str> {
        let (mut from, mut live, mut cursor) = (None, Live::No, None);
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "offset" if from.is_some() => return Err("There is more than one offset."),
                "offset" => from = Some(place(&text)?),
                "live" => live = mode(&text)?,
                "cursor" => cursor = Some(text.into_owned()),
                _ => {}
            }
        }
        if live != Live::No && from.is_none() {
            return Err("Following needs an offset.");
        }
        Ok(Self { from: from.unwrap_or(From::Start), live, cursor })
    }
}

fn place(text: &str) -> Result<From, &'static str> {
    match text {
        "-1" => Ok(From::Start),
        "now" => Ok(From::End),
        _ => offset(text).map(From::At).ok_or("That is no offset."),
    }
}

fn mode(text: &str) -> Result<Live, &'static str> {
    match text {
        "long-poll" => Ok(Live::LongPoll),
        "sse" => Ok(Live::Sse),
        _ => Err("There is no such way to follow: long-poll or sse."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_where_and_how() {
        let asked = Asked::of("x=1&offset=-1&live=sse&cursor=7").unwrap();
        assert_eq!((asked.from, asked.live, asked.cursor.as_deref()), (From::Start, Live::Sse, Some("7")));
        assert_eq!(Asked::of("").unwrap().from, From::Start);
        assert_eq!(Asked::of("offset=now").unwrap().from, From::End);
        assert_eq!(Asked::of("offset=00000000000000000007").unwrap().from, From::At(Offset::from_value(7)));
        for bad in
            ["offset=", "offset=7", "offset=1&offset=1", "live=sse", "offset=-1&live=now", "offset=a%2Cb"]
        {
            assert!(Asked::of(bad).is_err(), "{bad}");
        }
    }
}
