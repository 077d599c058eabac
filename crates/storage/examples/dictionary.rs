//! Trains the dictionary of stored bodies:
//! `cargo run --release -p storage --example dictionary -- OUT FILE.ndjson…`
//!
//! The one in `src/sql/body/` was made of what `cargo xtask generate --patients 150 --seed 1` writes: people who do not
//! exist. A dictionary that stores were written with is never changed; a better one is a new file with a new number.

use std::error::Error;

/// How large it is: twice this saves little more, and costs cache.
const SIZE: usize = 32 * 1024;

/// How many resources of a file are looked at, evenly over the file, so that no type outweighs the others.
const OF_A_FILE: usize = 1_200;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: dictionary OUT FILE.ndjson…")?;
    let mut samples: Vec<Vec<u8>> = Vec::new();
    for file in arguments {
        let text = std::fs::read_to_string(&file)?;
        let lines: Vec<&str> = text.lines().collect();
        let step = lines.len().div_ceil(OF_A_FILE).max(1);
        samples.extend(lines.into_iter().step_by(step).map(|line| line.as_bytes().to_vec()));
    }
    let dictionary = zstd::dict::from_samples(&samples, SIZE)?;
    std::fs::write(&out, &dictionary)?;
    println!("{} bytes of {} resources in {out}", dictionary.len(), samples.len());
    Ok(())
}
