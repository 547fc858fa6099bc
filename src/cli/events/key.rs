//! `endcap events key`: a new key.

use super::super::failure::Failure;
use super::super::{output, unfinished};
use crate::event::key::Key;
use clap::Args;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The arguments of `endcap events key`.
#[derive(Args)]
#[command(
    about = "Make a key to hash units under",
    after_help = "32 random bytes of the system as hexadecimal digits, readable by you alone. Make it before an experiment starts, keep it \
        on the server, and destroy it when the report is written: from then on nobody can tell whose an event was.\n\nExamples:\n  \
        endcap events key -o unit.key"
)]
pub(super) struct KeyArgs {
    /// The file to write; one that is there stays
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(args: KeyArgs) -> Result<(), Failure> {
    let path = &args.output;
    let key = Key::generate()?;
    unfinished::finish(|| write(path, &key)).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::command(format!(
            "{}: expected no file, found one; a log that is hashed under a lost key can never be joined: name another file",
            path.display()
        )),
        _ => Failure::machine(format!("{}: {error}; check the folder and its rights", path.display())),
    })?;
    output::print(format!("{}: a key of 256 bits; keep it secret, and destroy it after the experiment", path.display()))
}

fn write(path: &Path, key: &Key) -> io::Result<()> {
    let mut file = create(path)?;
    let written = file.write_all(format!("{}\n", key.to_hex()).as_bytes()).and_then(|()| file.sync_all());
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(path);
    })
}

/// A new file that nobody else may read from its first moment on.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
