//! How a command ends when it does not end well.

use crate::bundle::{DraftError, OpenError};
use crate::event::key::KeyError;
use crate::feed::FeedError;
use crate::report::inputs::InputError;
use crate::train::TrainError;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// What a command says and the exit code it leaves.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    message: String,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Data = 1,
    Command = 2,
    Machine = 3,
}

impl Failure {
    /// The data is bad: exit code 1.
    pub fn data(message: impl fmt::Display) -> Self {
        Self { kind: Kind::Data, message: message.to_string() }
    }

    /// The command is wrong: exit code 2.
    pub fn command(message: impl fmt::Display) -> Self {
        Self { kind: Kind::Command, message: message.to_string() }
    }

    /// The machine failed: exit code 3.
    pub fn machine(message: impl fmt::Display) -> Self {
        Self { kind: Kind::Machine, message: message.to_string() }
    }

    /// A file that could not be read: its name is wrong, or the machine failed.
    pub fn read(path: &Path, error: &std::io::Error) -> Self {
        let message = format!("{}: {error}", path.display());
        match error.kind() {
            _ if path.is_dir() => Self::command(format!("{}: expected a file, found a folder", path.display())),
            std::io::ErrorKind::NotFound => Self::command(format!("{message}; check the path")),
            _ => Self::machine(message),
        }
    }

    /// The exit code: 1 data, 2 command, 3 machine.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Self {
        match &error {
            FeedError::Open { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Self::command(error),
            FeedError::Open { .. } => Self::machine(error),
            _ => Self::data(error),
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Feed(error) => error.into(),
            InputError::Folder { .. } => Self::machine(error),
            _ => Self::command(error),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match &error {
            KeyError::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Self::command(error),
            KeyError::Malformed { .. } => Self::data(error),
            _ => Self::machine(error),
        }
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        Self::data(error)
    }
}

impl From<DraftError> for Failure {
    fn from(error: DraftError) -> Self {
        Self::data(error)
    }
}

impl From<(&Path, OpenError)> for Failure {
    fn from((path, error): (&Path, OpenError)) -> Self {
        Self::data(format!("{}: {} [{}]", path.display(), error, error.code()))
    }
}
