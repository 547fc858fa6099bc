//! `endcap serve` as a browser meets it: bytes over a socket.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use endcap::cli::serve::{CONTENT_SECURITY_POLICY, Server};

const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// A folder as www/build.mjs would leave it, and beside it a file that nobody may read.
fn shop() -> tempfile::TempDir {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("dist");
    fs::create_dir_all(dir.join("cart")).unwrap();
    fs::create_dir_all(dir.join(".git")).unwrap();
    fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    for (name, content) in [
        ("index.html", "<!doctype html>home"),
        ("cart/index.html", "<!doctype html>cart"),
        (".git/config", "secret"),
        ("app-3fb09c1e.js", "export {}"),
        ("app.mjs", "export {}"),
        ("engine.wasm", "\0asm"),
        ("engine.wasm.br", "brotli bytes"),
        ("engine.wasm.gz", "gzip bytes"),
        ("cart.endcap", "bundle"),
        ("products.json", "[]"),
        ("style.css", "b{}"),
        ("cup.svg", "<svg/>"),
    ] {
        fs::write(dir.join(name), content).unwrap();
    }
    outer
}

/// Serves the folder until the test's process ends.
fn serve(dir: &Path) -> SocketAddr {
    let server = Server::bind(dir, SocketAddr::from(LOOPBACK)).unwrap();
    let address = server.address();
    std::thread::spawn(move || server.run());
    address
}

fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an end of the headers");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}

#[test]
fn every_file_has_its_type() {
    let shop = shop();
    let address = serve(&shop.path().join("dist"));
    for (path, kind) in [
        ("/", "text/html"),
        ("/cart/", "text/html"),
        ("/app-3fb09c1e.js", "text/javascript"),
        ("/app.mjs", "text/javascript"),
        ("/engine.wasm", "application/wasm"),
        ("/cart.endcap", "application/octet-stream"),
        ("/products.json", "application/json"),
        ("/style.css", "text/css"),
        ("/cup.svg", "image/svg+xml"),
    ] {
        let answer = ask(address, "GET", path, "");
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
    }
    assert_eq!(ask(address, "GET", "/cart/", "").body, b"<!doctype html>cart");
}

#[test]
fn every_answer_carries_the_security_headers_even_an_error() {
    let shop = shop();
    let address = serve(&shop.path().join("dist"));
    for (method, path, status) in
        [("GET", "/", 200), ("GET", "/none", 404), ("GET", "/.git/config", 404), ("POST", "/", 405)]
    {
        let answer = ask(address, method, path, "Content-Length: 0\r\n");
        assert_eq!(answer.status, status, "{method} {path}");
        for (name, value) in [
            ("content-security-policy", CONTENT_SECURITY_POLICY),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{method} {path}");
        }
    }
    assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src"));
    assert!(!CONTENT_SECURITY_POLICY.contains("  "), "a line break left its indentation in the policy");
}

#[test]
fn hashed_names_are_kept_and_the_rest_is_asked_for_again() {
    let shop = shop();
    let address = serve(&shop.path().join("dist"));
    assert_eq!(
        ask(address, "GET", "/app-3fb09c1e.js", "").header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(ask(address, "GET", "/none-3fb09c1e.js", "").header("cache-control"), "no-store");
    let first = ask(address, "GET", "/cart.endcap", "");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert!(!first.header("last-modified").is_empty());
    let again = ask(address, "GET", "/cart.endcap", &format!("If-None-Match: {}\r\n", first.header("etag")));
    assert_eq!((again.status, again.body.len()), (304, 0));
    fs::write(shop.path().join("dist/cart.endcap"), "another bundle").unwrap();
    let changed = ask(address, "GET", "/cart.endcap", &format!("If-None-Match: {}\r\n", first.header("etag")));
    assert_eq!((changed.status, changed.body), (200, b"another bundle".to_vec()));
}

#[test]
fn files_compressed_beforehand_are_sent_to_those_who_take_them() {
    let shop = shop();
    let address = serve(&shop.path().join("dist"));
    for (accepted, encoding, body) in
        [("br, gzip", "br", "brotli bytes"), ("gzip", "gzip", "gzip bytes"), ("identity", "", "\0asm")]
    {
        let answer = ask(address, "GET", "/engine.wasm", &format!("Accept-Encoding: {accepted}\r\n"));
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
        assert_eq!(answer.header("content-type"), "application/wasm", "{accepted}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{accepted}");
        assert_eq!(answer.body, body.as_bytes(), "{accepted}");
    }
    let plain = ask(address, "GET", "/app.mjs", "Accept-Encoding: br, gzip\r\n");
    assert_eq!((plain.header("content-encoding"), plain.body.as_slice()), ("", b"export {}".as_slice()));
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let shop = shop();
    let address = serve(&shop.path().join("dist"));
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/cart/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/cart/../../secret.txt",
        "//secret.txt",
        "/.git/config",
        "/%2egit/config",
        "/cart%2f%2e%2e%2f.git/config",
    ] {
        let answer = ask(address, "GET", path, "");
        assert_eq!(answer.status, 404, "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"), "{path}");
    }
}

#[test]
fn a_taken_port_and_a_missing_folder_are_refused_with_a_remedy() {
    let shop = shop();
    let dir = shop.path().join("dist");
    let held = Server::bind(&dir, SocketAddr::from(LOOPBACK)).unwrap();
    let taken = Server::bind(&dir, held.address()).unwrap_err();
    assert_eq!(taken.exit_code(), 3);
    assert!(
        taken.to_string().contains(&held.address().to_string()) && taken.to_string().contains("--port 0"),
        "{taken}"
    );
    let file = Server::bind(&dir.join("index.html"), SocketAddr::from(LOOPBACK)).unwrap_err();
    assert_eq!(file.exit_code(), 2);
    assert!(file.to_string().contains("expected a folder"), "{file}");
}
