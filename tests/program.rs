//! Starting the program as a user does.

use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

/// Root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// The program with its arguments.
pub fn hotspot<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotspot"));
    command.args(args).env_remove("HOTSPOT_LOG").env("NO_COLOR", "1");
    command
}

/// Runs it to its end.
pub fn run<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    hotspot(args).output().unwrap()
}

/// Runs it, demands success, and returns what it printed.
pub fn succeed<A: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = A>) -> String {
    let output = run(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What it printed, as JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Six months of synthetic London, made once for all tests.
pub struct Simulated {
    _dir: tempfile::TempDir,
    /// Incidents in our own schema.
    pub incidents: PathBuf,
    /// Truth.
    pub truth: PathBuf,
    /// Links.
    pub links: PathBuf,
}

/// Six months of synthetic London.
pub fn simulated() -> &'static Simulated {
    static MADE: OnceLock<Simulated> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let made = Simulated { incidents: path("incidents.csv"), truth: path("truth.json"), links: path("links.csv"), _dir: dir };
        succeed([
            "simulate".as_ref(),
            "--months".as_ref(),
            "6".as_ref(),
            "--seed".as_ref(),
            "11".as_ref(),
            "--start".as_ref(),
            "2025-05".as_ref(),
            "--out".as_ref(),
            made.incidents.as_os_str(),
            "--truth".as_ref(),
            made.truth.as_os_str(),
            "--links".as_ref(),
            made.links.as_os_str(),
        ]);
        made
    })
}

/// A server on a free port; it ends with its owner.
pub struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    /// Starts `hotspot serve` on the releases.
    pub fn start(releases: &Path) -> Self {
        Self::with(releases, &[])
    }

    /// Starts it with more options.
    pub fn with(releases: &Path, more: &[&str]) -> Self {
        Self::of(hotspot(["serve", "--listen", "127.0.0.1:0", "--releases", releases.to_str().unwrap()]).args(more))
    }

    /// Starts it so that it logs everything, to this file.
    pub fn logging(releases: &Path, log: File) -> Self {
        let mut command = hotspot(["serve", "--listen", "127.0.0.1:0", "--releases", releases.to_str().unwrap()]);
        Self::of(command.env("HOTSPOT_LOG", "trace").stderr(log))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split(['/', ' ', '\n']).next().unwrap().to_owned();
        Self { child, address }
    }

    /// Status, headers and body of a GET.
    pub fn get(&self, path: &str) -> (u16, String, Vec<u8>) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// Status and body of a PUT of a table.
    pub fn put(&self, path: &str, table: &str) -> (u16, String) {
        let head = format!("PUT {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: text/csv", self.address);
        let (status, _, body) = self.ask(&format!("{head}\r\nContent-Length: {}\r\n\r\n{table}", table.len()));
        (status, String::from_utf8(body).unwrap())
    }

    /// Status, headers and body of whatever is sent with these headers.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, Vec<u8>) {
        let more = headers.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{more}", self.address);
        self.ask(&format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    fn ask(&self, request: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer[end + 4..].to_vec();
        let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
        (status, head, if chunked { unchunk(&body) } else { body })
    }

    /// The JSON of a GET that succeeds.
    pub fn json(&self, path: &str) -> Value {
        let (status, head, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {head}");
        serde_json::from_slice(&body).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|w| w == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap().trim(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 2 + length + 2..];
    }
}
