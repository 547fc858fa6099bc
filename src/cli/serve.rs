//! `endcap serve`: a static server for the demo store and for a shop's trials on its own machine.
//!
//! Opened from the disk a page cannot fetch its bundle, and the usual one-line servers send a wasm module with the wrong
//! type, cache stale bundles and know no Content-Security-Policy. This one answers as a careful static host would: right
//! types, files compressed beforehand (`x.wasm.br` beside `x.wasm`), validators, and the strict policy that the page
//! promises to work under. It is for a developer's machine: no TLS, no log, no limits on clients. It listens on the
//! loopback address unless told otherwise.

use std::fmt;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower_http::services::ServeDir;

/// What a page served from here may do: run its own scripts and wasm, and talk to nobody else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A year, the longest that caches are asked to keep anything.
const KEEP: &str = "public, max-age=31536000, immutable";
/// Keep, but ask whether it is still right: an ETag and a date go with every file.
const REVALIDATE: &str = "no-cache";

/// The arguments of `endcap serve`.
#[derive(Debug, Clone, clap::Args)]
#[command(
    about = "Serve a folder over HTTP, as the demo store needs it",
    after_help = "Examples:\n  endcap serve www/dist\n  endcap serve www/dist --port 0      any free port; the address is the first line printed"
)]
pub struct ServeArgs {
    /// The folder to serve; `index.html` answers for a folder
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// The address to listen on; 0.0.0.0 opens the folder to the whole network
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
}

/// Why nothing can be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The path is not a folder that can be read.
    NotAFolder {
        /// The path as it was given.
        dir: PathBuf,
        /// What the system said, when it said anything.
        source: Option<io::Error>,
    },
    /// The address cannot be listened on.
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The machine gave no thread or no signal handler.
    Machine(io::Error),
}

impl ServeError {
    /// The process's exit code: 2 where the command was wrong, 3 where the machine failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            ServeError::NotAFolder { .. } => 2,
            ServeError::Listen { .. } | ServeError::Machine(_) => 3,
        }
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::NotAFolder { dir, source: None } => {
                write!(f, "expected a folder to serve, found a file: {}; name the folder that holds it", dir.display())
            }
            ServeError::NotAFolder { dir, source: Some(source) } => {
                write!(f, "cannot serve {}: {source}; `make demo` builds the demo store in www/dist", dir.display())
            }
            ServeError::Listen { address, source } => {
                write!(f, "cannot listen on {address}: {source}; `--port 0` takes any free port")
            }
            ServeError::Machine(source) => write!(f, "cannot start the server: {source}"),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error.exit_code() {
            2 => Self::command(error),
            _ => Self::machine(error),
        }
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ServeError::NotAFolder { source, .. } => source.as_ref().map(|source| source as _),
            ServeError::Listen { source, .. } | ServeError::Machine(source) => Some(source),
        }
    }
}

/// Serves until the process is told to stop (Ctrl-C or SIGTERM); the first line on stdout is the address.
///
/// # Errors
/// [`ServeError`] when the folder, the address or the machine does not allow it.
pub fn run(args: &ServeArgs) -> Result<(), ServeError> {
    let server = Server::bind(&args.dir, SocketAddr::new(args.host, args.port))?;
    // A reader that has gone away costs us the line, not the server.
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "http://{}", server.address()).and_then(|()| stdout.flush());
    drop(stdout);
    server.run()
}

/// A folder and a port that is already ours: connections queue up from here on and [`Server::run`] answers them.
#[derive(Debug)]
pub struct Server {
    dir: PathBuf,
    address: SocketAddr,
    listener: TcpListener,
}

