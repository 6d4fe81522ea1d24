//! `GET /live/events?follow=<stream>:<offset>&…`: the socket's frames as server-sent events, one way, for pages that no
//! socket gets through to. What it follows stands in its address; whoever wants something else comes again.

use std::convert::Infallible;

use app::web::{App, Bare, Problem, same_site};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::accounts::Membership;
use futures::{Stream, stream};
use sessions::{Offset, StreamId};
use sessions_http::sse;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::interval,
};
use url::form_urlencoded;
use wire::frames::{RESTARTING, SIGNED_OUT};

use super::{
    Live,
    follow::Follow,
    frames,
    socket::{MOST_FOLLOWS, WAITING},
    visitor::Visitor,
};
use crate::protocols::follow_timer::interval_after;

/// For whoever is signed in, on this site's own pages.
pub async fn open(
    State(app): State<App>,
    Extension(live): Extension<Live>,
    headers: HeaderMap,
    bare: Bare,
    RawQuery(query): RawQuery,
) -> Response {
    // A page of the site's own is not always said to be one here, and one of another's always is.
    let speaks = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if speaks && !same_site(&headers, &app) {
        let advice = "Open the page again from its own address.";
        return Problem::words(StatusCode::FORBIDDEN, "This request came from another site", advice)
            .into_response();
    }
    let Some(follows) = follows(query.as_deref().unwrap_or_default()) else {
        let advice = "Reload the page to reconnect.";
        return Problem::words(StatusCode::BAD_REQUEST, "Live updates aren’t available for this", advice)
            .into_response();
    };
    let visitor = Visitor::of(app, &headers, bare);
    let (out, frames) = mpsc::channel(WAITING);
    let (close, closed) = oneshot::channel();
    let shutdown = live.shutdown.clone();
    shutdown.spawn("live events", async move {
        let code = match visitor.membership.clone() {
            None => Some(SIGNED_OUT),
            Some(membership) => follow_all(visitor, membership, live, follows, out).await,
        };
        if let Some(code) = code {
            // Whoever is not there to hear it knows already.
            let _ = close.send(code);
        }
    });
    sse::response(Body::from_stream(pieces(frames, closed)))
}

/// What the address asks for; none where it cannot be, or is more than a page follows.
fn follows(query: &str) -> Option<Vec<(StreamId, Offset)>> {
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "follow");
    let follows: Option<Vec<_>> = pairs
        .map(|(_, value)| {
            let (stream, from) = value.split_once(':')?;
            Some((stream.parse().ok()?, from.parse().ok()?))
        })
        .collect();
    follows.filter(|follows| follows.len() <= MOST_FOLLOWS)
}

/// Follows until somebody ends it; with which code, unless nobody is there to hear it.
async fn follow_all(
    visitor: Visitor,
    membership: Membership,
    live: Live,
    follows: Vec<(StreamId, Offset)>,
    out: mpsc::Sender<String>,
) -> Option<u16> {
    // Dropped with this, and ended by that.
    let mut tasks = JoinSet::new();
    for (stream, from) in follows {
        let follow = Follow {
            app: visitor.app.clone(),
            membership: membership.clone(),
            presence: live.presence.clone(),
            limits: live.limits.clone(),
            grace: live.pace.grace,
            out: out.clone(),
        };
        tasks.spawn(follow.run(stream, from));
    }
    let stop = live.shutdown.soft().clone();
    let mut beats = interval(live.pace.beat);
    let mut looks = interval_after(live.pace.look);
    let mut count = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Some(RESTARTING),
            () = out.closed() => return None,
            _ = beats.tick() => {
                // With frames waiting the line is alive, and heard soon.
                let _ = out.try_send(frames::beat(count));
                count += 1;
            }
            _ = looks.tick() => {
                if !visitor.is_still(&membership).await {
                    return Some(SIGNED_OUT);
                }
            }
        }
    }
}

/// The frames, and why they end. What still waits then is found in the log by whoever comes back and may.
fn pieces(
    frames: mpsc::Receiver<String>,
    closed: oneshot::Receiver<u16>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(Some((frames, closed)), async |open| {
        let (mut frames, mut closed) = open?;
        tokio::select! {
            biased;
            code = &mut closed => code.ok().map(|code| (Ok(event(&frames::closed(code))), None)),
            frame = frames.recv() => frame.map(|frame| (Ok(event(&frame)), Some((frames, closed)))),
        }
    })
}

/// The events of a frame stand as they were written, and whoever wrote them may have begun new lines between words.
fn event(frame: &str) -> Bytes {
    let (data, mut text) = (frame.replace(['\r', '\n'], " "), String::new());
    sse::SseEvent { data: &data, ..sse::SseEvent::default() }.write(&mut text);
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_is_followed() {
        let one = "0197a3b0-0000-7000-8000-000000000001:00000000000000000003";
        assert_eq!(follows("").map(|all| all.len()), Some(0));
        assert_eq!(follows(&format!("follow={one}&x=1&follow={one}")).map(|all| all.len()), Some(2));
        for bad in [
            "follow=",
            "follow=1:2",
            &format!("follow={one}&follow=x"),
            &format!("follow={one}").replace(":0", ":-"),
        ] {
            assert!(follows(bad).is_none(), "{bad}");
        }
        assert!(follows(&vec![format!("follow={one}"); 33].join("&")).is_none());
    }

    #[test]
    fn nothing_in_a_frame_ends_its_event() {
        assert_eq!(event("{\"a\":\n\r\n1}"), "data: {\"a\":   1}\n\n");
    }
}
