//! A body that arrives a breath at a time.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::Stream;

/// Waits a turn after every piece, so that a reader never gets the last piece and the end in one look.
///
/// multer 3.1 looks for the first boundary in what is there, then looks for more; where all of the body comes just in
/// between, it sees the end before it has seen the boundary and takes the form for cut off.
pub struct PacedStream<S> {
    inner: S,
    paused: bool,
}

impl<S> PacedStream<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, paused: false }
    }
}

impl<S: Stream + Unpin> Stream for PacedStream<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if std::mem::take(&mut self.paused) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(Pin::new(&mut self.inner).poll_next(context));
        self.paused = piece.is_some();
        Poll::Ready(piece)
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, Bytes},
        extract::{FromRequest, Multipart},
        http::{Request, header::CONTENT_TYPE},
    };
    use futures::{Stream, StreamExt, stream};

    use super::PacedStream;

    const FORM: &[u8] = b"--cut\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nFees\r\n--cut--\r\n";

    /// Nothing at the first look; at the second, everything and the end.
    fn at_once() -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + Unpin {
        let mut looks = 0;
        let mut whole = stream::iter([Ok(Bytes::from_static(FORM))]);
        stream::poll_fn(move |context| {
            looks += 1;
            if looks == 1 {
                context.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            whole.poll_next_unpin(context)
        })
    }

    #[tokio::test]
    async fn a_form_that_comes_all_at_once_is_whole() {
        let body = Body::from_stream(PacedStream::new(at_once()));
        let request =
            Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=cut").body(body).unwrap();
        let mut form = Multipart::from_request(request, &()).await.unwrap();
        let field = form.next_field().await.unwrap().unwrap();
        assert_eq!(field.text().await.unwrap(), "Fees");
        assert!(form.next_field().await.unwrap().is_none());
    }
}
