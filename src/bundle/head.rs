//! The head: what is in the file, where, and the hashes that vouch for it.

use super::bits::{u32_at, u64_at};
use super::error::OpenError;
use super::hash::{Hash, ModelId, hash};
use super::layout::*;
use std::ops::Range;

/// One line of the section table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its number; [`SectionKind::from_number`] names it.
    pub number: u32,
    /// See [`SECTION_REQUIRED`].
    pub flags: u32,
    /// Version of the section's own encoding, from 1.
    pub version: u32,
    /// Bytes in the file.
    pub range: Range<usize>,
}

impl Section {
    /// The kind, if this version knows it.
    pub fn kind(&self) -> Option<SectionKind> {
        SectionKind::from_number(self.number)
    }
}

/// The head of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// See [`FLAG_ADDITION`].
    pub flags: u16,
    /// The model this bundle is cut from.
    pub model: ModelId,
    /// Items of the model.
    pub items: usize,
    /// The sections, in file order.
    pub sections: Vec<Section>,
    /// Bytes of the head; the first section begins here.
    pub length: usize,
}

/// A section's content before it has a place.
pub(crate) struct Content {
    pub number: u32,
    pub flags: u32,
    pub bytes: Vec<u8>,
}

impl Head {
    /// Reads and checks the head of `file`: magic, version, lengths, order and bounds of sections, every hash.
    ///
    /// # Errors
    ///
    /// All of [`OpenError`] but those about the content of sections.
    ///
    /// # Cost
    ///
    /// One pass over the file for the hashes; memory for the section table alone.
    pub fn read(file: &[u8]) -> Result<Self, OpenError> {
        check_magic(file)?;
        if file.len() < HEADER_BYTES {
            return Err(truncated("header", HEADER_BYTES as u64, file.len()));
        }
        let field = |at| u32_at(file, at).unwrap_or(0);
        let (version, flags) = ((field(8) & 0xFFFF) as u16, (field(8) >> 16) as u16);
        if version > FORMAT_VERSION {
            return Err(OpenError::NewerVersion { found: version });
        }
        let (count, length, items) = (field(12) as usize, field(24) as usize, field(28) as usize);
        check_limits(version, count, items)?;
        check_lengths(file, count, length)?;
        check_hashes(file, count, length)?;
        if file.get(48..HEADER_BYTES).is_none_or(|rest| rest.iter().any(|byte| *byte != 0))
            || flags & !FLAG_ADDITION != 0
        {
            return Err(malformed("reserved bytes or flags are not zero"));
        }
        let model = ModelId(hash_at(file, 32));
        Ok(Self { flags, model, items, sections: read_table(file, count, length)?, length })
    }

    /// Whether the bundle only adds to another one.
    pub fn is_addition(&self) -> bool {
        self.flags & FLAG_ADDITION != 0
    }
}

fn check_magic(file: &[u8]) -> Result<(), OpenError> {
    let found = file.get(..MAGIC.len()).unwrap_or(file);
    if found == MAGIC {
        return Ok(());
    }
    if !found.is_empty() && found.len() < MAGIC.len() && MAGIC.starts_with(found) {
        return Err(truncated("header", HEADER_BYTES as u64, file.len()));
    }
    let mut first = [0; MAGIC.len()];
    first.iter_mut().zip(found).for_each(|(to, from)| *to = *from);
    Err(OpenError::NotABundle { found: first })
}

fn check_limits(version: u16, sections: usize, items: usize) -> Result<(), OpenError> {
    match (version, sections, items) {
        (0, ..) => Err(malformed("format version 0 does not exist")),
        (_, sections, _) if sections > MAX_SECTIONS => Err(malformed("more than 64 sections")),
        (.., items) if items > MAX_ITEMS => Err(malformed("more than 16,777,216 items")),
        _ => Ok(()),
    }
}

/// File and head must have exactly the lengths that the counts call for.
fn check_lengths(file: &[u8], sections: usize, length: usize) -> Result<(), OpenError> {
    let expected = u64_at(file, 16).unwrap_or(0);
    if expected != file.len() as u64 {
        return Err(truncated("file", expected, file.len()));
    }
    let fixed = HEADER_BYTES + sections * ENTRY_BYTES + HASH_BYTES;
    let blocks = file.len().saturating_sub(length).div_ceil(BLOCK_BYTES);
    if length > file.len() || length != fixed + blocks * HASH_BYTES {
        return Err(malformed("the head's length does not fit its counts"));
    }
    Ok(())
}

fn check_hashes(file: &[u8], sections: usize, length: usize) -> Result<(), OpenError> {
    let own = length - HASH_BYTES;
    let (head, body) = (file.get(..own).unwrap_or_default(), file.get(length..).unwrap_or_default());
    if hash(head) != hash_at(file, own) {
        return Err(OpenError::Damaged { what: "head", offset: 0 });
    }
    let first = HEADER_BYTES + sections * ENTRY_BYTES;
    for (n, block) in body.chunks(BLOCK_BYTES).enumerate() {
        if hash(block) != hash_at(file, first + n * HASH_BYTES) {
            return Err(OpenError::Damaged { what: "block", offset: (length + n * BLOCK_BYTES) as u64 });
        }
    }
    Ok(())
}

