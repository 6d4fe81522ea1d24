//! `GET` without following: what is there now, all of it in one answer if it is not too much.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use sessions::{Error, Expiry, Head, NamedStream, Offset, Page, StreamId};

use crate::{
    Authorizer, DurableStreams, Grant, Target, encode::Encoding, headers::value, page_response, query::From,
    response,
};

/// As much as the engine gives at once.
const ALL: u32 = u32::MAX;

/// The most events of one answer. Readers ask for the rest; some that are about take the first answer for all there is,
/// so that it should rarely be necessary.
const MOST: u64 = 200_000;

pub(super) async fn answer<A: Authorizer>(
    streams: &Arc<DurableStreams<A>>,
    grant: &Grant<A::Principal>,
    from: From,
    headers: &HeaderMap,
) -> Result<Response, Response> {
    let start = match from {
        From::At(offset) => offset,
        From::Start | From::End => Offset::ZERO,
    };
    let (named, reach, page) = reach(streams, &grant.target, start).await.map_err(response::engine_error)?;
    let tag = tag(named.id, from, &reach);
    if headers.get_all(header::IF_NONE_MATCH).iter().any(|known| matches(known, &tag)) {
        return Ok(response::with(StatusCode::NOT_MODIFIED.into_response(), [(header::ETAG, tag)]));
    }
    let response = match page {
        Some(page) => page_response::page(&named.content_type, &page),
        None => {
            let pages = Pages::new(Arc::clone(streams), &named, start, &reach);
            page_response::with_body(&named.content_type, &reach, Body::from_stream(pages.chunks()))
        }
    };
    let cache = HeaderValue::from_static("private, no-cache");
    Ok(response::with(response, [(header::ETAG, tag), (header::CACHE_CONTROL, cache)]))
}

/// How far the answer will lead: to the end as it is now, whatever comes while it is sent. With it the whole page,
/// where one is all there is.
async fn reach<A: Authorizer>(
    streams: &DurableStreams<A>,
    target: &Target,
    start: Offset,
) -> Result<(NamedStream, Page, Option<Page>), Error> {
    let mut named = target.find(&streams.engine).await?;
    loop {
        match reach_of(streams, &named, start).await {
            Err(Error::NotFound) => named = target.find_again(&streams.engine, &named).await?,
            done => return done.map(|(reach, page)| (named, reach, page)),
        }
    }
}

async fn reach_of<A: Authorizer>(
    streams: &DurableStreams<A>,
    named: &NamedStream,
    start: Offset,
) -> Result<(Page, Option<Page>), Error> {
    let engine = &streams.engine;
    if !streams.page_cache.has(named.id, start) {
        let page = engine.read(named.id, start, ALL).await?;
        // Of a longer stream it is what is sent first.
        streams.page_cache.insert_if_long(named, start, &page);
        if page.up_to_date {
            return Ok((Page { records: Vec::new(), ..page }, Some(page)));
        }
    }
    let head = engine.head(named.id).await?;
    if matches!(head.expiry, Expiry::Idle(_)) {
        engine.touch(head.id, head.expiry).await?;
    }
    to(&head, start).map(|reach| (reach, None))
}

fn to(head: &Head, start: Offset) -> Result<Page, Error> {
    if start < head.earliest {
        return Err(Error::Gone { earliest: head.earliest });
    }
    if start > head.next {
        return Err(Error::Ahead { next: head.next });
    }
    let next = head.next.min(Offset::from_value(start.value().saturating_add(MOST)));
    let up_to_date = next == head.next;
    let closed = up_to_date && head.closed;
    Ok(Page { records: Vec::new(), next, up_to_date, closed, revision: head.revision })
}

/// An answer of many pages, read while it is sent.
struct Pages<A: Authorizer> {
    streams: Arc<DurableStreams<A>>,
    stream: StreamId,
    encoding: Encoding,
    at: Offset,
    end: Offset,
    revision: u64,
    state: CatchUpState,
}

#[derive(Clone, Copy, PartialEq)]
enum CatchUpState {
    Opening,
    Within,
    Over,
}

impl<A: Authorizer> Pages<A> {
    fn new(streams: Arc<DurableStreams<A>>, named: &NamedStream, at: Offset, reach: &Page) -> Self {
        let encoding = Encoding::of(&named.content_type);
        let Page { next: end, revision, .. } = *reach;
        Self { streams, stream: named.id, encoding, at, end, revision, state: CatchUpState::Opening }
    }

    fn chunks(self) -> impl Stream<Item = Result<Bytes, Error>> {
        stream::try_unfold(self, async |mut pages| Ok(pages.next().await?.map(|chunk| (chunk, pages))))
    }

    /// What is sent next; none at the end. An error cuts the connection, so that nobody takes a part for the whole.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if self.at >= self.end {
            let closing = std::mem::replace(&mut self.state, CatchUpState::Over) != CatchUpState::Over;
            return Ok((closing && self.encoding == Encoding::Json).then(|| Bytes::from_static(b"]")));
        }
        let DurableStreams { engine, page_cache, .. } = &*self.streams;
        let page =
            page_cache.read(engine, self.stream, self.encoding, self.at..self.end, self.revision).await?;
        self.at = page.next;
        let opening = std::mem::replace(&mut self.state, CatchUpState::Within) == CatchUpState::Opening;
        Ok(Some(match opening && self.encoding == Encoding::Json {
            // One array over all pieces, each of which begins with a comma.
            true => [b"[", &page.items[1..]].concat().into(),
            false => page.items,
        }))
    }
}

/// What was read: from where to where, of which stream, and whether it was its end for good.
fn tag(stream: StreamId, from: From, page: &Page) -> HeaderValue {
    let from: Cow<'static, str> = match from {
        From::At(offset) => offset.to_string().into(),
        From::Start | From::End => "-1".into(),
    };
    let closed = if page.closed { ":c" } else { "" };
    // Read at another revision, the same places may have held what is deleted since.
    let revision = if page.revision > 0 { format!(":r{}", page.revision) } else { String::new() };
    value(format_args!("\"{stream}:{from}:{}{revision}{closed}\"", page.next))
}

/// `W/` makes no difference to a read.
fn matches(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    known
        .split(',')
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_again() {
        let tag = HeaderValue::from_static("\"a:-1:2\"");
        for (known, same) in [
            ("\"a:-1:2\"", true),
            ("W/\"a:-1:2\"", true),
            ("\"x\", \"a:-1:2\"", true),
            ("*", true),
            ("\"a:-1:3\"", false),
        ] {
            assert_eq!(matches(&HeaderValue::from_static(known), &tag), same, "{known}");
        }
    }
}
