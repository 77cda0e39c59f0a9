//! A connection whose client has to go on: actix waits for ever for one that reads nothing of an
//! answer, or that lets what nobody wants drip in.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How slow a client may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// How long nothing may move.
    pub(crate) idle: Duration,
    /// What has to move in a second, on average over the idle time.
    pub(crate) bytes_per_second: u64,
}

impl Pace {
    /// Returns whether so many bytes in that time are too few.
    fn is_missed(&self, bytes: u64, time: Duration) -> bool {
        bytes < self.bytes_per_second.saturating_mul(time.as_secs())
    }
}

/// How many requests of a connection are being answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

impl InFlight {
    /// Counts one more request, until what is returned is dropped.
    pub(crate) fn enter(&self) -> Answering {
        self.0.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }

    fn is_none(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Answering(InFlight);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that fails once its client has been too slow.
pub(crate) struct Connection<I> {
    io: I,
    reading: Pace,
    writing: Pace,
    in_flight: InFlight,
    /// Checked now and then, so that not every byte has to set a timer.
    timer: Pin<Box<Sleep>>,
    last_moved: Instant,
    /// What has come since an answer was last written: when it began, and how much.
    received: Option<(Instant, u64)>,
    /// Since when the client does not make room for what is to be written.
    blocked_since: Option<Instant>,
    /// For how long in all it has not, and how much it took in that time.
    blocked: (Duration, u64),
    /// When the end of what the client sends is told.
    end: Option<Pin<Box<Sleep>>>,
}

/// How long the end is kept back while a request is being answered. When actix sees it, it drops
/// what it has read of a body but not passed on yet, up to 128 KiB.
const END_DELAY: Duration = Duration::from_millis(100);

impl<I> Connection<I> {
    pub(crate) fn new(io: I, reading: Pace, writing: Pace) -> Self {
        Self {
            io,
            reading,
            writing,
            in_flight: InFlight::default(),
            timer: Box::pin(tokio::time::sleep(reading.idle.min(writing.idle))),
            last_moved: Instant::now(),
            received: None,
            blocked_since: None,
            blocked: (Duration::ZERO, 0),
            end: None,
        }
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    /// Notes that bytes have come.
    fn note_received(&mut self, bytes: usize) -> io::Result<()> {
        let now = Instant::now();
        self.last_moved = now;
        let (since, received) = self.received.get_or_insert((now, 0));
        *received += bytes as u64;
        let time = now - *since;
        if time <= self.reading.idle {
            return Ok(());
        }
        let is_missed = self.reading.is_missed(*received, time);
        // Counted anew, so that what came fast once does not count for ever.
        self.received = None;
        if is_missed { Err(too_slow()) } else { Ok(()) }
    }

    /// Notes that the client has made room for bytes.
    fn note_sent(&mut self, bytes: usize) -> io::Result<()> {
        let now = Instant::now();
        self.last_moved = now;
        self.received = None;
        let (time, sent) = &mut self.blocked;
        *sent += bytes as u64;
        if let Some(since) = self.blocked_since.take() {
            *time += now - since;
        }
        if *time <= self.writing.idle {
            return Ok(());
        }
        let (time, sent) = std::mem::take(&mut self.blocked);
        if self.writing.is_missed(sent, time) { Err(too_slow()) } else { Ok(()) }
    }

    /// Fails once nothing has moved for too long; else makes sure that this is asked again.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let limit = match self.blocked_since {
                Some(_) => Some(self.writing.idle),
                // The answer is what is waited for, not the client.
                None => self.in_flight.is_none().then_some(self.reading.idle),
            };
            if limit.is_some_and(|limit| now - self.last_moved >= limit) {
                return Err(too_slow());
            }
            let limit = limit.unwrap_or(self.reading.idle);
            let next = (self.last_moved + limit).max(now + Duration::from_millis(100)).min(now + limit);
            self.timer.as_mut().reset(next.into());
        }
        Ok(())
    }

    fn block(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.blocked_since.is_none() {
            let now = Instant::now();
            self.blocked_since = Some(now);
            // What was written before has just been taken.
            self.last_moved = now;
        }
        match self.check(cx) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready(error),
        }
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client is too slow")
}

impl<I: AsyncRead + Unpin> AsyncRead for Connection<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.io).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => {
                let read = buffer.filled().len() - before;
                Poll::Ready(self.note_received(read))
            }
            Poll::Ready(Ok(())) if !self.in_flight.is_none() => {
                let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep(END_DELAY)));
                end.as_mut().poll(cx).map(Ok)
            }
            Poll::Pending => match self.check(cx) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
            other => other,
        }
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write(cx, bytes) {
            Poll::Ready(Ok(written)) => Poll::Ready(self.note_sent(written).map(|()| written)),
            Poll::Pending => self.block(cx).map(Err),
            other => other,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{Connection, Pace};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    fn connection(milliseconds: u64) -> (Connection<DuplexStream>, DuplexStream) {
        let pace = Pace { idle: Duration::from_millis(milliseconds), bytes_per_second: 1 << 10 };
        let (ours, theirs) = duplex(1 << 10);
        (Connection::new(ours, pace, pace), theirs)
    }

    #[test]
    fn the_least_rate_is_enough_and_a_byte_less_is_not() {
        let pace = Pace { idle: Duration::from_secs(30), bytes_per_second: 1 << 10 };
        for (bytes, seconds, is_missed) in [(30 << 10, 30, false), ((30 << 10) - 1, 30, true), (0, 0, false)] {
            assert_eq!(pace.is_missed(bytes, Duration::from_secs(seconds)), is_missed, "{bytes} in {seconds} s");
        }
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_cut() {
        let (mut connection, _client) = connection(50);
        let error = connection.write_all(&[0; 4 << 10]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_gets_everything() {
        let (mut connection, mut client) = connection(10_000);
        let reading = tokio::spawn(async move {
            let mut all = vec![0; 1 << 20];
            client.read_exact(&mut all).await.unwrap();
        });
        connection.write_all(&vec![0; 1 << 20]).await.unwrap();
        reading.await.unwrap();
    }

    #[tokio::test]
    async fn silence_is_cut_only_while_nothing_is_being_answered() {
        let (mut connection, mut client) = connection(50);
        client.write_all(b"x").await.unwrap();
        connection.read_u8().await.unwrap();
        let answering = connection.in_flight().enter();
        let reading = tokio::time::timeout(Duration::from_millis(200), connection.read_u8()).await;
        assert!(reading.is_err(), "{reading:?}");
        drop(answering);
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    }
}
