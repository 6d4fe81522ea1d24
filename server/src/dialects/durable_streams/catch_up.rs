//! `GET` without following: what is there now, all of it in one answer if it is not too much.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, stream};
use sessions::{Engine, Error, Named, Offset, Page, StreamId};

use super::{
    Authorizer, Dialect, Grant, Place, answer,
    encode::{Form, Pieces},
    headers::value,
    read::{From, bare, show},
};

/// As much as the engine gives at once.
const ALL: u32 = u32::MAX;

/// The most events of one answer. Readers ask for the rest; some that are about take the first answer for all there is,
/// so that it should rarely be necessary.
const MOST: u64 = 200_000;

pub(super) async fn answer<A: Authorizer>(
    dialect: &Arc<Dialect<A>>,
    grant: &Grant<A::Pass>,
    from: From,
    headers: &HeaderMap,
) -> Result<Response, Response> {
    let engine = &dialect.engine;
    let start = match from {
        From::At(offset) => offset,
        From::Start | From::End => Offset::ZERO,
    };
    let (named, first) = page(engine, &grant.place, start).await.map_err(answer::refused)?;
    let reach = reach(engine, named.id, start, &first).await.map_err(answer::refused)?;
    let tag = tag(named.id, from, &reach);
    if headers.get_all(header::IF_NONE_MATCH).iter().any(|known| matches(known, &tag)) {
        return Ok(answer::with(StatusCode::NOT_MODIFIED.into_response(), [(header::ETAG, tag)]));
    }
    let response = match reach.next == first.next {
        true => show(&named.content_type, &first),
        false => {
            let rest = Rest::new(engine.clone(), &named, first, reach.next);
            bare(&named.content_type, &reach, Body::from_stream(rest.chunks()))
        }
    };
    let cache = HeaderValue::from_static("private, no-cache");
    Ok(answer::with(response, [(header::ETAG, tag), (header::CACHE_CONTROL, cache)]))
}

async fn page(engine: &Engine, place: &Place, from: Offset) -> Result<(Named, Page), Error> {
    let mut named = place.find(engine).await?;
    loop {
        match engine.read(named.id, from, ALL).await {
            Err(Error::NotFound) => named = place.find_again(engine, &named).await?,
            done => return done.map(|page| (named, page)),
        }
    }
}

/// How far the answer will lead: to the end as it is now, whatever comes while it is sent.
async fn reach(engine: &Engine, stream: StreamId, start: Offset, first: &Page) -> Result<Page, Error> {
    let to = |next, up_to_date, closed| Page { records: Vec::new(), next, up_to_date, closed };
    if first.up_to_date {
        return Ok(to(first.next, true, first.closed));
    }
    let head = engine.head(stream).await?;
    let next = head.next.min(Offset::from_value(start.value().saturating_add(MOST))).max(first.next);
    let up_to_date = next == head.next;
    Ok(to(next, up_to_date, up_to_date && head.closed))
}

/// An answer of many pages, read while it is sent.
struct Rest {
    engine: Engine,
    stream: StreamId,
    pieces: Pieces,
    page: Option<Page>,
    at: Offset,
    end: Offset,
}

impl Rest {
    fn new(engine: Engine, named: &Named, first: Page, end: Offset) -> Self {
        let pieces = Pieces::new(Form::of(&named.content_type));
        Self { engine, stream: named.id, pieces, at: first.next, page: Some(first), end }
    }

    fn chunks(self) -> impl Stream<Item = Result<Bytes, Error>> {
        stream::try_unfold(self, async |mut rest| Ok(rest.next().await?.map(|chunk| (chunk, rest))))
    }

    /// What is sent next; none at the end. An error cuts the connection, so that nobody takes a part for the whole.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let page = match self.page.take() {
            Some(first) => first,
            None if self.at >= self.end => return Ok(None),
            None => {
                let left = self.end.value() - self.at.value();
                self.engine.read(self.stream, self.at, u32::try_from(left).unwrap_or(ALL)).await?
            }
        };
        if page.records.is_empty() {
            return Err(Error::NotFound);
        }
        self.at = page.next;
        Ok(Some(self.pieces.next(&page.records, self.at >= self.end)))
    }
}

/// What was read: from where to where, of which stream, and whether it was its end for good.
fn tag(stream: StreamId, from: From, page: &Page) -> HeaderValue {
    let from: Cow<'static, str> = match from {
        From::At(offset) => offset.to_string().into(),
        From::Start | From::End => "-1".into(),
    };
    let closed = if page.closed { ":c" } else { "" };
    value(format_args!("\"{stream}:{from}:{}{closed}\"", page.next))
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
