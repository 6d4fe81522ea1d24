//! Reading a request's body, with an end.

use axum::{body::Body, response::Response};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

use crate::response;

/// How much more than the limit is read and thrown away, so that whoever sends too much can be told so: a connection
/// that is cut in the middle tells nothing.
const PATIENCE: usize = 64 << 20;

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
enum BodyError {
    TooLarge,
    Broken,
}

/// The whole body, of at most `most` bytes, or the answer that says why not.
pub(super) async fn read(body: Body, most: usize) -> Result<Bytes, Response> {
    collect(body, most).await.map_err(|error| match error {
        BodyError::TooLarge => response::too_large(),
        BodyError::Broken => response::bad_request("The body did not arrive."),
    })
}

async fn collect(body: Body, most: usize) -> Result<Bytes, BodyError> {
    let mut chunks = body.into_data_stream();
    let Some(first) = chunks.next().await else {
        return Ok(Bytes::new());
    };
    let first = first.map_err(|_| BodyError::Broken)?;
    let mut size = first.len();
    // Mostly it is all of it, and is not copied.
    let Some(second) = chunks.next().await else {
        return if size > most { Err(BodyError::TooLarge) } else { Ok(first) };
    };
    let mut whole = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        size += chunk.len();
        if size <= most {
            whole.extend_from_slice(&chunk);
        } else if size > most + PATIENCE {
            break;
        }
        next = chunks.next().await;
    }
    if size > most { Err(BodyError::TooLarge) } else { Ok(whole.freeze()) }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn of(chunks: &[&'static str]) -> Result<Bytes, BodyError> {
        let chunks: Vec<_> =
            chunks.iter().map(|chunk| Ok::<_, Infallible>(Bytes::from_static(chunk.as_bytes()))).collect();
        collect(Body::from_stream(futures::stream::iter(chunks)), 4).await
    }

    #[tokio::test]
    async fn a_body_is_whole_or_refused() {
        assert_eq!(of(&[]).await.unwrap(), "");
        assert_eq!(of(&["abcd"]).await.unwrap(), "abcd");
        assert_eq!(of(&["ab", "c", "d"]).await.unwrap(), "abcd");
        assert_eq!(of(&["abcde"]).await, Err(BodyError::TooLarge));
        assert_eq!(of(&["abc", "de"]).await, Err(BodyError::TooLarge));
    }
}
