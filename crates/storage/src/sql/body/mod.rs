//! How the bytes of a resource are stored: compressed, with a dictionary of what FHIR resources have in common. One
//! resource by itself is too short to say anything twice; with the dictionary it takes a fourth of its bytes.
//!
//! The first byte says how to read the rest. JSON begins with none of them, so what is not worth compressing is stored
//! as it is. What a resource begins with ([`Head`]) follows from the columns of its version, so only the rest is stored,
//! which is known, and can be compressed, before the version's number and time are.

use crate::error::StoreError;
use crate::model::Version;
use bytes::Bytes;
use fhir::Head;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// What follows is the body as it is.
const AS_IT_IS: u8 = 0;

/// What follows is a frame of zstd, without its magic number, compressed with the first dictionary.
const ZSTD_1: u8 = 1;

/// What follows is what comes after the head, as it is.
const REST_AS_IT_IS: u8 = 2;

/// What follows is what comes after the head, as a frame like that of [`ZSTD_1`].
const REST_ZSTD_1: u8 = 3;

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

/// What comes after the [`Head`] of a resource, as it is stored: made ahead of the write, which then has less to do.
#[derive(Clone, Debug)]
pub struct Rest(Vec<u8>);

impl Rest {
    /// Compresses `rest` where that is worth it.
    pub fn of(rest: &[u8]) -> Self {
        Rest(marked(rest, REST_ZSTD_1).unwrap_or_else(|| [&[REST_AS_IT_IS], rest].concat()))
    }
}

/// Bytes like those of a resource, kept compressed, or as they are once that is worth it. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Packed {
    /// Compressed.
    Compressed(Arc<[u8]>),
    /// As they are.
    Plain(Bytes),
}

impl Packed {
    /// Compresses.
    pub fn of(bytes: &[u8]) -> Self {
        Packed::Compressed(encode_whole(bytes).into())
    }

    /// The bytes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]: never, unless memory is damaged.
    pub fn plain(&self) -> Result<Bytes, StoreError> {
        match self {
            Packed::Plain(plain) => Ok(plain.clone()),
            Packed::Compressed(packed) => decode_whole(packed).map(Bytes::from),
        }
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        match self {
            Packed::Plain(plain) => plain.len(),
            Packed::Compressed(packed) => packed.len(),
        }
    }
}

/// The bytes to be stored for the body of a version, given what was made ahead of them.
pub(crate) fn encode<'r>(version: &Version, ahead: Option<&'r Rest>) -> Option<Cow<'r, [u8]>> {
    let body = version.body.as_deref()?;
    if let Some(rest) = ahead {
        return Some(Cow::Borrowed(&rest.0));
    }
    let head = head_of(version).with_capacity(0);
    Some(Cow::Owned(match body.strip_prefix(&head[..]) {
        Some(rest) => Rest::of(rest).0,
        None => encode_whole(body),
    }))
}

fn head_of(version: &Version) -> Head<'_> {
    let Version { resource_type, id, version, last_updated, .. } = version;
    Head { resource_type: *resource_type, id, version: *version, last_updated: *last_updated }
}

fn encode_whole(body: &[u8]) -> Vec<u8> {
    let is_text = body.first().is_some_and(|first| *first >= TEXT);
    marked(body, ZSTD_1).unwrap_or_else(|| if is_text { body.to_vec() } else { [&[AS_IT_IS], body].concat() })
}

/// The bytes compressed, after the byte that says so; nothing when that is not worth it.
fn marked(bytes: &[u8], mark: u8) -> Option<Vec<u8>> {
    if bytes.len() < LEAST {
        return None;
    }
    let compressed = COMPRESSOR.with_borrow_mut(|compressor| compress(compressor, bytes, mark))?;
    (compressed.len() < bytes.len()).then_some(compressed)
}

/// Nothing when it cannot be compressed: then it is stored as it is.
fn compress(kept: &mut Option<Compressor<'static>>, body: &[u8], mark: u8) -> Option<Vec<u8>> {
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
    Some([&[mark], rest].concat())
}

fn decode_whole(stored: &[u8]) -> Result<Vec<u8>, StoreError> {
    match stored.first() {
        Some(&ZSTD_1) => decompressed(&stored[1..], None),
        Some(&AS_IT_IS) => Ok(stored[1..].to_vec()),
        Some(&first) if first >= TEXT => Ok(stored.to_vec()),
        _ => Err(StoreError::corrupt("a body begins with an unknown byte")),
    }
}

/// The body of the version with this head, for its stored bytes.
pub(crate) fn decode(stored: &[u8], head: &Head<'_>) -> Result<Vec<u8>, StoreError> {
    match stored.first() {
        Some(&REST_ZSTD_1) => decompressed(&stored[1..], Some(head)),
        Some(&REST_AS_IT_IS) => {
            let mut body = head.with_capacity(stored.len());
            body.extend_from_slice(&stored[1..]);
            Ok(body)
        }
        _ => decode_whole(stored),
    }
}

fn decompressed(rest: &[u8], head: Option<&Head<'_>>) -> Result<Vec<u8>, StoreError> {
    DECOMPRESSOR
        .with_borrow_mut(|decompressor| decompress(decompressor, rest, head))
        .ok_or_else(|| StoreError::corrupt("a body cannot be decompressed"))
}

