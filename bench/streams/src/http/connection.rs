//! One connection, one request at a time.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use super::{Endpoint, ResponseHead, framing::Framing};
use crate::BenchError;

/// Bytes that are read at once; an answer's head has to fit.
const BUFFER: usize = 16 * 1024;

/// Connections from one address of this machine, well below the ports that it has.
const PER_SOURCE: usize = 8_000;

/// A connection and what was read from it.
pub struct HttpConnection {
    stream: TcpStream,
    input: Vec<u8>,
    /// What of `input` was read and not yet looked at.
    start: usize,
    end: usize,
    /// Of the answer that is being read.
    framing: Framing,
    /// The last whole answer's body.
    pub body: Vec<u8>,
}

/// The `index`-th connection to a server: the loopback addresses are used in turn, as each has only so many ports.
///
/// # Errors
/// When it cannot be opened, also for want of ports or files.
pub async fn connect(endpoint: &Endpoint, index: usize) -> io::Result<HttpConnection> {
    let stream = match (endpoint.address, index / PER_SOURCE) {
        (SocketAddr::V4(server), block @ 1..) if server.ip().is_loopback() => {
            let block = u8::try_from(block).map_err(|_| io::ErrorKind::AddrNotAvailable)?;
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 1, block)), 0))?;
            socket.connect(endpoint.address).await?
        }
        _ => TcpStream::connect(endpoint.address).await?,
    };
    stream.set_nodelay(true)?;
    let (input, body) = (vec![0; BUFFER], Vec::new());
    Ok(HttpConnection { stream, input, start: 0, end: 0, framing: Framing::length(0), body })
}

impl HttpConnection {
    /// Sends a request and reads the answer's head; its body is still to be read.
    ///
    /// # Errors
    /// When the connection breaks or the answer is no HTTP.
    pub async fn start(&mut self, request: &[u8]) -> Result<ResponseHead, BenchError> {
        self.stream.write_all(request).await?;
        loop {
            if let Some((mut head, length)) = ResponseHead::parse(&self.input[self.start..self.end])? {
                self.start += length;
                self.framing = std::mem::replace(&mut head.framing, Framing::length(0));
                return Ok(head);
            }
            if self.fill().await? == 0 {
                return Err("the server closed the connection before its answer".into());
            }
        }
    }

    /// Gives some more of the body to `sink`; false once it is whole.
    ///
    /// # Errors
    /// When the connection breaks before the body is whole.
    pub async fn more(&mut self, mut sink: impl FnMut(&[u8])) -> Result<bool, BenchError> {
        if self.framing.done() {
            return Ok(false);
        }
        if self.start == self.end && self.fill().await? == 0 {
            return match self.framing {
                Framing::UntilClose => Ok(false),
                _ => Err("the server closed the connection within its answer".into()),
            };
        }
        self.start += self.framing.decode(&self.input[self.start..self.end], &mut sink);
        Ok(!self.framing.done())
    }

    /// Sends a request and reads the whole answer, its body into `self.body`.
    ///
    /// # Errors
    /// When the connection breaks or the answer is no HTTP.
    pub async fn call(&mut self, request: &[u8]) -> Result<ResponseHead, BenchError> {
        let head = self.start(request).await?;
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        while self.more(|bytes| body.extend_from_slice(bytes)).await? {}
        self.body = body;
        Ok(head)
    }

    async fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.input.len() {
            return Err(io::Error::other("the head of the answer is too long"));
        }
        let read = self.stream.read(&mut self.input[self.end..]).await?;
        self.end += read;
        Ok(read)
    }
}
