//! The certificate of the service: read from two files, and read again when they change.

use crate::args::TlsArgs;
use crate::commands::note;
use crate::failure::{Done, Failure};
use hotspot_server::{BadCertificate, Tls};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A certificate with the files that it comes from.
#[derive(Debug)]
pub struct Certificate {
    certificates: PathBuf,
    key: PathBuf,
    seen: Seen,
    tls: Tls,
}

/// When both files were last written.
type Seen = [Option<SystemTime>; 2];

impl Certificate {
    /// The one that the arguments name, if they do.
    pub fn given(args: &TlsArgs) -> Done<Option<Self>> {
        let (Some(certificates), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
        let seen = seen(certificates, key);
        let (certificate_pem, key_pem) = read(certificates, key)?;
        let tls = Tls::new(&certificate_pem, &key_pem).map_err(|bad| unusable(certificates, key, bad))?;
        Ok(Some(Self { certificates: certificates.clone(), key: key.clone(), seen, tls }))
    }

    /// What the server encrypts with.
    pub fn tls(&self) -> Tls {
        self.tls.clone()
    }

    /// Looks at the files for ever, and puts what they hold in force when they have changed. What cannot be used is told, once, and what
    /// was in force stays.
    pub async fn renew(mut self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let now = seen(&self.certificates, &self.key);
            if now == self.seen {
                continue;
            }
            match self.reread() {
                Ok(()) => note("the certificate was read anew"),
                Err(failure) => note(format_args!("the certificate in force stays: {failure}")),
            }
            self.seen = now;
        }
    }

    fn reread(&self) -> Done {
        let (certificate, key) = read(&self.certificates, &self.key)?;
        self.tls.replace(&certificate, &key).map_err(|bad| unusable(&self.certificates, &self.key, bad))
    }
}

fn seen(certificates: &Path, key: &Path) -> Seen {
    [certificates, key].map(|path| fs::metadata(path).and_then(|m| m.modified()).ok())
}

fn read(certificates: &Path, key: &Path) -> Done<(Vec<u8>, Vec<u8>)> {
    private(key)?;
    let file = |path: &Path| fs::read(path).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())));
    Ok((file(certificates)?, file(key)?))
}

/// Refuses a key that others than its owner and group may use.
pub fn private(key: &Path) -> Done {
    let cannot = |why: &dyn std::fmt::Display| Failure::cannot(format!("{}: {why}", key.display()));
    let mode = fs::metadata(key).map_err(|e| cannot(&e))?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err(cannot(&"others than its owner and group may use this key: chmod o-rwx"));
    }
    Ok(())
}

fn unusable(certificates: &Path, key: &Path, bad: BadCertificate) -> Failure {
    let path = if bad == BadCertificate::NoCertificate { certificates } else { key };
    Failure::cannot(format!("{}: {bad}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [&[u8]; 2] = [
        include_bytes!("../../../server/src/accept/certificates/one.pem"),
        include_bytes!("../../../server/src/accept/certificates/one.key.pem"),
    ];
    const TWO: [&[u8]; 2] = [
        include_bytes!("../../../server/src/accept/certificates/two.pem"),
        include_bytes!("../../../server/src/accept/certificates/two.key.pem"),
    ];

    fn said(args: &TlsArgs) -> String {
        Certificate::given(args).map_or_else(|failure| failure.to_string(), |given| format!("{}", given.is_some()))
    }

    #[test]
    fn a_key_that_others_may_read_or_that_is_of_another_certificate_is_refused_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        let args = TlsArgs { tls_cert: Some(cert.clone()), tls_key: Some(key.clone()) };
        assert_eq!(said(&TlsArgs::default()), "false");
        assert!(said(&args).contains("key.pem"), "{}", said(&args));
        fs::write(&cert, ONE[0]).unwrap();
        fs::write(&key, ONE[1]).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(said(&args).contains("chmod"), "{}", said(&args));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(said(&args), "true");
        let mut certificate = Certificate::given(&args).unwrap().unwrap();
        fs::write(&key, TWO[1]).unwrap();
        let refused = said(&args);
        assert!(refused.contains("key of this certificate") && !refused.contains("BEGIN"), "{refused}");
        // Half renewed: what was in force stays. Renewed: the new one is taken.
        assert!(certificate.reread().is_err());
        fs::write(&cert, TWO[0]).unwrap();
        certificate.reread().unwrap();
        certificate.key = dir.path().join("gone.pem");
        assert!(certificate.reread().is_err());
    }
}
