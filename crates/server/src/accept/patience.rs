//! How long a client is waited for: to take an answer, and to send a body.

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// How an answer must be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How far a reader may fall behind.
    pub patience: Duration,
    /// Bytes that earn it a second.
    pub bytes_per_second: u32,
}

/// A socket whose other side must take what it is sent: waiting for it costs credit, bytes that it takes earn some back, and without credit
/// the connection ends. A limit for each write alone would let a client read one byte at a time for ever.
#[derive(Debug)]
pub(super) struct Patient<S> {
    socket: S,
    pace: Pace,
    credit: Duration,
    /// Since when, and until when.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<S> Patient<S> {
    pub fn new(socket: S, pace: Pace) -> Self {
        Self { socket, pace, credit: pace.patience, waiting: None }
    }

    fn told<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>, bytes: impl Fn(&T) -> usize) -> Poll<io::Result<T>> {
        let Poll::Ready(done) = polled else {
            let credit = self.credit;
            let (_, end) = self.waiting.get_or_insert_with(|| {
                let now = Instant::now();
                (now, Box::pin(sleep_until(now + credit)))
            });
            ready!(end.as_mut().poll(cx));
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        };
        if let Some((since, _)) = self.waiting.take() {
            self.credit = self.credit.saturating_sub(since.elapsed());
        }
        if let Ok(written) = &done {
            let earned = Duration::from_secs_f64(bytes(written) as f64 / f64::from(self.pace.bytes_per_second));
            self.credit = (self.credit + earned).min(self.pace.patience);
        }
        Poll::Ready(done)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_write(cx, buffer);
        this.told(cx, polled, |written| *written)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, buffers: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_write_vectored(cx, buffers);
        this.told(cx, polled, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_flush(cx);
        this.told(cx, polled, |()| 0)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.socket).poll_shutdown(cx);
        this.told(cx, polled, |()| 0)
    }
}

/// A body did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
pub(crate) struct Late;

impl Late {
    /// Whether this is why a body broke off.
    pub fn caused(error: &(dyn std::error::Error + 'static)) -> bool {
        std::iter::successors(Some(error), |e| e.source()).any(<dyn std::error::Error>::is::<Self>)
    }
}

/// A body that must be there as a whole within a time.
#[derive(Debug)]
pub(super) struct Timed {
    body: Incoming,
    end: Pin<Box<Sleep>>,
}

impl Timed {
    pub fn new(body: Incoming, within: Duration) -> Self {
        Self { body, end: Box::pin(sleep(within)) }
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(Late.into())));
        }
        Pin::new(&mut self.body).poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
