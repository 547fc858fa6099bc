//! The shop as its users read it: from the files.

use super::*;

#[test]
fn dump() {
    let dir = std::env::var("SAMPLE_DUMP").unwrap();
    println!("{:?}", write(Path::new(&dir)).unwrap());
}
