//! Connections: how many, how long they may be silent, and how they end.
//!
//! # Design
//! `axum::serve` and hyper-util's `auto` builder leave a socket that never sends a byte open for ever. Here HTTP/1 is spoken
//! with a timer, so the time to send a header is bounded (and with it an idle keep-alive), and connections are counted.

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::Service;
use tracing::{debug, warn};

#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Time to send a header, and to be silent between requests.
    header: Duration,
    /// Connections at one time; more wait to be accepted.
    connections: usize,
    /// Largest header in bytes.
    header_bytes: usize,
    /// Time for requests under way to end after shutdown was asked for.
    drain: Duration,
}

const LIMITS: Limits =
    Limits { header: Duration::from_secs(15), connections: 1024, header_bytes: 16 * 1024, drain: Duration::from_secs(25) };

/// Serves until `shutdown` is done, then takes no new connection and lets the requests under way end, for at most 25 seconds.
///
/// # Errors
/// None that is known: an accept that fails is tried again.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    serve_within(LIMITS, listener, router, shutdown).await
}

async fn serve_within(limits: Limits, listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header).max_buf_size(limits.header_bytes);
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
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
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection closed at once");
            continue;
        }
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request)
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let _slot = slot;
            if let Err(error) = connection.await {
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use tokio::sync::oneshot;

    struct Running {
        address: std::net::SocketAddr,
        stop: oneshot::Sender<()>,
        done: tokio::task::JoinHandle<io::Result<()>>,
    }

    async fn start(limits: Limits) -> Running {
        let router = Router::new().route("/", get(async || "here")).route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_millis(300)).await;
                "late"
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let done = tokio::spawn(serve_within(limits, listener, router, async { stopped.await.unwrap_or_default() }));
        Running { address, stop, done }
    }

    const SHORT: Limits = Limits { header: Duration::from_millis(200), drain: Duration::from_secs(5), ..LIMITS };

    /// Sends these bytes and reads until the server closes; fails when it does not within ten seconds.
    async fn sent(address: std::net::SocketAddr, bytes: &'static [u8]) -> String {
        let client = move || {
            let mut socket = TcpStream::connect(address).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            socket.write_all(bytes).unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).expect("the server closes the connection");
            answer
        };
        tokio::task::spawn_blocking(client).await.unwrap()
    }

    #[tokio::test]
    async fn a_socket_that_sends_nothing_is_closed() {
        let running = start(SHORT).await;
        for bytes in [&b""[..], b"GET / HT"] {
            assert!(!sent(running.address, bytes).await.contains("200 OK"));
        }
    }

    #[tokio::test]
    async fn requests_under_way_end_before_the_server_does() {
        let running = start(LIMITS).await;
        let client = tokio::spawn(sent(running.address, b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"));
        tokio::time::sleep(Duration::from_millis(100)).await;
        running.stop.send(()).unwrap();
        let answer = client.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("late"), "{answer}");
        running.done.await.unwrap().unwrap();
        assert!(TcpStream::connect(running.address).is_err());
    }

    #[tokio::test]
    async fn more_connections_than_allowed_wait_for_their_turn() {
        let running = start(Limits { connections: 1, ..SHORT }).await;
        let _first = TcpStream::connect(running.address).unwrap();
        // The first never speaks, is closed, and makes room.
        let answer = sent(running.address, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.ends_with("here"));
    }
}
