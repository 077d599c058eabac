//! Content codings (RFC 9110, 8.4; RFC 1952, 7932, 8878): compressed bodies, both ways.

use bytes::Bytes;
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue, VARY};
use interactions::Refusal;
use std::io::Read;

use super::answer::Answer;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// `zstd`
    Zstd,
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
}

/// All codings, the one that is preferred among equals first.
const ALL: [Coding; 3] = [Coding::Zstd, Coding::Brotli, Coding::Gzip];

/// Bodies shorter than this are sent as they are: a packet holds them anyway.
const WORTHWHILE_BYTES: usize = 1024;

/// Bodies longer than this are compressed on a thread that may block.
const BLOCKING_BYTES: usize = 128 * 1024;

/// The window of a zstd body that is read, as a power of two: the 8 MiB that RFC 8878 asks receivers to grant.
const ZSTD_WINDOW: u32 = 23;

const ZSTD_LEVEL: i32 = 3;
const BROTLI_QUALITY: u32 = 4;
const BROTLI_WINDOW: u32 = 20;
const BROTLI_BUFFER: usize = 4096;
const GZIP_LEVEL: u32 = 4;

impl Coding {
    /// Its name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Coding::Zstd => "zstd",
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
        ALL.into_iter().find(|coding| name.eq_ignore_ascii_case(coding.name()))
    }

    /// The coding of a body that is received; none for a plain one.
    ///
    /// # Errors
    ///
    /// 415 for a coding that is not known, or several.
    pub fn of_body(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(value) = headers.get(CONTENT_ENCODING) else { return Ok(None) };
        let name = value.to_str().unwrap_or_default().trim();
        if name.is_empty() || name.eq_ignore_ascii_case("identity") {
            return Ok(None);
        }
        Coding::from_name(name).map(Some).ok_or_else(|| Refusal::unsupported_coding(name))
    }

    /// The coding that a client would like best for what it receives; none when it takes none of ours.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let accept = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
        let quality = |coding: Coding| {
            let mut any = None;
            for range in accept.split(',') {
                let (name, q) = quality_value(range);
                if Coding::from_name(name) == Some(coding) {
                    return q;
                }
                if name == "*" {
                    any = Some(q);
                }
            }
            any.unwrap_or(0.0)
        };
        let mut best = None;
        for coding in ALL {
            let q = quality(coding);
            if q > 0.0 && best.is_none_or(|(_, most)| q > most) {
                best = Some((coding, q));
            }
        }
        best.map(|(coding, _)| coding)
    }

    /// The plain bytes of a body, at most `limit` of them.
    ///
    /// # Errors
    ///
    /// 413 when there are more, 400 when the body is not of this coding.
    pub fn decode(self, bytes: &[u8], limit: usize) -> Result<Vec<u8>, Refusal> {
        let decoded = match self {
            Coding::Gzip => read_to(GzDecoder::new(bytes), limit),
            Coding::Brotli => read_to(brotli::Decompressor::new(bytes, BROTLI_BUFFER), limit),
            Coding::Zstd => zstd_decoder(bytes).and_then(|decoder| read_to(decoder, limit)),
        };
        match decoded {
            Ok(plain) if plain.len() > limit => Err(Refusal::too_large(limit)),
            Ok(plain) => Ok(plain),
            Err(_) => Err(Refusal::bad_coding(self.name())),
        }
    }

    fn encode(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(bytes.len() / 4);
        match self {
            Coding::Gzip => {
                GzEncoder::new(bytes, Compression::new(GZIP_LEVEL)).read_to_end(&mut out)?;
            }
            Coding::Brotli => {
                let reader =
                    brotli::CompressorReader::new(bytes, BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
                { reader }.read_to_end(&mut out)?;
            }
            Coding::Zstd => out = zstd::encode_all(bytes, ZSTD_LEVEL)?,
        }
        Ok(out)
    }
}

