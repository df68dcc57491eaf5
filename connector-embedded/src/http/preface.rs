//! A deadline for HTTP/2's first words. hyper bounds the wait for an HTTP/1 header, but not this one, and a few
//! hundred clients that finish the handshake and say nothing would take every place there is.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// The client connection preface (RFC 9113 §3.4), in bytes.
const PREFACE: usize = 24;

/// A stream whose reads fail when the preface has not come in time.
pub(super) struct PrefaceDeadline<S> {
    stream: S,
    missing: usize,
    deadline: Pin<Box<Sleep>>,
}

impl<S> PrefaceDeadline<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, missing: PREFACE, deadline: Box::pin(sleep(patience)) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PrefaceDeadline<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        if let Poll::Ready(done) = Pin::new(&mut self.stream).poll_read(context, into) {
            self.missing = self.missing.saturating_sub(into.filled().len() - before);
            return Poll::Ready(done);
        }
        if self.missing > 0 {
            ready!(self.deadline.as_mut().poll(context));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "no HTTP/2 preface came")));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PrefaceDeadline<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test]
    async fn only_the_first_words_have_a_deadline() {
        let now = Duration::ZERO;
        let (near, mut far) = duplex(64);
        let mut silent = PrefaceDeadline::new(near, now);
        far.write_all(&[1; PREFACE - 1]).await.unwrap();
        let mut some = [0; PREFACE];
        assert_eq!(silent.read(&mut some).await.unwrap(), PREFACE - 1);
        assert_eq!(silent.read(&mut some).await.unwrap_err().kind(), io::ErrorKind::TimedOut);

        let (near, mut far) = duplex(64);
        let mut speaking = PrefaceDeadline::new(near, now);
        far.write_all(&[1; PREFACE]).await.unwrap();
        speaking.read_exact(&mut some).await.unwrap();
        let mut more = [0; 1];
        let waits = futures_util::poll!(Box::pin(speaking.read(&mut more)));
        assert!(waits.is_pending());
    }
}
