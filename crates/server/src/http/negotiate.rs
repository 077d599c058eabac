//! Media types: what a body is said to be, and what an answer may be
//! (<http://hl7.org/fhir/R4/http.html#mime-type>).

use super::ask::Ask;
use super::coding::quality_value;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use interactions::Refusal;

/// A form of FHIR on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// <http://hl7.org/fhir/R4/json.html>
    #[default]
    Json,
    /// <http://hl7.org/fhir/R4/xml.html>
    Xml,
}

/// How an answer is to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rendition {
    /// In which form.
    pub format: Format,
    /// Indented, for people.
    pub pretty: bool,
}

impl Format {
    /// All forms, the one that is preferred first.
    pub const ALL: &'static [Format] = &[Format::Json, Format::Xml];

    /// The media types that mean it in `Accept` and `Content-Type`, its own first.
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Format::Json => &["application/fhir+json", "application/json", "text/json"],
            Format::Xml => &["application/fhir+xml", "application/xml", "text/xml"],
        }
    }

    /// Its short name in `_format`.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Xml => "xml",
        }
    }

    /// Which of `offered` a media type means.
    fn of(media_type: &str, offered: &[Format]) -> Option<Self> {
        offered.iter().copied().find(|format| format.media_types().contains(&media_type))
    }
}

/// What the client wants the answer to be: `_format` decides, else `Accept`.
///
/// # Errors
///
/// 406 when neither allows one of `offered`; 400 when `_pretty` is neither true nor false.
pub fn rendition(
    headers: &HeaderMap,
    query: &[(String, String)],
    offered: &[Format],
) -> Result<Rendition, Refusal> {
    let pretty = pretty(query)?;
    if let Some((_, wanted)) = query.iter().find(|(name, _)| name == "_format") {
        // A `+` that was not percent-encoded has become a space.
        let wanted = wanted.trim().replace(' ', "+");
        let essence = essence(&wanted);
        let named = offered.iter().copied().find(|format| format.name() == essence);
        let format = named.or_else(|| Format::of(&essence, offered)).filter(|_| is_r4(&wanted));
        return match format {
            Some(format) => Ok(Rendition { format, pretty }),
            None => Err(Refusal::not_acceptable(&wanted)),
        };
    }
    let Some(accept) = headers.get(ACCEPT) else { return Ok(Rendition { format: Format::Json, pretty }) };
    let accept = accept.to_str().unwrap_or_default();
    match best(accept, offered) {
        Some(format) => Ok(Rendition { format, pretty }),
        None => Err(Refusal::not_acceptable(accept)),
    }
}

/// Whether the answer is to be indented.
fn pretty(query: &[(String, String)]) -> Result<bool, Refusal> {
    match query.iter().find(|(name, _)| name == "_pretty").map(|(_, value)| value.as_str()) {
        Some("true") => Ok(true),
        None | Some("false" | "") => Ok(false),
        Some(other) => {
            let text = format!("the value {} of '_pretty' is not true or false", quoted(other));
            Err(Refusal::invalid(vec![Issue::error(IssueCode::Value, text)]))
        }
    }
}

/// The form of greatest weight; of equal ones the first in the list.
fn best(accept: &str, offered: &[Format]) -> Option<Format> {
    let mut best: Option<(Format, f32)> = None;
    for range in accept.split(',') {
        let (media_type, q) = quality_value(range);
        let media_type = media_type.to_ascii_lowercase();
        let format = match media_type.as_str() {
            "*/*" | "application/*" => offered.first().copied(),
            // Browsers and tools have long used FHIR's short names here too.
            short => offered
                .iter()
                .copied()
                .find(|format| format.name() == short)
                .or_else(|| Format::of(short, offered)),
        };
        if let Some(format) = format.filter(|_| q > 0.0 && is_r4(range))
            && best.is_none_or(|(_, most)| q > most)
        {
            best = Some((format, q));
        }
    }
    best.map(|(format, _)| format)
}