/// What the frame holds, after the head if there is one.
fn decompress(
    kept: &mut Option<(Decompressor<'static>, Vec<u8>)>,
    rest: &[u8],
    head: Option<&Head<'_>>,
) -> Option<Vec<u8>> {
    let (decompressor, frame) = match kept {
        Some(kept) => kept,
        None => kept.insert((Decompressor::with_prepared_dictionary(&DECODER).ok()?, Vec::new())),
    };
    frame.clear();
    frame.extend_from_slice(&MAGIC);
    frame.extend_from_slice(rest);
    let length = zstd::zstd_safe::get_frame_content_size(frame).ok()?.filter(|length| *length <= MOST)?;
    let length = usize::try_from(length).ok()?;
    let mut out = Vec::new();
    out.try_reserve_exact(length + head.map_or(0, Head::most_bytes)).ok()?;
    if let Some(head) = head {
        head.write(&mut out);
    }
    let start = out.len();
    out.resize(start + length, 0);
    let written = decompressor.decompress_to_buffer(frame, &mut out[start..]).ok()?;
    (written == length).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Method;
    use fhir::ResourceType;

    const HEAD: Head<'_> =
        Head { resource_type: ResourceType::OBSERVATION, id: "a", version: 7, last_updated: 1 };

    const OBSERVATION: &str = r#"{"resourceType":"Observation","id":"a47c7b0e-bbb4-42cd-bc4a-df259d148ea1","meta":{"versionId":"1","lastUpdated":"2024-03-15T10:00:00.000Z"},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body Weight"}],"text":"Body Weight"},"subject":{"reference":"Patient/0b1d4a7a-0e0f-4a3b-8b7e-0d7d5e9f2f11"},"effectiveDateTime":"2011-07-28T15:02:18-04:00","valueQuantity":{"value":71.30,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}"#;

    #[test]
    fn a_body_comes_back_as_it_went() {
        let long = OBSERVATION.repeat(2_000);
        let noise: Vec<u8> =
            (0..5_000_u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
        let bodies =
            [OBSERVATION.as_bytes(), long.as_bytes(), b"{}", b"", b"\0", b"\x01rest", b"\x7F", &noise];
        for body in bodies {
            assert_eq!(decode(&encode_whole(body), &HEAD).unwrap(), body);
            let rest = decode(&Rest::of(body).0, &HEAD).unwrap();
            assert_eq!(rest.strip_prefix(&HEAD.with_capacity(0)[..]).unwrap(), body);
        }
    }

    #[test]
    fn of_what_begins_with_its_head_the_rest_is_stored() {
        let version = |body: &[u8]| Version {
            resource_type: HEAD.resource_type,
            id: HEAD.id.to_owned(),
            version: HEAD.version,
            last_updated: HEAD.last_updated,
            method: Method::Update,
            body: Some(body.to_vec()),
        };
        let whole = [&HEAD.with_capacity(0)[..], br#"},"status":"final"}"#].concat();
        for (body, mark) in [(&whole[..], REST_AS_IT_IS), (b"{}", b'{')] {
            let stored = encode(&version(body), None).unwrap().into_owned();
            assert_eq!(stored[0], mark);
            assert_eq!(decode(&stored, &HEAD).unwrap(), body);
        }
        let ahead = Rest::of(br#"},"status":"final"}"#);
        assert_eq!(encode(&version(&whole), Some(&ahead)), encode(&version(&whole), None));
        assert_eq!(encode(&Version { body: None, ..version(b"") }, None), None);
    }

    #[test]
    fn what_is_packed_comes_back() {
        for bytes in [OBSERVATION.as_bytes(), b"{}", b"", b"\0"] {
            let plain = Packed::of(bytes).plain().unwrap();
            assert_eq!(plain, bytes);
            assert_eq!(Packed::Plain(plain.clone()).plain().unwrap(), plain);
        }
        let packed = Packed::of(OBSERVATION.as_bytes());
        assert!(2 * packed.size() < Packed::Plain(packed.plain().unwrap()).size());
    }

    #[test]
    fn a_resource_takes_far_fewer_bytes() {
        let stored = encode_whole(OBSERVATION.as_bytes());
        assert!(stored.len() * 5 < OBSERVATION.len() * 2, "{} of {}", stored.len(), OBSERVATION.len());
    }

    #[test]
    fn stores_of_the_first_dictionary_can_be_read_for_ever() {
        // Written by the version of this file that introduced it.
        let stored = include_bytes!("observation_1.bin");
        assert_eq!(decode(stored, &HEAD).unwrap(), OBSERVATION.as_bytes());
    }

    #[test]
    fn damaged_bytes_are_told() {
        let good = encode_whole(OBSERVATION.as_bytes());
        assert_eq!(good[0], ZSTD_1);
        for damaged in
            [vec![], vec![9, 9], vec![ZSTD_1], good[..20].to_vec(), good[..good.len() - 1].to_vec()]
        {
            assert!(matches!(decode(&damaged, &HEAD), Err(StoreError::Corrupt(_))));
        }
        let mut huge = vec![ZSTD_1, 0b1110_0000];
        huge.extend(u64::MAX.to_le_bytes());
        assert!(matches!(decode(&huge, &HEAD), Err(StoreError::Corrupt(_))));
        for at in 1..good.len() {
            let mut damaged = good.clone();
            damaged[at] ^= 0x55;
            // Told, or another text: never a panic or endless memory.
            let _ = decode(&damaged, &HEAD);
        }
    }
}
