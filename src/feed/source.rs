//! Opens a file: counts its bytes, unpacks gzip, and refuses what is no text.

use super::FeedError;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Told how many bytes of the file, packed as it is, have been read so far.
pub type Progress<'a> = &'a dyn Fn(u64);

/// The bytes of a file, unpacked.
pub(super) struct Source<'a> {
    name: String,
    unpacked: Box<dyn Read + 'a>,
    /// Whether JSON Lines are welcome.
    json: bool,
}

/// A file that reports how far it was read.
struct Counted<'a> {
    file: File,
    read: u64,
    progress: Option<Progress<'a>>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read += n as u64;
        if let Some(progress) = self.progress {
            progress(self.read);
        }
        Ok(n)
    }
}

impl<'a> Source<'a> {
    /// Opens `path`; gzip is known by its first bytes, whatever the name.
    ///
    /// # Errors
    ///
    /// [`FeedError::Open`], [`FeedError::Read`], and [`FeedError::Unsupported`] for formats that are no CSV.
    pub(super) fn open(path: &Path, progress: Option<Progress<'a>>) -> Result<Self, FeedError> {
        Self::open_as(path, progress, false)
    }

    /// Opens `path`, which holds JSON Lines.
    ///
    /// # Errors
    ///
    /// As [`Source::open`], but JSON is none of the formats that are refused.
    pub(super) fn open_json(path: &Path, progress: Option<Progress<'a>>) -> Result<Self, FeedError> {
        Self::open_as(path, progress, true)
    }

    fn open_as(path: &Path, progress: Option<Progress<'a>>, json: bool) -> Result<Self, FeedError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|source| FeedError::Open { file: name.clone(), source })?;
        if let Some(found) = format_of_name(path).filter(|found| !(json && is_json(found))) {
            return Err(FeedError::Unsupported { file: name, found });
        }
        let packed = BufReader::with_capacity(1 << 16, Counted { file, read: 0, progress });
        Self { name, unpacked: Box::new(io::empty()), json }.unpack(packed)
    }

    /// Puts the unpacker in, where there is need of one, and looks at the first bytes of the text.
    fn unpack(self, mut packed: BufReader<Counted<'a>>) -> Result<Self, FeedError> {
        let gzip = self.peek(&mut packed)?.starts_with(&[0x1f, 0x8b]);
        if !gzip {
            return self.checked(packed);
        }
        self.checked(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(packed)))
    }

    /// Looks at the first bytes and refuses known formats that are no CSV.
    fn checked(mut self, mut text: impl BufRead + 'a) -> Result<Self, FeedError> {
        let json = self.json;
        if let Some(found) = format_of_bytes(self.peek(&mut text)?).filter(|found| !(json && is_json(found))) {
            return Err(FeedError::Unsupported { file: self.name, found });
        }
        self.unpacked = Box::new(text);
        Ok(self)
    }

    /// The first bytes, left where they are.
    fn peek<'b>(&self, reader: &'b mut impl BufRead) -> Result<&'b [u8], FeedError> {
        reader.fill_buf().map_err(|source| FeedError::Read { file: self.name.clone(), source })
    }

    /// The file as it was given.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Appends up to `most` bytes to `buffer`; 0 at the end.
    ///
    /// # Errors
    ///
    /// [`FeedError::Read`] where the disk fails or the gzip is damaged.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>, most: usize) -> Result<usize, FeedError> {
        self.unpacked
            .by_ref()
            .take(most as u64)
            .read_to_end(buffer)
            .map_err(|source| FeedError::Read { file: self.name.clone(), source })
    }
}

/// The name of a format.
pub(super) const PARQUET: &str = "Parquet";

/// Whether a format may be JSON Lines.
pub(super) fn is_json(format: &str) -> bool {
    matches!(format, "JSON" | "JSON Lines")
}

/// The format that a name promises, where it is none of ours.
fn format_of_name(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    Some(match name.rsplit_once('.')?.1 {
        "parquet" => PARQUET,
        "jsonl" | "ndjson" => "JSON Lines",
        "json" => "JSON",
        "xml" => "XML",
        "xlsx" => "an Excel workbook",
        "zst" => "zstd",
        "zip" => "a ZIP archive",
        _ => return None,
    })
}

/// The format that the first bytes show, where it is none of ours.
fn format_of_bytes(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"PAR1", PARQUET),
        (b"PK\x03\x04", "a ZIP archive or Excel workbook"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\xff\xfe", "UTF-16 text"),
        (b"\xfe\xff", "UTF-16 text"),
        (b"\x1f\x8b", "gzip inside gzip"),
    ];
    if let Some((_, found)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(found);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.iter().find(|b| !b.is_ascii_whitespace())? {
        b'{' | b'[' => Some("JSON"),
        b'<' => Some("XML or HTML"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_are_no_csv_are_known_by_name_and_by_bytes() {
        let by_name = |name: &str| format_of_name(Path::new(name));
        assert_eq!(by_name("a/orders.parquet"), Some("Parquet"));
        assert_eq!(by_name("orders.JSONL.gz"), Some("JSON Lines"));
        assert_eq!(by_name("orders.csv.gz"), None);
        assert_eq!(by_name("orders"), None);
        assert_eq!(format_of_bytes(b"PAR1...."), Some("Parquet"));
        assert_eq!(format_of_bytes(b"\xef\xbb\xbf \n{\"sku\":1}"), Some("JSON"));
        assert_eq!(format_of_bytes(b"\xef\xbb\xbfsku,title"), None);
        assert_eq!(format_of_bytes(b""), None);
    }
}
