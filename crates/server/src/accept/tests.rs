//! Real sockets, some of whose owners behave badly.

use super::*;
use axum::routing::{get, post};
use std::io::{Read, Write};
use std::net::TcpStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{self, ClientConfig, DigitallySignedStruct, SignatureScheme};

/// More than the buffers of a connection hold.
const BIG: usize = 64 << 20;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<io::Result<()>>,
}

async fn start(limits: Limits) -> Running {
    start_with(limits, None).await
}

#[expect(clippy::disallowed_methods, reason = "routes of a test have no rights")]
#[expect(clippy::unused_async, reason = "a listener is made within a runtime")]
async fn start_with(limits: Limits, tls: Option<Tls>) -> Running {
    let router = Router::new()
        .route("/", get(async || "here"))
        .route("/big", get(async || vec![b'x'; BIG]))
        .route(
            "/body",
            post(async |request: Request| match axum::body::to_bytes(request.into_body(), 1 << 20).await {
                Ok(bytes) => format!("{} bytes", bytes.len()),
                Err(error) => if Late::caused(&error) { "too late" } else { "broken off" }.to_owned(),
            }),
        )
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_millis(300)).await;
                "late"
            }),
        );
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let done = tokio::spawn(serve_within(limits, listener, router, tls, async { stopped.await.unwrap_or_default() }));
    Running { address, stop, done }
}

const SHORT: Limits = Limits {
    header: Duration::from_millis(200),
    body: Duration::from_millis(400),
    pace: Pace { patience: Duration::from_millis(300), bytes_per_second: 8 << 20 },
    drain: Duration::from_secs(5),
    ..LIMITS
};

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// Sends these bytes and reads until the server closes; fails when it does not within ten seconds.
async fn sent(address: SocketAddr, bytes: &'static [u8]) -> String {
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
    let answer = sent(running.address, ASK).await;
    assert!(answer.ends_with("here"));
}