/// Whether a media type's `fhirVersion`, if it has one, is R4's (<http://hl7.org/fhir/R4/http.html#version-parameter>).
fn is_r4(media_type: &str) -> bool {
    media_type.split(';').skip(1).all(|parameter| {
        let (name, value) = parameter.trim().split_once('=').unwrap_or_default();
        !name.eq_ignore_ascii_case("fhirVersion") || matches!(value.trim_matches('"'), "4.0" | "4.0.1")
    })
}

/// Checks that the answer may be JSON: for what is served in no other form.
///
/// # Errors
///
/// 406 when neither `_format` nor `Accept` allows JSON.
pub fn answer_is_json(ask: &Ask, query: &[(String, String)]) -> Result<(), Refusal> {
    rendition(&ask.headers, query, &[Format::Json]).map(drop)
}

/// The form of a body that holds a resource.
///
/// # Errors
///
/// 415 when it is said to be something else, or nothing.
pub fn body_format(ask: &Ask) -> Result<Format, Refusal> {
    let sent = content_type(ask);
    // JSON for scripts is no form of FHIR that a body may have; `text/json` is taken for `_format` alone.
    let format = Format::ALL.iter().copied().find(|format| {
        let known = format.media_types().iter().filter(|known| **known != "text/json");
        known.copied().any(|known| is(sent, known))
    });
    format.filter(|_| is_r4(sent)).ok_or_else(|| Refusal::unsupported_media_type(sent))
}

/// Checks that the body is said to be JSON.
///
/// # Errors
///
/// 415 when it is said to be something else, or nothing.
pub fn body_is_json(ask: &Ask) -> Result<(), Refusal> {
    let sent = content_type(ask);
    let json = is(sent, "application/fhir+json") || is(sent, "application/json");
    if json && is_r4(sent) { Ok(()) } else { Err(Refusal::unsupported_media_type(sent)) }
}

/// Checks that the body is a form.
///
/// # Errors
///
/// 415 when it is said to be something else, or nothing.
pub fn body_is_form(ask: &Ask) -> Result<(), Refusal> {
    let sent = content_type(ask);
    if is(sent, "application/x-www-form-urlencoded") { Ok(()) } else { Err(Refusal::unsupported_form(sent)) }
}

/// The `Content-Type` of a request.
pub fn content_type(ask: &Ask) -> &str {
    ask.header(CONTENT_TYPE).unwrap_or_default()
}

/// Whether `sent` is the media type, in UTF-8.
fn is(sent: &str, media_type: &str) -> bool {
    let utf8 = sent.split(';').skip(1).all(|parameter| {
        let (name, value) = parameter.trim().split_once('=').unwrap_or_default();
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    utf8 && essence(sent) == media_type
}

/// A media type without its parameters, in lower case.
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn asked(accept: Option<&'static str>, format: Option<&str>) -> Option<Format> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        let query: Vec<_> =
            format.map(|format| ("_format".to_owned(), format.to_owned())).into_iter().collect();
        rendition(&headers, &query, Format::ALL).ok().map(|rendition| rendition.format)
    }

    #[test]
    fn the_format_parameter_goes_before_the_header() {
        assert_eq!(asked(None, None), Some(Format::Json));
        assert_eq!(asked(Some("application/fhir+xml"), None), Some(Format::Xml));
        assert_eq!(asked(Some("application/fhir+xml"), Some("json")), Some(Format::Json));
        for xml in ["xml", "text/xml", "application/xml", "application/fhir+xml", "application/fhir xml"] {
            assert_eq!(asked(None, Some(xml)), Some(Format::Xml), "{xml}");
        }
        assert_eq!(asked(None, Some("ttl")), None);
    }

    #[test]
    fn the_heaviest_media_type_is_taken() {
        for (accept, expected) in [
            ("*/*", Some(Format::Json)),
            ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", Some(Format::Xml)),
            ("application/fhir+xml;q=0.5, application/fhir+json", Some(Format::Json)),
            ("application/fhir+json, application/fhir+xml", Some(Format::Json)),
            ("application/fhir+json; fhirVersion=4.0", Some(Format::Json)),
            ("application/fhir+json; fhirVersion=3.0", None),
            ("application/json;q=0", None),
            ("text/turtle", None),
            ("", None),
        ] {
            assert_eq!(asked(Some(accept), None), expected, "{accept}");
        }
    }
}
