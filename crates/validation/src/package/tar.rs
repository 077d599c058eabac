//! The tar format, as far as packages use it: regular files, with long names by pax or GNU.

use super::{PackageError, limits};
use std::io::Read;

const BLOCK: usize = 512;

/// The entries of an archive, one after the other.
pub(super) struct Archive<R> {
    reader: R,
    read: u64,
    files: usize,
}

/// A regular file.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) content: Vec<u8>,
}

impl<R: Read> Archive<R> {
    pub(super) fn new(reader: R) -> Self {
        Archive { reader, read: 0, files: 0 }
    }

    /// Whether nothing was in it.
    pub(super) fn is_empty(&self) -> bool {
        self.files == 0
    }

    /// The next regular file.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, PackageError> {
        let mut long_name = None;
        loop {
            let mut block = [0; BLOCK];
            // Some writers leave out the empty blocks at the end.
            if !self.fill(&mut block)? || block.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            let header = Header::read(&block)?;
            let content = self.content(header.size)?;
            match header.kind {
                b'0' | 0 | b'7' => {
                    self.files += 1;
                    if self.files > limits::FILES {
                        let text = format!("the package has more than {} files", limits::FILES);
                        return Err(PackageError::new(text));
                    }
                    let name = long_name.take().unwrap_or(header.name);
                    return Ok(Some(Entry { name: checked(&name)?, content }));
                }
                b'5' => long_name = None,
                b'L' => long_name = Some(text_of(&content)),
                b'x' => long_name = pax_path(&content).or(long_name),
                b'g' => {}
                _ => {
                    let name = fhir::outcome::quoted(&long_name.unwrap_or(header.name));
                    let text =
                        format!("{name} is a link or a special file; a package holds plain files only");
                    return Err(PackageError::new(text));
                }
            }
        }
    }

    fn content(&mut self, size: u64) -> Result<Vec<u8>, PackageError> {
        let length = usize::try_from(size).ok().filter(|_| size <= limits::FILE);
        let Some(length) = length else {
            let text = format!("a file of the package has {size} bytes; at most {} are read", limits::FILE);
            return Err(PackageError::new(text));
        };
        // What the header says is not believed before it is there.
        let mut content = Vec::with_capacity(length.min(64 * 1024));
        let padded = length.next_multiple_of(BLOCK) as u64;
        let read = self.reader.by_ref().take(padded).read_to_end(&mut content).map_err(broken)?;
        self.count(read as u64)?;
        if read < length {
            return Err(PackageError::new("the package ends inside a file"));
        }
        content.truncate(length);
        Ok(content)
    }

    /// Fills a block; false at the end.
    fn fill(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, PackageError> {
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest).map_err(broken)? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(PackageError::new("the package ends inside a header")),
                read => filled += read,
            }
        }
        self.count(BLOCK as u64)?;
        Ok(true)
    }

    fn count(&mut self, bytes: u64) -> Result<(), PackageError> {
        self.read += bytes;
        if self.read > limits::UNPACKED {
            let text = format!("the package unpacks to more than {} bytes", limits::UNPACKED);
            return Err(PackageError::new(text));
        }
        Ok(())
    }
}

struct Header {
    name: String,
    size: u64,
    kind: u8,
}

impl Header {
    fn read(block: &[u8; BLOCK]) -> Result<Self, PackageError> {
        let field = |from: usize, length: usize| block.get(from..from + length).unwrap_or_default();
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| match at {
                148..156 => u64::from(b' '),
                _ => u64::from(*byte),
            })
            .sum();
        if octal(field(148, 8)) != Some(sum) {
            return Err(PackageError::new("the package is not a tar archive"));
        }
        let size = octal(field(124, 12))
            .ok_or_else(|| PackageError::new("the package has a file whose size cannot be read"))?;
        let (name, prefix) = (text_of(field(0, 100)), text_of(field(345, 155)));
        let is_ustar = field(257, 5) == b"ustar";
        let name = if is_ustar && !prefix.is_empty() { format!("{prefix}/{name}") } else { name };
        Ok(Header { name, size, kind: block.get(156).copied().unwrap_or_default() })
    }
}

/// Text to the first NUL.
fn text_of(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
}

/// A number in octal digits, between spaces.
fn octal(field: &[u8]) -> Option<u64> {
    let text = text_of(field);
    let digits = text.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// The path among the records `length key=value` of a pax header.
fn pax_path(mut records: &[u8]) -> Option<String> {
    while !records.is_empty() {
        let digits = records.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(records.get(..digits)?).ok()?.parse().ok()?;
        let record = records.get(digits + 1..length)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            return Some(String::from_utf8_lossy(path).trim_end_matches('\n').to_owned());
        }
        records = records.get(length..)?;
    }
    None
}

/// A name that stays inside the package.
fn checked(name: &str) -> Result<String, PackageError> {
    let name = name.strip_prefix("./").unwrap_or(name);
    let leads_out = name.starts_with('/') || name.contains('\\') || name.split('/').any(|step| step == "..");
    match leads_out {
        true => Err(PackageError::new(format!("{} leads out of the package", fhir::outcome::quoted(name)))),
        false => Ok(name.to_owned()),
    }
}

fn broken(error: std::io::Error) -> PackageError {
    PackageError::new(format!("the package cannot be unpacked: {error}"))
}