/// Connects, and hands the socket to a client on a thread of its own.
async fn client<T: Send + 'static>(address: SocketAddr, act: impl FnOnce(TcpStream) -> T + Send + 'static) -> T {
    let run = move || {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        act(socket)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Sends one byte each 20 milliseconds until the server has closed, and says after how long.
fn dribble(mut socket: TcpStream, bytes: impl Iterator<Item = u8>) -> (Duration, String) {
    let start = Instant::now();
    for byte in bytes.take(400) {
        if socket.write_all(&[byte]).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = socket.read_to_end(&mut answer);
    (start.elapsed(), String::from_utf8_lossy(&answer).into_owned())
}

async fn healthy(address: SocketAddr) {
    let answer = sent(address, ASK).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
}

#[tokio::test]
async fn a_header_that_comes_by_the_byte_is_cut_off() {
    let running = start(SHORT).await;
    let header = b"GET / HTTP/1.1\r\nhost: x\r\nx-padding: ".iter().copied().chain(std::iter::repeat(b'a'));
    let dribbling = tokio::spawn(client(running.address, |socket| dribble(socket, header)));
    healthy(running.address).await;
    let (took, answer) = dribbling.await.unwrap();
    assert!(took < Duration::from_secs(4) && !answer.contains("200 OK"), "{took:?} {answer}");
}

#[tokio::test]
async fn a_body_that_comes_by_the_byte_is_cut_off() {
    let running = start(SHORT).await;
    let request = b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    let (took, answer) = client(running.address, |mut socket| {
        socket.write_all(request).unwrap();
        dribble(socket, std::iter::repeat(b'a'))
    })
    .await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    // The answer may be lost in the reset that follows it.
    assert!(answer.is_empty() || answer.ends_with("too late"), "{answer}");
    let whole = sent(running.address, b"POST /body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc").await;
    assert!(whole.ends_with("3 bytes"), "{whole}");
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_not_waited_for() {
    let running = start(SHORT).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 9000000000\r\n\r\n";
    let (took, _) = client(running.address, |mut socket| {
        socket.write_all(request).unwrap();
        dribble(socket, std::iter::repeat(b'a'))
    })
    .await;
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off_and_one_that_does_gets_everything() {
    let running = start(SHORT).await;
    let read = |mut socket: TcpStream, first: Duration, pause: Duration| {
        socket.write_all(b"GET /big HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        std::thread::sleep(first);
        let (mut got, mut piece) = (0, vec![0; 16 << 10]);
        let start = Instant::now();
        while let Ok(n @ 1..) = socket.read(&mut piece) {
            got += n;
            // Slow for three seconds; whatever the server has sent by then is taken at once.
            if start.elapsed() < Duration::from_secs(3) {
                std::thread::sleep(pause);
            }
        }
        got
    };
    let second = Duration::from_secs(1);
    let none = tokio::spawn(client(running.address, move |socket| read(socket, 2 * second, Duration::ZERO)));
    let slow = tokio::spawn(client(running.address, move |socket| read(socket, Duration::ZERO, second / 10)));
    healthy(running.address).await;
    let all = client(running.address, move |socket| read(socket, Duration::ZERO, Duration::ZERO)).await;
    assert!(all > BIG, "a client that reads gets it whole: {all}");
    let (none, slow) = (none.await.unwrap(), slow.await.unwrap());
    assert!(none < BIG && slow < BIG, "cut off: {none} {slow}");
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let limits = Limits { of_one: |_| 3, header: Duration::from_secs(2), ..SHORT };
    let running = start(limits).await;
    let silent: Vec<_> = (0..3).map(|_| TcpStream::connect(running.address).unwrap()).collect();
    // The fourth is closed before it has said a word.
    let fourth = client(running.address, |mut socket| {
        let start = Instant::now();
        let _ = socket.write_all(ASK);
        let mut answer = String::new();
        let _ = socket.read_to_string(&mut answer);
        (start.elapsed(), answer)
    })
    .await;
    assert!(fourth.0 < Duration::from_millis(1500) && fourth.1.is_empty(), "{fourth:?}");
    drop(silent);
    tokio::time::sleep(Duration::from_millis(300)).await;
    healthy(running.address).await;
}

#[tokio::test]
async fn a_header_that_is_too_large_is_refused() {
    let running = start(SHORT).await;
    let answer = client(running.address, |mut socket| {
        let _ = socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-padding: ");
        let _ = socket.write_all(&vec![b'a'; 17 << 10]);
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    healthy(running.address).await;
}

/// Trusts one certificate, whatever the day is.
#[derive(Debug)]
struct Pinned(CertificateDer<'static>, CryptoProvider);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.0 { Ok(ServerCertVerified::assertion()) } else { Err(rustls::Error::General("another".to_owned())) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.1.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.1.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}

const ONE: (&[u8], &[u8]) = (include_bytes!("certificates/one.pem"), include_bytes!("certificates/one.key.pem"));
const TWO: (&[u8], &[u8]) = (include_bytes!("certificates/two.pem"), include_bytes!("certificates/two.key.pem"));

/// What the server answers over TLS to a client that trusts this certificate and offers these protocols.
async fn over_tls(address: SocketAddr, certificate: &[u8], protocols: &[&str]) -> io::Result<(Option<Vec<u8>>, String)> {
    let pinned = Pinned(CertificateDer::from_pem_slice(certificate).unwrap(), ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(pinned))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
    let stream = tokio::net::TcpStream::connect(address).await?;
    let mut stream = TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), stream).await?;
    let chosen = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    stream.write_all(ASK).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok((chosen, answer))
}

#[tokio::test]
async fn over_tls_the_same_is_answered_and_nothing_without_it() {
    let tls = Tls::new(ONE.0, ONE.1).unwrap();
    let running = start_with(SHORT, Some(tls.clone())).await;
    let (chosen, answer) = over_tls(running.address, ONE.0, &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(chosen.as_deref(), Some(&b"http/1.1"[..]));
    assert!(answer.ends_with("here"), "{answer}");
    // HTTP/2 alone, no encryption, noise, a handshake that stops, silence: each ends, and the next is answered.
    assert!(over_tls(running.address, ONE.0, &["h2"]).await.is_err());
    for bytes in [ASK, b"", b"\x16\x03\x01", &[0xff; 300]] {
        let start = Instant::now();
        let answer = client(running.address, move |mut socket| {
            let _ = socket.write_all(bytes);
            let mut answer = Vec::new();
            let _ = socket.read_to_end(&mut answer);
            answer
        })
        .await;
        assert!(start.elapsed() < Duration::from_secs(3) && !answer.starts_with(b"HTTP"), "{answer:?}");
    }
    assert!(over_tls(running.address, ONE.0, &[]).await.unwrap().1.ends_with("here"));
    // Another certificate, for connections from now on; a bad one changes nothing.
    tls.replace(TWO.0, TWO.1).unwrap();
    assert!(over_tls(running.address, ONE.0, &[]).await.is_err());
    assert_eq!(tls.replace(ONE.0, TWO.1), Err(BadCertificate::KeyOfAnother));
    assert!(over_tls(running.address, TWO.0, &[]).await.unwrap().1.ends_with("here"));
}

#[test]
fn files_that_are_no_certificate_or_no_key_of_it_are_told_apart() {
    let bad = |certificate: &[u8], key: &[u8]| Tls::new(certificate, key).unwrap_err();
    assert_eq!(bad(b"", ONE.1), BadCertificate::NoCertificate);
    assert_eq!(bad(ONE.1, ONE.1), BadCertificate::NoCertificate);
    assert_eq!(bad(ONE.0, ONE.0), BadCertificate::NoKey);
    assert_eq!(bad(ONE.0, TWO.1), BadCertificate::KeyOfAnother);
}

/// The 99th of a hundred answers, in microseconds.
async fn p99(address: SocketAddr, requests: usize) -> u128 {
    let mut took = Vec::with_capacity(requests);
    for _ in 0..requests {
        let start = Instant::now();
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        socket.write_all(ASK).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        took.push(start.elapsed().as_micros());
    }
    took.sort_unstable();
    took[requests * 99 / 100]
}

/// Connects and says nothing, or a byte a second, until it is cut off; how long that took.
async fn attack(address: SocketAddr, speaks: bool) -> Duration {
    let start = Instant::now();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut byte = [0];
    loop {
        if speaks && socket.write_all(b"G").await.is_err() {
            break;
        }
        match tokio::time::timeout(Duration::from_secs(1), socket.read(&mut byte)).await {
            Ok(Ok(1..)) | Err(_) => {}
            Ok(Ok(0) | Err(_)) => break,
        }
        assert!(start.elapsed() < Duration::from_mins(1), "never cut off");
    }
    start.elapsed()
}

/// 150 silent and 150 dribbling clients, or with `HOTSPOT_PROVE` 1,000 of each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "a variable asks for the long form")]
async fn slow_clients_are_cut_off_and_the_others_do_not_notice() {
    let (each, requests) = if std::env::var_os("HOTSPOT_PROVE").is_some() { (1_000, 4_000) } else { (150, 400) };
    let running = start(LIMITS).await;
    p99(running.address, requests / 4).await;
    let alone = p99(running.address, requests).await;
    let attackers: Vec<_> = (0..2 * each).map(|i| tokio::spawn(attack(running.address, i % 2 == 0))).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let beset = p99(running.address, requests).await;
    let mut longest = Duration::ZERO;
    for attacker in attackers {
        longest = longest.max(attacker.await.unwrap());
    }
    println!(
        "figure R10: {each} silent and {each} dribbling clients: p99 of healthy requests {alone} µs alone, {beset} µs beset; cut off within {:.1} s",
        longest.as_secs_f64()
    );
    assert!(longest <= Duration::from_secs(15), "{longest:?}");
    // The floor is the noise of a busy machine.
    assert!(beset <= (2 * alone).max(20_000), "{alone} µs alone, {beset} µs beset");
}
