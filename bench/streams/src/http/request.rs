//! A request as bytes.

use std::io::Write;

use super::Endpoint;

/// Puts a request together in a buffer that is used again for the next.
#[derive(Default)]
pub struct Request {
    bytes: Vec<u8>,
}

impl Request {
    /// Begins one; `target` are the pieces of what follows the endpoint's path.
    pub fn begin(&mut self, method: &str, endpoint: &Endpoint, target: &[&str]) -> &mut Self {
        self.bytes.clear();
        for piece in [method, " ", &endpoint.path].iter().chain(target) {
            self.bytes.extend_from_slice(piece.as_bytes());
        }
        // Writing to a Vec cannot fail.
        let _ = write!(self.bytes, " HTTP/1.1\r\nhost: {}\r\n", endpoint.host);
        self
    }

    /// Adds a header.
    pub fn header(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        let _ = write!(self.bytes, "{name}: {value}\r\n");
        self
    }

    /// Ends one without a body.
    pub fn end(&mut self) -> &[u8] {
        self.bytes.extend_from_slice(b"\r\n");
        &self.bytes
    }

    /// Ends one with a body.
    pub fn body(&mut self, body: &[u8]) -> &[u8] {
        let _ = write!(self.bytes, "content-length: {}\r\n\r\n", body.len());
        self.bytes.extend_from_slice(body);
        &self.bytes
    }
}