fn hash_at(file: &[u8], at: usize) -> Hash {
    file.get(at..).and_then(|rest| rest.first_chunk::<HASH_BYTES>()).copied().unwrap_or_default()
}

/// The section table: ascending numbers, aligned, in order, without overlap, zeros between.
fn read_table(file: &[u8], count: usize, head: usize) -> Result<Vec<Section>, OpenError> {
    let mut sections: Vec<Section> = Vec::with_capacity(count);
    let mut end = head;
    for entry in 0..count {
        let section = read_entry(file, HEADER_BYTES + entry * ENTRY_BYTES)?;
        if sections.last().is_some_and(|before| before.number >= section.number) {
            return Err(malformed("section numbers do not ascend"));
        }
        if section.range.start != end.next_multiple_of(ALIGN) || section.range.end > file.len() {
            return Err(malformed("a section does not follow the one before it, or leaves the file"));
        }
        if file.get(end..section.range.start).is_some_and(|gap| gap.iter().any(|byte| *byte != 0)) {
            return Err(malformed("padding is not zero"));
        }
        end = section.range.end;
        sections.push(section);
    }
    let rest = file.get(end..).unwrap_or_default();
    if rest.len() >= ALIGN || rest.iter().any(|byte| *byte != 0) {
        return Err(malformed("bytes after the last section"));
    }
    Ok(sections)
}

fn read_entry(file: &[u8], at: usize) -> Result<Section, OpenError> {
    let word = |offset| u32_at(file, at + offset).unwrap_or(0);
    let (number, flags, version) = (word(0), word(4), word(24));
    let start = u64_at(file, at + 8).and_then(|n| usize::try_from(n).ok());
    let bytes = u64_at(file, at + 16).and_then(|n| usize::try_from(n).ok());
    let range = start.zip(bytes).and_then(|(start, bytes)| Some(start..start.checked_add(bytes)?));
    let range = range.ok_or_else(|| malformed("a section leaves the file"))?;
    if flags & !SECTION_REQUIRED != 0 || word(28) != 0 {
        return Err(malformed("reserved bytes or flags are not zero"));
    }
    let unknown = SectionKind::from_number(number).is_none() || version != SECTION_VERSION;
    if unknown && flags & SECTION_REQUIRED != 0 {
        return Err(OpenError::UnknownSection { number });
    }
    Ok(Section { number, flags, version, range })
}

fn malformed(rule: &'static str) -> OpenError {
    OpenError::Malformed { section: "head", rule }
}

fn truncated(what: &'static str, expected: u64, found: usize) -> OpenError {
    OpenError::Truncated { what, expected, found: found as u64 }
}

/// Lays sections out behind a head: the bytes of a bundle. `contents` ascend by number.
pub(crate) fn assemble(flags: u16, model: ModelId, items: usize, contents: &[Content]) -> Vec<u8> {
    let body: usize = contents.iter().map(|content| content.bytes.len().next_multiple_of(ALIGN)).sum();
    let blocks = body.div_ceil(BLOCK_BYTES);
    let length = HEADER_BYTES + contents.len() * ENTRY_BYTES + (blocks + 1) * HASH_BYTES;
    let mut file = Vec::with_capacity(length + body);
    file.extend(MAGIC);
    file.extend(FORMAT_VERSION.to_le_bytes());
    file.extend(flags.to_le_bytes());
    file.extend((contents.len() as u32).to_le_bytes());
    file.extend(((length + body) as u64).to_le_bytes());
    file.extend((length as u32).to_le_bytes());
    file.extend((items as u32).to_le_bytes());
    file.extend(model.0);
    file.resize(HEADER_BYTES, 0);
    put_table(&mut file, contents, length);
    let mut bytes = Vec::with_capacity(body);
    for content in contents {
        bytes.extend(&content.bytes);
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
    }
    bytes.chunks(BLOCK_BYTES).for_each(|block| file.extend(hash(block)));
    let own = hash(&file);
    file.extend(own);
    file.extend(bytes);
    file
}

fn put_table(file: &mut Vec<u8>, contents: &[Content], head: usize) {
    let mut start = head;
    for content in contents {
        file.extend(content.number.to_le_bytes());
        file.extend(content.flags.to_le_bytes());
        file.extend((start as u64).to_le_bytes());
        file.extend((content.bytes.len() as u64).to_le_bytes());
        file.extend(SECTION_VERSION.to_le_bytes());
        file.extend([0; 4]);
        start += content.bytes.len().next_multiple_of(ALIGN);
    }
}
