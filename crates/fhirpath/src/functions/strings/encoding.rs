//! `encode()` and `decode()`: base64, urlbase64 and hex (<http://hl7.org/fhirpath/#encodeformat--string--string>).

use super::super::{Call, Result};
use crate::item::Item;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn encode<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    let Some((text, format)) = super::both(call, "encode()")? else { return Ok(None) };
    call.run.count_text(text.len().saturating_mul(2))?;
    Ok(match &*format {
        "hex" => Some(Item::string(text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())),
        "base64" => Some(Item::string(to_base64(text.as_bytes(), BASE64))),
        "urlbase64" => Some(Item::string(to_base64(text.as_bytes(), URL_BASE64))),
        _ => None,
    })
}

/// Nothing if the text is not of that format, or encodes no text.
pub(super) fn decode<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    let Some((text, format)) = super::both(call, "decode()")? else { return Ok(None) };
    call.run.count_text(text.len())?;
    let bytes = match &*format {
        "hex" => from_hex(&text),
        "base64" => from_base64(&text, BASE64),
        "urlbase64" => from_base64(&text, URL_BASE64),
        _ => None,
    };
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(Item::string))
}

fn to_base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let sextet = (bits >> (18 - 6 * place)) as usize & 63;
            text.push(if place <= chunk.len() { char::from(alphabet[sextet]) } else { '=' });
        }
    }
    text
}

fn from_base64(text: &str, alphabet: &[u8; 64]) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || !text.len().is_multiple_of(4) {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(digits.len()), 0u32, 0);
    for digit in digits.bytes() {
        let value = alphabet.iter().position(|letter| *letter == digit)?;
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}
