//! The operations of Durable Streams on one stream.

use crate::{
    BenchError,
    http::{Endpoint, HttpConnection, Request, ResponseHead, connect},
};

/// Where every stream begins.
pub const BEGINNING: &str = "-1";

/// A stream at a server, written and read over one connection.
pub struct BenchStream {
    connection: HttpConnection,
    endpoint: Endpoint,
    name: String,
    request: Request,
}

/// An idempotent producer's place.
#[derive(Clone, Debug)]
pub struct Producer {
    pub id: String,
    pub sequence: u64,
}

impl BenchStream {
    /// A stream that may not be there yet, over the `index`-th connection to its server.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn at(endpoint: &Endpoint, name: &str, index: usize) -> Result<Self, BenchError> {
        let connection = connect(endpoint, index).await?;
        Ok(Self {
            connection,
            endpoint: endpoint.clone(),
            name: name.to_owned(),
            request: Request::default(),
        })
    }

    /// Turns to another stream of the same server.
    pub fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Makes the stream, of JSON.
    pub async fn create(&mut self) -> Result<(), BenchError> {
        let name = &self.name;
        let request = self.request.begin("PUT", &self.endpoint, &["/", name]);
        let request = request.header("content-type", "application/json").body(b"");
        let head = self.connection.call(request).await?;
        self.expect(&head, &[200, 201])
    }

    /// Appends and waits for the answer.
    pub async fn append(&mut self, body: &[u8], producer: Option<&Producer>) -> Result<(), BenchError> {
        let name = &self.name;
        let request = self.request.begin("POST", &self.endpoint, &["/", name]);
        request.header("content-type", "application/json");
        if let Some(Producer { id, sequence }) = producer {
            request.header("producer-id", id).header("producer-epoch", 0).header("producer-seq", sequence);
        }
        let head = self.connection.call(request.body(body)).await?;
        self.expect(&head, if producer.is_some() { &[200] } else { &[200, 204] })
    }

    /// Reads what stands behind `offset`, once; the answer's body is in [`BenchStream::body`].
    pub async fn read(&mut self, offset: &str) -> Result<ResponseHead, BenchError> {
        let name = &self.name;
        let request = self.request.begin("GET", &self.endpoint, &["/", name, "?offset=", offset]);
        let head = self.connection.call(request.end()).await?;
        self.expect(&head, &[200])?;
        Ok(head)
    }

    /// Reads all of it, page by page, and returns how many events there were.
    pub async fn read_all(&mut self) -> Result<u64, BenchError> {
        let (mut offset, mut events) = (BEGINNING.to_owned(), 0);
        loop {
            let head = self.read(&offset).await?;
            events += crate::event::count(&self.connection.body);
            if head.up_to_date {
                return Ok(events);
            }
            offset = head.next_offset.ok_or("a page without Stream-Next-Offset")?;
        }
    }

    /// Waits once for what comes behind `offset`; the answer's body is in [`BenchStream::body`].
    pub async fn long_poll(
        &mut self,
        offset: &str,
        cursor: Option<&str>,
    ) -> Result<ResponseHead, BenchError> {
        let name = &self.name;
        let target = ["/", name, "?live=long-poll&offset=", offset, "&cursor=", cursor.unwrap_or("")];
        let target = if cursor.is_some() { &target[..] } else { &target[..4] };
        let request = self.request.begin("GET", &self.endpoint, target);
        let head = self.connection.call(request.end()).await?;
        self.expect(&head, &[200, 204])?;
        Ok(head)
    }

    /// Opens a stream of events behind `offset`, to be read from the connection.
    pub async fn follow(&mut self, offset: &str) -> Result<&mut HttpConnection, BenchError> {
        let name = &self.name;
        let target = ["/", name, "?live=sse&offset=", offset];
        let request = self.request.begin("GET", &self.endpoint, &target);
        request.header("accept", "text/event-stream");
        let head = self.connection.start(request.end()).await?;
        self.expect(&head, &[200])?;
        Ok(&mut self.connection)
    }

    /// The last answer's body.
    pub fn body(&self) -> &[u8] {
        &self.connection.body
    }

    fn expect(&self, head: &ResponseHead, wanted: &[u16]) -> Result<(), BenchError> {
        if wanted.contains(&head.status) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.connection.body);
        let text: String = text.chars().take(200).collect();
        Err(format!("{} answered {} {text}", self.name, head.status).into())
    }
}
