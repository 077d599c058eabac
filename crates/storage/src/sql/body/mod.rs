//! How the bytes of a resource are stored: compressed, with a dictionary of what FHIR resources have in common. One
//! resource by itself is too short to say anything twice; with the dictionary it takes a fourth of its bytes.
//!
//! The first byte says how to read the rest. JSON begins with none of them, so what is not worth compressing is stored
//! as it is.

use crate::error::StoreError;
use std::cell::RefCell;
use std::sync::LazyLock;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// What follows is the body as it is.
const AS_IT_IS: u8 = 0;

/// What follows is a frame of zstd, without its magic number, compressed with the first dictionary.
const ZSTD_1: u8 = 1;

/// Bodies that begin with a byte from here on are stored as they are.
const TEXT: u8 = 0x20;

/// Bodies of fewer bytes are not worth it.
const LEAST: usize = 64;

/// The largest body that there can be; a frame that says more of itself is damaged.
const MOST: u64 = 1 << 30;

/// What every frame begins with.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// How hard to try: beyond this it takes longer and saves next to nothing.
const LEVEL: i32 = 3;

/// Made by `examples/dictionary.rs`. Stores were written with it: never changed.
static DICTIONARY_1: &[u8] = include_bytes!("dictionary_1.bin");

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<(Decompressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
}

/// The bytes to be stored for a body.
pub(crate) fn encode(body: &[u8]) -> Vec<u8> {
    if body.len() >= LEAST
        && let Some(compressed) = COMPRESSOR.with_borrow_mut(|compressor| compress(compressor, body))
        && compressed.len() < body.len()
    {
        return compressed;
    }
    let is_text = body.first().is_some_and(|first| *first >= TEXT);
    if is_text { body.to_vec() } else { [&[AS_IT_IS], body].concat() }
}

/// Nothing when it cannot be compressed: then it is stored as it is.
fn compress(kept: &mut Option<Compressor<'static>>, body: &[u8]) -> Option<Vec<u8>> {
    let compressor = match kept {
        Some(compressor) => compressor,
        None => {
            let mut compressor = Compressor::with_prepared_dictionary(&ENCODER).ok()?;
            compressor.include_checksum(false).ok()?;
            compressor.include_dictid(false).ok()?;
            kept.insert(compressor)
        }
    };
    let frame = compressor.compress(body).ok()?;
    let rest = frame.strip_prefix(&MAGIC)?;
    Some([&[ZSTD_1], rest].concat())
}

/// The body for its stored bytes.
pub(crate) fn decode(stored: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    match stored.first() {
        Some(&ZSTD_1) => DECOMPRESSOR
            .with_borrow_mut(|decompressor| decompress(decompressor, &stored[1..]))
            .ok_or_else(|| StoreError::corrupt("a body cannot be decompressed")),
        Some(&AS_IT_IS) => Ok(stored[1..].to_vec()),
        Some(&first) if first >= TEXT => Ok(stored),
        _ => Err(StoreError::corrupt("a body begins with an unknown byte")),
    }
}

fn decompress(kept: &mut Option<(Decompressor<'static>, Vec<u8>)>, rest: &[u8]) -> Option<Vec<u8>> {
    let (decompressor, frame) = match kept {
        Some(kept) => kept,
        None => kept.insert((Decompressor::with_prepared_dictionary(&DECODER).ok()?, Vec::new())),
    };
    frame.clear();
    frame.extend_from_slice(&MAGIC);
    frame.extend_from_slice(rest);
    let length = zstd::zstd_safe::get_frame_content_size(frame).ok()?.filter(|length| *length <= MOST)?;
    let body = decompressor.decompress(frame, usize::try_from(length).ok()?).ok()?;
    (body.len() as u64 == length).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"a47c7b0e-bbb4-42cd-bc4a-df259d148ea1","meta":{"versionId":"1","lastUpdated":"2024-03-15T10:00:00.000Z"},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body Weight"}],"text":"Body Weight"},"subject":{"reference":"Patient/0b1d4a7a-0e0f-4a3b-8b7e-0d7d5e9f2f11"},"effectiveDateTime":"2011-07-28T15:02:18-04:00","valueQuantity":{"value":71.30,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}"#;

    #[test]
    fn a_body_comes_back_as_it_went() {
        let long = OBSERVATION.repeat(2_000);
        let noise: Vec<u8> =
            (0..5_000_u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
        let bodies =
            [OBSERVATION.as_bytes(), long.as_bytes(), b"{}", b"", b"\0", b"\x01rest", b"\x7F", &noise];
        for body in bodies {
            assert_eq!(decode(encode(body)).unwrap(), body);
        }
    }

    #[test]
    fn a_resource_takes_far_fewer_bytes() {
        let stored = encode(OBSERVATION.as_bytes());
        assert!(stored.len() * 5 < OBSERVATION.len() * 2, "{} of {}", stored.len(), OBSERVATION.len());
    }

    #[test]
    fn stores_of_the_first_dictionary_can_be_read_for_ever() {
        // Written by the version of this file that introduced it.
        let stored = include_bytes!("observation_1.bin");
        assert_eq!(decode(stored.to_vec()).unwrap(), OBSERVATION.as_bytes());
    }

    #[test]
    fn damaged_bytes_are_told() {
        let good = encode(OBSERVATION.as_bytes());
        assert_eq!(good[0], ZSTD_1);
        for damaged in
            [vec![], vec![9, 9], vec![ZSTD_1], good[..20].to_vec(), good[..good.len() - 1].to_vec()]
        {
            assert!(matches!(decode(damaged), Err(StoreError::Corrupt(_))));
        }
        let mut huge = vec![ZSTD_1, 0b1110_0000];
        huge.extend(u64::MAX.to_le_bytes());
        assert!(matches!(decode(huge), Err(StoreError::Corrupt(_))));
        for at in 1..good.len() {
            let mut damaged = good.clone();
            damaged[at] ^= 0x55;
            // Told, or another text: never a panic or endless memory.
            let _ = decode(damaged);
        }
    }
}
