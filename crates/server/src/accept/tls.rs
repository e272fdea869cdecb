//! Encryption: TLS 1.2 and 1.3 by rustls, with a certificate that may be replaced while connections are served.

use arc_swap::ArcSwap;
use std::fmt;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::server::TlsStream;

/// A certificate or its key that cannot be used. Never says what stands in the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// No certificate in PEM.
    #[error("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    /// No private key in PEM.
    #[error("holds no private key in PEM (-----BEGIN PRIVATE KEY-----), or one that is encrypted")]
    NoKey,
    /// A key of another kind, or of another certificate.
    #[error("is no key of this certificate: the first certificate of the file must be the server's own, with its key")]
    KeyOfAnother,
}

/// Encryption with the certificate in force; cheap to clone.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    in_force: Arc<InForce>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Encryption with the certificates (the server's own first) and the key of these PEM files.
    ///
    /// # Errors
    /// When one of them cannot be read, or the key is of another certificate.
    pub fn new(certificates: &[u8], key: &[u8]) -> Result<Self, BadCertificate> {
        let provider = Arc::new(ring::default_provider());
        let in_force = Arc::new(InForce(ArcSwap::from_pointee(certified(certificates, key, &provider)?)));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the suites of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&in_force) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: Arc::new(config).into(), in_force })
    }

    /// Puts others in force: for connections from now on.
    ///
    /// # Errors
    /// As [`Tls::new`]; those in force stay then.
    pub fn replace(&self, certificates: &[u8], key: &[u8]) -> Result<(), BadCertificate> {
        let new = certified(certificates, key, &ring::default_provider())?;
        self.in_force.0.store(Arc::new(new));
        Ok(())
    }

    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }
}

/// The certificate in force.
#[derive(Debug)]
struct InForce(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for InForce {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

fn certified(certificates: &[u8], key: &[u8], provider: &CryptoProvider) -> Result<CertifiedKey, BadCertificate> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(certificates).collect::<Result<_, _>>().map_err(|_no_pem| BadCertificate::NoCertificate)?;
    if chain.is_empty() {
        return Err(BadCertificate::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_no_pem| BadCertificate::NoKey)?;
    CertifiedKey::from_der(chain, key, provider).map_err(|_of_another| BadCertificate::KeyOfAnother)
}
