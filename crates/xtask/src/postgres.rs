//! A PostgreSQL of one run of the tests: in a temporary folder, on a free port of this machine.

use crate::run::{command, succeed};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Where Debian has its versions.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The variable by which tests are told of it. With it they fail when it does not answer; without it they use SQLite alone.
pub const VARIABLE: &str = "HOTSPOT_TEST_POSTGRES";
/// Only this machine can reach it, and only while the tests run.
const PASSWORD: &str = "of-the-tests";

/// A server that ends with its owner, and its folder with it.
pub struct Postgres {
    child: Child,
    folder: PathBuf,
    /// Address of the database `postgres`.
    pub address: String,
}

/// Starts a server; installs it first when it is missing.
pub fn start() -> Result<Postgres, String> {
    let bin = installed()?;
    let folder = PathBuf::from(said(as_its_user("mktemp").args(["-d", "/tmp/hotspot-postgres-XXXXXX"]))?);
    let data = folder.join("data");
    let password = folder.join("password");
    fs::write(&password, PASSWORD).map_err(|e| format!("{}: {e}", password.display()))?;
    let mut init = as_its_user(&bin.join("initdb").to_string_lossy());
    init.args(["--auth=scram-sha-256", "--username=postgres", "--encoding=UTF8", "--locale=C", "--pgdata"]).arg(&data);
    init.arg("--pwfile").arg(&password).stdout(Stdio::null());
    succeed("initdb", &mut init)?;
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| format!("no free port: {e}"))?.port();
    let child = as_its_user(&bin.join("postgres").to_string_lossy())
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "log_min_messages=fatal", "-p", &port.to_string(), "-D"])
        .arg(&data)
        .arg("-k")
        .arg(&folder)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("postgres: cannot start: {e}"))?;
    let address = format!("postgres://postgres:{PASSWORD}@127.0.0.1:{port}/postgres");
    let mut server = Postgres { child, folder, address };
    for _ in 0..300 {
        let ready = Command::new(bin.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
        if ready.is_ok_and(|s| s.success()) {
            return Ok(server);
        }
        if let Ok(Some(status)) = server.child.try_wait() {
            return Err(format!("postgres ended: {status}"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err("postgres was not ready within 30 seconds".to_owned())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Asked to end, it takes its children and its shared memory with it; killed, it would not.
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Folder of the newest version's programs.
fn newest() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    versions
        .map(|version| Path::new(VERSIONS).join(version.to_string()).join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .max()
}

fn installed() -> Result<PathBuf, String> {
    if let Some(bin) = newest() {
        return Ok(bin);
    }
    let install = succeed("apt-get update", &mut command("apt-get", &["update", "-qq"])).and_then(|()| {
        succeed(
            "apt-get install",
            command("apt-get", &["install", "-y", "-qq", "postgresql"]).env("DEBIAN_FRONTEND", "noninteractive"),
        )
    });
    install.ok().and_then(|()| newest()).ok_or_else(|| {
        format!("the tests of the ledger need PostgreSQL below {VERSIONS}, and it could not be installed; as root: apt-get install postgresql")
    })
}

/// A program as the user `postgres` where this is root, whom PostgreSQL refuses.
fn as_its_user(program: &str) -> Command {
    if said(Command::new("id").arg("-u")).is_ok_and(|id| id == "0") {
        return command("setpriv", &["--reuid=postgres", "--regid=postgres", "--init-groups", program]);
    }
    command(program, &[])
}

/// What a program prints.
fn said(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output().map_err(|e| format!("{name}: cannot start: {e}"))?;
    if !output.status.success() {
        return Err(format!("{name}: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