/// One element of a list with weights: `gzip;q=0.5`.
pub fn quality_value(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let q = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(1.0, |q| q.parse().unwrap_or(0.0));
    (name, q)
}

fn zstd_decoder(bytes: &[u8]) -> std::io::Result<zstd::Decoder<'static, &[u8]>> {
    let mut decoder = zstd::Decoder::with_buffer(bytes)?;
    decoder.window_log_max(ZSTD_WINDOW)?;
    Ok(decoder)
}

/// Reads one byte more than the limit at most, whatever the compressed bytes promise.
fn read_to(reader: impl Read, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain)
}

/// Compresses an answer, if the client takes a coding and it is worth it.
pub async fn compressed(coding: Option<Coding>, answer: Answer) -> Answer {
    let (mut head, body) = answer.into_parts();
    if body.len() >= WORTHWHILE_BYTES && !head.headers.contains_key(CONTENT_ENCODING) {
        // Caches must know that another client gets other bytes, even when this one gets plain ones.
        head.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(coding) = coding
            && let Some(smaller) = encoded(coding, &body).await
        {
            head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            head.headers.remove(CONTENT_LENGTH);
            return Answer::from_parts(head, smaller);
        }
    }
    Answer::from_parts(head, body)
}

/// The compressed bytes; none when compression fails, which leaves the plain ones.
async fn encoded(coding: Coding, body: &Bytes) -> Option<Bytes> {
    let done = if body.len() > BLOCKING_BYTES {
        let body = body.clone();
        tokio::task::spawn_blocking(move || coding.encode(&body)).await.ok()?
    } else {
        coding.encode(body)
    };
    done.ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: hyper::header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let plain: Vec<u8> = (0..100_000_u32).flat_map(|n| (n % 977).to_le_bytes()).collect();
        for coding in ALL {
            let encoded = coding.encode(&plain).unwrap();
            assert!(encoded.len() < plain.len() / 4, "{coding:?}");
            assert_eq!(coding.decode(&encoded, plain.len()).unwrap(), plain, "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_without_being_unpacked() {
        let bomb = vec![b' '; 50_000_000];
        for coding in ALL {
            let encoded = coding.encode(&bomb).unwrap();
            assert_eq!(coding.decode(&encoded, 1_000_000).unwrap_err().row().status, 413, "{coding:?}");
        }
    }

    #[test]
    fn what_is_not_of_the_coding_is_malformed() {
        for coding in ALL {
            let whole = coding.encode(&[b'x'; 5000]).unwrap();
            for bytes in [&b"{\"resourceType\":\"Basic\"}"[..], &whole[..whole.len() - 3]] {
                assert_eq!(coding.decode(bytes, 10_000).unwrap_err().row().status, 400, "{coding:?}");
            }
        }
    }

    #[test]
    fn the_best_coding_that_is_accepted_is_taken() {
        for (accept, expected) in [
            ("gzip", Some(Coding::Gzip)),
            ("gzip, deflate, br", Some(Coding::Brotli)),
            ("gzip, br;q=0.5", Some(Coding::Gzip)),
            ("*", Some(Coding::Zstd)),
            ("*, zstd;q=0", Some(Coding::Brotli)),
            ("identity", None),
            ("deflate", None),
            ("gzip;q=0", None),
            ("", None),
        ] {
            assert_eq!(Coding::accepted(&headers(ACCEPT_ENCODING, accept)), expected, "{accept}");
        }
    }

    #[test]
    fn a_body_has_one_known_coding_or_none() {
        let of = |value| Coding::of_body(&headers(CONTENT_ENCODING, value)).map_err(|r| r.row().status);
        assert_eq!(of("identity"), Ok(None));
        assert_eq!(of("GZIP"), Ok(Some(Coding::Gzip)));
        assert_eq!(of("x-gzip"), Ok(Some(Coding::Gzip)));
        assert_eq!(of("deflate"), Err(415));
        assert_eq!(of("gzip, br"), Err(415));
    }
}
