//! The formats of FHIR's primitive types (<http://hl7.org/fhir/R4/datatypes.html#primitive>).

use crate::datetime::{PartialDateTime, Precision};
use crate::json::Json;
use crate::xml::is_allowed;

/// Limits of the specification on primitive values.
pub mod limits {
    /// The longest `id`, in characters.
    pub const ID: usize = 64;
    /// The longest string, in characters.
    pub const STRING: usize = 1024 * 1024;
    /// The longest literal of a decimal, in characters. The specification asks for 18 digits at least;
    /// this leaves room for a sign, a point, leading zeros and an exponent.
    pub const DECIMAL: usize = 64;
    /// The largest exponent of a decimal, either sign.
    pub const EXPONENT: i64 = 400;
}

/// Checks the value of a primitive type, given by its name (`date`, `code`, …).
///
/// # Errors
///
/// What was expected, in words that follow "is not": "a date (YYYY, YYYY-MM or YYYY-MM-DD)".
pub fn check(type_name: &str, value: &Json) -> Result<(), &'static str> {
    match type_name {
        "boolean" => expect(matches!(value, Json::Bool(_)), "a boolean (true or false, without quotes)"),
        "integer" => integer(value, i64::from(i32::MIN), "an integer from -2147483648 to 2147483647"),
        "unsignedInt" => integer(value, 0, "an integer from 0 to 2147483647"),
        "positiveInt" => integer(value, 1, "an integer from 1 to 2147483647"),
        "decimal" => decimal(value),
        _ => match value {
            Json::String(text) => check_text(type_name, text),
            _ => Err(expected_text(type_name)),
        },
    }
}

fn expect(holds: bool, expected: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(expected) }
}

fn integer(value: &Json, least: i64, expected: &'static str) -> Result<(), &'static str> {
    let number =
        value.as_number().filter(|number| number.as_str() != "-0").and_then(|number| number.as_i64());
    expect(number.is_some_and(|n| (least..=i64::from(i32::MAX)).contains(&n)), expected)
}

fn decimal(value: &Json) -> Result<(), &'static str> {
    const EXPECTED: &str = "a decimal (a JSON number of at most 64 characters, its exponent at most 400)";
    let Json::Number(number) = value else { return Err(EXPECTED) };
    let literal = number.as_str();
    let exponent = literal.split(['e', 'E']).nth(1).map_or(Some(0), |digits| digits.parse::<i64>().ok());
    expect(
        literal.len() <= limits::DECIMAL && exponent.is_some_and(|e| e.abs() <= limits::EXPONENT),
        EXPECTED,
    )
}

fn check_text(type_name: &str, text: &str) -> Result<(), &'static str> {
    let partial = || PartialDateTime::parse(text);
    let holds = match type_name {
        "id" => is_id(text),
        "code" => is_code(text),
        "uri" | "url" | "canonical" => is_uri(text),
        "oid" => is_oid(text),
        "uuid" => text.strip_prefix("urn:uuid:").is_some_and(is_uuid),
        "date" => partial().is_some_and(|date| date.precision <= Precision::Day),
        "dateTime" => partial().is_some_and(|time| {
            time.precision <= Precision::Day || (time.precision >= Precision::Second && time.offset.is_some())
        }),
        "instant" => {
            partial().is_some_and(|time| time.precision >= Precision::Second && time.offset.is_some())
        }
        "time" => is_time(text),
        "base64Binary" => is_base64(text),
        "xhtml" => !text.is_empty(),
        _ => is_string(text),
    };
    expect(holds, expected_text(type_name))
}

fn expected_text(type_name: &str) -> &'static str {
    match type_name {
        "id" => "an id (1 to 64 letters, digits, '-' or '.')",
        "code" => "a code (text without leading, trailing or double spaces)",
        "uri" | "url" | "canonical" => "a URI (text without spaces)",
        "oid" => "an OID (urn:oid:1.2.3)",
        "uuid" => "a UUID (urn:uuid: and 36 hexadecimal characters)",
        "date" => "a date (YYYY, YYYY-MM or YYYY-MM-DD)",
        "dateTime" => "a dateTime (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or +hh:mm)",
        "instant" => "an instant (YYYY-MM-DDThh:mm:ss with Z or +hh:mm)",
        "time" => "a time (hh:mm:ss)",
        "base64Binary" => "base64 data",
        "xhtml" => "XHTML",
        _ => "a string (text, not empty, without control characters, U+FFFE and U+FFFF)",
    }
}

