//! Files of resources: JSON, NDJSON, either of them gzipped.

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A resource in a file.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its JSON, unparsed.
    pub bytes: Vec<u8>,
    /// Its line, counted from 1, in NDJSON.
    pub line: Option<u64>,
}

/// The resources of a file (`-` is standard input): one a line when its name says NDJSON, else one.
///
/// # Errors
///
/// When it cannot be opened; each item when it cannot be read.
pub fn items(path: &str) -> io::Result<Box<dyn Iterator<Item = io::Result<Item>>>> {
    let mut input: Box<dyn BufRead> = match path {
        "-" => Box::new(BufReader::new(io::stdin())),
        path if path.ends_with(".gz") => Box::new(BufReader::new(MultiGzDecoder::new(File::open(path)?))),
        path => Box::new(BufReader::new(File::open(path)?)),
    };
    if is_ndjson(path) {
        return Ok(Box::new(Lines { input, line: 0 }));
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(Box::new(std::iter::once(Ok(Item { bytes, line: None }))))
}

fn is_ndjson(path: &str) -> bool {
    let name = path.strip_suffix(".gz").unwrap_or(path);
    name.ends_with(".ndjson") || name.ends_with(".jsonl")
}

struct Lines {
    input: Box<dyn BufRead>,
    line: u64,
}

impl Iterator for Lines {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut bytes = Vec::new();
            match self.input.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            self.line += 1;
            if !bytes.trim_ascii().is_empty() {
                return Some(Ok(Item { bytes, line: Some(self.line) }));
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
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if [".json", ".ndjson", ".jsonl"].iter().any(|suffix| plain.ends_with(suffix)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
