//! `encode()` and `decode()`: base64, urlbase64 and hex (<http://hl7.org/fhirpath/#encodeformat--string--string>).

use super::super::{Call, Result};
use crate::item::Item;
use fhir::base64;

pub(super) fn encode<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    let Some((text, format)) = super::both(call, "encode()")? else { return Ok(None) };
    call.run.count_text(text.len().saturating_mul(2))?;
    Ok(match &*format {
        "hex" => Some(Item::string(text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())),
        "base64" => Some(Item::string(base64::encode(text.as_bytes()))),
        "urlbase64" => {
            Some(Item::string(base64::encode(text.as_bytes()).replace('+', "-").replace('/', "_")))
        }
        _ => None,
    })
}

/// Nothing if the text is not of that format, or encodes no text.
pub(super) fn decode<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    let Some((text, format)) = super::both(call, "decode()")? else { return Ok(None) };
    call.run.count_text(text.len())?;
    let bytes = match &*format {
        "hex" => from_hex(&text),
        "base64" => base64::decode(&text),
        "urlbase64" => base64::decode(&text.replace('-', "+").replace('_', "/")),
        _ => None,
    };
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(Item::string))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
}