impl Server {
    /// Takes the address; port 0 becomes a free one, told by [`Server::address`].
    ///
    /// # Errors
    /// [`ServeError::NotAFolder`], or [`ServeError::Listen`] where the address is taken or not ours.
    pub fn bind(dir: &Path, address: SocketAddr) -> Result<Server, ServeError> {
        let found = std::fs::metadata(dir);
        if !matches!(&found, Ok(metadata) if metadata.is_dir()) {
            return Err(ServeError::NotAFolder { dir: dir.to_owned(), source: found.err() });
        }
        let listen = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        };
        let (bound, listener) = listen().map_err(|source| ServeError::Listen { address, source })?;
        Ok(Server { dir: dir.to_owned(), address: bound, listener })
    }

    /// Where the server listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests on this thread until Ctrl-C or SIGTERM. Open connections are cut: a browser may hold an unused one
    /// for minutes.
    ///
    /// # Errors
    /// [`ServeError::Machine`] where no thread, socket or signal handler is to be had.
    pub fn run(self) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(ServeError::Machine)?;
        let outcome = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            tokio::spawn(axum::serve(listener, router(&self.dir)).into_future());
            super::interrupt::stop_signal()?.await;
            Ok(())
        });
        runtime.shutdown_background();
        outcome.map_err(ServeError::Machine)
    }
}

fn router(dir: &Path) -> Router {
    let files = ServeDir::new(dir).precompressed_br().precompressed_gzip();
    Router::new().fallback_service(files).layer(middleware::from_fn(answer))
}

async fn answer(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = if names_hidden_file(&path) { not_found() } else { next.run(request).await };
    let cache = match response.status() {
        status if status.is_client_error() || status.is_server_error() => "no-store",
        _ if is_named_by_content(&path) => KEEP,
        _ => REVALIDATE,
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    // The type table knows .mjs by its older name.
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/javascript") {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript"));
    }
    secure(headers);
    response
}

fn not_found() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn secure(headers: &mut HeaderMap) {
    const FIXED: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Whether a segment of the path begins with a dot: `.git`, `.env`, and `..` too, plain or percent-encoded.
fn names_hidden_file(path: &str) -> bool {
    path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").contains("/.")
}

/// Whether the file's name carries a hash of its content, as in `endcap-3fb09c1e.wasm`: at least 8 lowercase hexadecimal
/// characters, digits and letters among them, so that a product number is not taken for one.
fn is_named_by_content(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.split(['.', '-']).skip(1).peekable();
    let mut found = false;
    while let Some(part) = parts.next() {
        // The last part is the extension.
        found |= parts.peek().is_some() && is_hash(part);
    }
    found
}

fn is_hash(part: &str) -> bool {
    let bytes = part.as_bytes();
    bytes.len() >= 8
        && bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for hashed in ["/endcap-3fb09c1e.wasm", "/a/cart.0a1b2c3d4e5f6071.endcap", "/x-3fb09c1e.js.map"] {
            assert!(is_named_by_content(hashed), "{hashed}");
        }
        for plain in [
            "/",
            "/index.html",
            "/cart.endcap",
            "/a-3fb09c1e/index.html",
            "/3fb09c1e.js",
            "/img/sku-12345678.svg",
            "/img/facade-deadbeef.svg",
            "/img/GR-3FB09C1E.svg",
            "/endcap.3fb09c1e",
        ] {
            assert!(!is_named_by_content(plain), "{plain}");
        }
    }

    #[test]
    fn hidden_files_stay_hidden_however_they_are_written() {
        for hidden in ["/.git/config", "/a/.env", "/%2egit/config", "/a%2F.env", "/..", "/%2E%2e/x", "/a%2f%2e%2e%2fx"]
        {
            assert!(names_hidden_file(hidden), "{hidden}");
        }
        for open in ["/", "/index.html", "/a.b/c.d", "/a%20.txt"] {
            assert!(!names_hidden_file(open), "{open}");
        }
    }

    #[test]
    fn errors_say_what_to_do() {
        let error = Server::bind(Path::new("no/such/folder"), SocketAddr::from(([127, 0, 0, 1], 0))).unwrap_err();
        assert!(error.to_string().contains("make demo"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}
