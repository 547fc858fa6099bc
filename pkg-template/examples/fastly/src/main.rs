//! A Fastly Compute service: `POST /recommendations` with a request in JSON.
//!
//! Fastly's JavaScript runtime has no WebAssembly, so the engine is compiled into the service. Every request is an instance
//! of its own: it reads the bundle from the KV store `endcap` and opens it, which takes some 2 ms a MB; a slice of what the
//! shop's pages ask is quicker than the whole. An overlay under `live.overlay` takes effect with the next request.

use endcap_at_the_edge::{Asked, Refused, answer, recommender};
use fastly::http::{Method, StatusCode, header};
use fastly::kv_store::{KVStore, KVStoreError};
use fastly::{Error, Request, Response};
use std::time::{SystemTime, UNIX_EPOCH};

/// Longest body of a request, in bytes.
const MOST: usize = 64 << 10;

fn main() -> Result<(), Error> {
    let mut request = Request::from_client();
    respond(&mut request)?.send_to_client();
    Ok(())
}

fn respond(request: &mut Request) -> Result<Response, Error> {
    if request.get_path() != "/recommendations" {
        return Ok(refusal(StatusCode::NOT_FOUND, "E_ROUTE", "expected /recommendations"));
    }
    if request.get_method() != Method::POST {
        let refused = refusal(StatusCode::METHOD_NOT_ALLOWED, "E_METHOD", "expected POST");
        return Ok(refused.with_header(header::ALLOW, "POST"));
    }
    // What is longer is not read on.
    let mut body = Vec::new();
    for chunk in request.get_body_mut().read_chunks(MOST) {
        body.extend(chunk?);
        if body.len() > MOST {
            return Ok(refusal(StatusCode::PAYLOAD_TOO_LARGE, "E_TOO_LARGE", "expected at most 64 KiB"));
        }
    }
    let asked: Asked = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => {
            return Ok(refusal(
                StatusCode::BAD_REQUEST,
                "E_BODY",
                &format!("expected a request as JSON, found: {error}"),
            ));
        }
    };
    let Some(bundle) = stored("model.endcap")? else {
        return Ok(refusal(StatusCode::SERVICE_UNAVAILABLE, "E_NOT_READY", "there is no model yet"));
    };
    let overlay = stored("live.overlay")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs() as i64);
    let answered = recommender(bundle, overlay.as_deref()).and_then(|mut recommender| {
        let answer = answer(&mut recommender, &asked, now)?;
        serde_json::to_vec(&answer).map_err(|error| Refused::Files(error.to_string()))
    });
    Ok(match answered {
        Ok(body) => json(StatusCode::OK, body),
        Err(refused @ Refused::Placement(_)) => {
            refusal(StatusCode::BAD_REQUEST, "E_UNKNOWN_PLACEMENT", &refused.to_string())
        }
        Err(Refused::Files(why)) => {
            eprintln!("endcap: {why}");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "E_INTERNAL", "something went wrong here")
        }
    })
}

/// A value of the store; nothing where there is none.
fn stored(key: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some(store) = KVStore::open("endcap")? else { return Ok(None) };
    match store.lookup(key) {
        Ok(mut found) => Ok(Some(found.take_body_bytes())),
        Err(KVStoreError::ItemNotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    Response::from_status(status)
        .with_header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .with_header(header::CACHE_CONTROL, "no-store")
        .with_body(body)
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    json(status, serde_json::json!({ "error": { "code": code, "message": message } }).to_string().into_bytes())
}
