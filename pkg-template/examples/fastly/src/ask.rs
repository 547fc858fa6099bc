//! The same answers without Fastly: requests on stdin, one a line, answers on stdout. For a first try, and for any other host of
//! WASI: `cargo run --bin ask --no-default-features -- model.endcap live.overlay < requests.jsonl`.

use endcap_at_the_edge::{Asked, Refused, answer, recommender};
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = env::args().skip(1);
    let bundle = fs::read(files.next().ok_or("expected the path of a bundle")?)?;
    let overlay = files.next().map(fs::read).transpose()?;
    let mut recommender = recommender(bundle, overlay.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lines() {
        let line = line?;
        let asked: Asked = serde_json::from_str(&line)?;
        match answer(&mut recommender, &asked, None) {
            Ok(answer) => serde_json::to_writer(&mut out, &answer)?,
            Err(Refused::Placement(name)) => {
                write!(out, "{}", serde_json::json!({ "error": { "code": "E_UNKNOWN_PLACEMENT", "message": name } }))?
            }
            Err(refused) => return Err(refused.into()),
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}
