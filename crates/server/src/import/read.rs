//! Files of resources: JSON, NDJSON, either of them gzipped.

use fhir::{Issue, IssueCode};
use flate2::read::MultiGzDecoder;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest resource or Bundle in bytes, unpacked.
pub const ITEM_BYTES: u64 = 256 * 1024 * 1024;

/// A resource in a file.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its JSON, unparsed; `None` when it is longer than [`ITEM_BYTES`].
    pub bytes: Option<Vec<u8>>,
    /// Its line, counted from 1, in NDJSON.
    pub line: Option<u64>,
}

/// The resources of a file (`-` is standard input): one a line when its name says NDJSON, else one.
///
/// # Errors
///
/// When it cannot be opened; each item when it cannot be read.
pub fn items(path: &str) -> io::Result<Box<dyn Iterator<Item = io::Result<Item>>>> {
    let input: Box<dyn BufRead> = match path {
        "-" => Box::new(BufReader::new(io::stdin())),
        path if path.ends_with(".gz") => Box::new(BufReader::new(MultiGzDecoder::new(File::open(path)?))),
        path => Box::new(BufReader::new(File::open(path)?)),
    };
    if is_ndjson(path) {
        return Ok(Box::new(Lines { input, line: 0 }));
    }
    let mut bytes = Vec::new();
    let length = input.take(ITEM_BYTES + 1).read_to_end(&mut bytes)?;
    let bytes = (length as u64 <= ITEM_BYTES).then_some(bytes);
    Ok(Box::new(std::iter::once(Ok(Item { bytes, line: None }))))
}

fn is_ndjson(path: &str) -> bool {
    let name = path.strip_suffix(".gz").unwrap_or(path);
    name.ends_with(".ndjson") || name.ends_with(".jsonl")
}

/// What is told of an item that is longer than [`ITEM_BYTES`].
pub fn too_long() -> Issue {
    Issue::error(IssueCode::TooLong, format!("longer than {ITEM_BYTES} bytes, which is the limit"))
}

struct Lines {
    input: Box<dyn BufRead>,
    line: u64,
}

impl Lines {
    /// The next line, if there is one; `None` within when it is too long.
    fn line(&mut self) -> io::Result<Option<Option<Vec<u8>>>> {
        let mut bytes = Vec::new();
        let length = (&mut self.input).take(ITEM_BYTES + 1).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            return Ok(None);
        }
        self.line += 1;
        if length as u64 <= ITEM_BYTES {
            return Ok(Some(Some(bytes)));
        }
        if bytes.last() != Some(&b'\n') {
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(None))
    }
}

impl Iterator for Lines {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.line().transpose()? {
                Ok(Some(bytes)) if bytes.trim_ascii().is_empty() => {}
                line => return Some(line.map(|bytes| Item { bytes, line: Some(self.line) })),
            }
        }
    }
}

/// The files under `path` in order of name: itself, or every JSON and NDJSON file of a folder.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    search(path, &mut HashSet::new(), &mut found)?;
    found.sort();
    Ok(found)
}

/// Adds the files of a folder, unless it was `searched` already: links may lead in a circle.
fn search(folder: &Path, searched: &mut HashSet<PathBuf>, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !searched.insert(folder.canonicalize()?) {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        if path.is_dir() {
            search(&path, searched, found)?;
        } else if [".json", ".ndjson", ".jsonl"].iter().any(|suffix| plain.ends_with(suffix)) {
            found.push(path);
        }
    }
    Ok(())
}
