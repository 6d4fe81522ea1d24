//! Where texts are rendered for pages: the one place that decides where the work is done.

use std::sync::LazyLock;

use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{pace, to_html};
use crate::{Db, Error, Result, Scope, requests::commands::BRIEF};

/// Texts of so many bytes together are rendered where they are asked for: that takes less than a millisecond, and a page
/// that has no more of them must not wait for one that has.
const SMALL: usize = 8 * 1024;

/// Half of the cores render at most, so that the rest of the portal has the others.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Semaphore::new((cores / 2).max(1))
});

/// A text's HTML, as [`to_html`].
///
/// # Errors
/// As [`aside`].
pub async fn html(md: &str) -> Result<String> {
    let md = md.to_owned();
    aside(md.len(), move || to_html(&md)).await
}

/// What a text that is still being written will read like. One that is longer than may be sent is not rendered, and says
/// so.
///
/// # Errors
/// [`Error::TooMany`] for a person who had a great deal of it within the minute; [`Error::NotFound`] for nobody; as
/// [`aside`].
pub async fn preview(db: &Db, scope: &Scope, md: &str) -> Result<String> {
    let person = scope.person().ok_or(Error::NotFound)?;
    if md.chars().count() > BRIEF {
        return Ok(format!(
            "<p>This is longer than {BRIEF} characters. Shorten it, and it shows here.</p>\n"
        ));
    }
    pace::take(db.now(), person.0, md.len())?;
    html(md).await
}

/// Does work that renders `bytes` of text: at once where it is little, otherwise on a thread of its own, when one of a few
/// places is free.
///
/// # Errors
/// [`Error::Broken`] when the work panics.
pub async fn aside<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    if bytes <= SMALL {
        return Ok(work());
    }
    let _place = PLACES.acquire().await.map_err(broken)?;
    spawn_blocking(work).await.map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(format!("rendering a text: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_small_text_does_not_wait_for_large_ones() {
        let all = u32::try_from(PLACES.available_permits()).unwrap();
        let taken = PLACES.acquire_many(all).await.unwrap();
        assert_eq!(html("*now*").await.unwrap(), "<p dir=\"auto\"><em>now</em></p>\n");
        let large = "word ".repeat(SMALL);
        let mut waiting = std::pin::pin!(html(&large));
        assert!(poll_once(waiting.as_mut()).await.is_none(), "it waits for a place");
        drop(taken);
        assert!(waiting.await.unwrap().starts_with("<p dir=\"auto\">word"));
    }

    /// What a future has to say when it is asked once.
    async fn poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match future.as_mut().poll(cx) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
