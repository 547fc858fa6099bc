//! `endcap slice --audience`: the real binary makes of an edge bundle what the public may have.
#![cfg(feature = "cli")]

mod support;

use endcap::bundle::{Draft, write};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::everything::everything;

fn slice(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_endcap"));
    command.current_dir(folder).arg("slice").args(args).output().unwrap()
}

#[test]
fn a_slice_is_public_unless_it_is_asked_for_the_edge() {
    let folder = tempfile::tempdir().unwrap();
    let edge = write(&everything()).unwrap();
    let public = write(&Draft { private: None, ..everything() }).unwrap();
    fs::write(folder.path().join("edge.endcap"), &edge).unwrap();
    let all = ["--relations", "cart,bought_together,similar,cards"];
    let cut = |from: &str, to: &str, more: &[&str]| slice(folder.path(), &[&[from, "-o", to], &all[..], more].concat());
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(cut("edge.endcap", "public.endcap", &[]).status.success());
    assert!(read("public.endcap") == public);
    assert!(cut("edge.endcap", "again.endcap", &["--audience", "edge"]).status.success());
    assert!(read("again.endcap") == edge);
    let refused = cut("public.endcap", "never.endcap", &["--audience", "edge"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("expected an edge bundle, found a public one"));
    assert!(!folder.path().join("never.endcap").exists());
}