/// Whether `text` is a logical id: 1 to 64 of `A-Z a-z 0-9 - .`.
pub fn is_id(text: &str) -> bool {
    (1..=limits::ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

/// Whether `text` is a UUID in its 36-character form, either case.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The specification's `[^\s]+(\s[^\s]+)*`. As in XML Schema `\s` is ASCII: the code system v2-0550 has codes that end
/// in a no-break space.
fn is_code(text: &str) -> bool {
    let mut after_space = true;
    for character in text.chars() {
        let space = character.is_ascii_whitespace();
        if (space && after_space) || character.is_control() || !is_allowed(character) {
            return false;
        }
        after_space = space;
    }
    !text.is_empty() && !after_space
}

fn is_uri(text: &str) -> bool {
    let is_plain =
        |character: char| !character.is_whitespace() && !character.is_control() && is_allowed(character);
    !text.is_empty() && text.chars().all(is_plain)
}

fn is_oid(text: &str) -> bool {
    let Some(arcs) = text.strip_prefix("urn:oid:") else { return false };
    let mut count = 0;
    for (index, arc) in arcs.split('.').enumerate() {
        let plain = !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
        if !plain
            || (arc.len() > 1 && arc.starts_with('0'))
            || (index == 0 && !matches!(arc, "0" | "1" | "2"))
        {
            return false;
        }
        count += 1;
    }
    count > 1
}

fn is_time(text: &str) -> bool {
    // A date before it makes it a dateTime, whose hours, minutes and seconds follow the same rules.
    text.len() >= 8
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.')
        && PartialDateTime::parse(&format!("2000-01-01T{text}")).is_some()
}

fn is_string(text: &str) -> bool {
    (text.len() <= limits::STRING || text.chars().count() <= limits::STRING)
        && !text.trim().is_empty()
        && !text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
        && (text.is_ascii() || text.chars().all(is_allowed))
}

/// Base64 as FHIR has it: RFC 4648 with padding; white space between the characters is allowed.
fn is_base64(text: &str) -> bool {
    let (mut characters, mut padding) = (0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return false,
        }
        characters += 1;
    }
    characters > 0 && characters.is_multiple_of(4) && padding <= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn accepts(type_name: &str, literals: &[&str]) {
        for literal in literals {
            let value = parse(literal.as_bytes(), 3).unwrap();
            assert_eq!(check(type_name, &value), Ok(()), "{type_name} {literal}");
        }
    }

    fn refuses(type_name: &str, literals: &[&str]) {
        for literal in literals {
            let value = parse(literal.as_bytes(), 3).unwrap();
            assert!(check(type_name, &value).is_err(), "{type_name} {literal}");
        }
    }

    #[test]
    fn primitive_formats_follow_the_specification() {
        accepts("boolean", &["true", "false"]);
        refuses("boolean", &["\"true\"", "1", "null", "{}"]);
        accepts("integer", &["0", "-5", "2147483647"]);
        refuses("integer", &["1.0", "2147483648", "\"1\"", "1e2", "-0"]);
        accepts("positiveInt", &["1"]);
        refuses("positiveInt", &["0", "-1"]);
        accepts("decimal", &["1.50", "-0.1e-7", "0"]);
        refuses("decimal", &["1e999999", "\"1.5\"", &"9".repeat(400)]);
        accepts("id", &["\"a-B.9\""]);
        refuses("id", &["\"\"", "\"a_b\"", "\"../x\"", &format!("\"{}\"", "a".repeat(65)), "\"а\""]);
        accepts("code", &["\"final\"", "\"a b\"", "\"KIDN\u{a0}\""]);
        refuses("code", &["\" a\"", "\"a \"", "\"a  b\"", "\"\""]);
        accepts("uri", &["\"urn:x:y\"", "\"http://a/b?c#d\"", "\"HealthCo\""]);
        refuses("uri", &["\"a b\"", "\"\""]);
        accepts("oid", &["\"urn:oid:1.2.840\""]);
        refuses("oid", &["\"urn:oid:3.2\"", "\"1.2\"", "\"urn:oid:1.02\""]);
        accepts("date", &["\"2024\"", "\"2024-02\"", "\"2024-02-29\""]);
        refuses("date", &["\"1980-13-01\"", "\"2024-02-29T10:00:00Z\"", "\"24\""]);
        accepts("dateTime", &["\"2024\"", "\"2024-02-29T10:00:00Z\"", "\"2024-02-29T10:00:00.123-05:00\""]);
        refuses("dateTime", &["\"2024-02-29T10:00:00\"", "\"2024-02-29T10:00Z\""]);
        accepts("instant", &["\"2024-02-29T10:00:00Z\""]);
        refuses("instant", &["\"2024-02-29\""]);
        accepts("time", &["\"10:15:00\"", "\"10:15:00.5\""]);
        refuses("time", &["\"10:15\"", "\"25:00:00\"", "\"10:15:00Z\""]);
        accepts("base64Binary", &["\"QUJD\"", "\"QUI=\"", "\"QU JD\\n\""]);
        refuses("base64Binary", &["\"QUJ\"", "\"Q===\"", "\"%%%%\"", "\"\""]);
        accepts("string", &["\"a\\nb\""]);
        refuses("string", &["\"\"", "\"  \"", "\"a\\u0000b\"", "1", "\"a\\ufffe\"", "\"\\uffff\""]);
        accepts("string", &["\"a\\ufffd\\u007f\""]);
        refuses("code", &["\"a\\uffff\"", "\"a\\u0001\""]);
        refuses("uri", &["\"urn:\\ufffe\"", "\"urn:\\u0001\""]);
    }
}
