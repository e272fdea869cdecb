//! Connections: how many, how long they may take, and how they end.
//!
//! # Design
//! `axum::serve` and hyper-util's `auto` builder leave a socket that never sends a byte open for ever, and no layer above them sees a reader that
//! never reads. Here every wait of a connection has an end: for the handshake, for the header (and with it an idle keep-alive), for the whole
//! body, and for the answer to be taken; connections are counted, in all and by address. HTTP/1.1 alone is spoken, over TLS too: HTTP/2 would
//! need the same limits a second time, for its own frames.

mod patience;
mod peers;
#[cfg(test)]
mod tests;
mod tls;

pub(crate) use patience::Late;
pub use tls::{BadCertificate, Tls};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderValue;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use patience::{Pace, Patient, Timed};
use peers::Peers;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;
use tracing::{debug, warn};

#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Time to agree on encryption, to send a header, and to be silent between requests.
    header: Duration,
    /// Time for a whole body to arrive.
    body: Duration,
    /// How an answer must be taken.
    pace: Pace,
    /// Connections at one time; more wait to be accepted.
    connections: usize,
    /// Connections of one address at one time; more are closed at once.
    of_one: fn(IpAddr) -> usize,
    /// Largest header in bytes.
    header_bytes: usize,
    /// Time for requests under way to end after shutdown was asked for.
    drain: Duration,
}

const LIMITS: Limits = Limits {
    header: Duration::from_secs(10),
    body: Duration::from_secs(15),
    pace: Pace { patience: Duration::from_secs(15), bytes_per_second: 8 * 1024 },
    connections: 4096,
    // A proxy on this machine speaks for everybody, and sees who they are.
    of_one: |address| if address.is_loopback() { 4096 } else { 64 },
    header_bytes: 16 * 1024,
    drain: Duration::from_secs(25),
};

/// A request came over TLS: a mark among its extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encrypted;

/// Connections that wait to be accepted. With the usual 128 a burst makes the others wait a second, or believe that they are connected.
const BACKLOG: u32 = 4096;

/// Listens at an address, with room for a burst of connections.
///
/// # Errors
/// When the address is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `shutdown` is done, then takes no new connection and lets the requests under way end, for at most 25 seconds.
///
/// With `tls` nothing is answered without encryption.
///
/// # Errors
/// None that is known: an accept that fails is tried again.
pub async fn serve(listener: TcpListener, router: Router, tls: Option<Tls>, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    serve_within(LIMITS, listener, router, tls, shutdown).await
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(limits.header_bytes);
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let peers = Arc::new(Peers::default());
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await.expect("the semaphore is never closed");
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Out of file handles, mostly: wait for some to close.
                warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(visit) = peers.admit(peer.ip(), limits.of_one) else {
            debug!("one address has too many connections: one more was closed");
            continue;
        };
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection closed at once");
            continue;
        }
        let answering = Answering { limits, http: http.clone(), router: router.clone(), peer, watcher: graceful.watcher() };
        let tls = tls.clone();
        tokio::spawn(async move {
            let _held = (slot, visit);
            if let Err(error) = answering.connection(stream, tls).await {
                debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown()).await.is_err() {
        warn!("some requests were cut off at shutdown");
    }
    Ok(())
}

/// What answers one connection.
struct Answering {
    limits: Limits,
    http: http1::Builder,
    router: Router,
    peer: SocketAddr,
    watcher: Watcher,
}

impl Answering {
    async fn connection(self, stream: TcpStream, tls: Option<Tls>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let stream = Patient::new(stream, self.limits.pace);
        let Some(tls) = tls else { return Ok(self.speak(stream, false).await?) };
        let stream = tokio::time::timeout(self.limits.header, tls.accept(stream)).await??;
        Ok(self.speak(stream, true).await?)
    }

    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, encrypted: bool) -> hyper::Result<()> {
        let Self { limits, http, router, peer, watcher } = self;
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request =
                request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(Timed::new(body, limits.body)) });
            request.extensions_mut().insert(ConnectInfo(peer));
            if encrypted {
                request.extensions_mut().insert(Encrypted);
            }
            let answer = router.clone().call(request);
            async move {
                let mut response = answer.await?;
                if encrypted && !peer.ip().is_loopback() {
                    // A browser on this machine would keep it for every other server here.
                    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, ONE_YEAR);
                }
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await
    }
}

const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");
