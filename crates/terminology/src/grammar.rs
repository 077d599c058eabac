//! Code systems whose codes are made by a grammar (<http://hl7.org/fhir/R4/terminologies-systems.html#external>): media
//! types, languages, units. No list exhausts them, yet each code can be judged by its form.

use crate::canonical::Canonical;
use crate::problem::Problem;
use crate::value_set::Filter;
use fhir::outcome::quoted;

/// A code system that is a grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// BCP 13
    MediaTypes,
    /// BCP 47
    Languages,
    /// UCUM
    Units,
}

impl Grammar {
    /// The grammar that a code system of this URL is.
    pub(crate) fn of(url: &str) -> Option<Self> {
        match url {
            "urn:ietf:bcp:13" => Some(Grammar::MediaTypes),
            "urn:ietf:bcp:47" => Some(Grammar::Languages),
            "http://unitsofmeasure.org" => Some(Grammar::Units),
            _ => None,
        }
    }

    /// The same where nothing else is known of the code system: codes that users load go before.
    pub(crate) fn instead_of(problem: &Problem, asked: Canonical<'_>) -> Option<Self> {
        matches!(problem, Problem::Unknown { .. }).then(|| Grammar::of(asked.url)).flatten()
    }

    /// Whether a code has the form of one.
    pub(crate) fn has(self, code: &str) -> bool {
        match self {
            Grammar::MediaTypes => is_media_type(code),
            Grammar::Languages => is_language(code),
            Grammar::Units => ucum::canonical(code).is_some(),
        }
    }

    /// Whether a filter of a value set accepts a code; `None` where it cannot be told. Of units, `canonical` is what
    /// they are measured in: all units of time are comparable with one of them.
    pub(crate) fn accepts(self, filter: &Filter, code: &str) -> Option<bool> {
        if self != Grammar::Units || &*filter.property != "canonical" || &*filter.op != "=" {
            return None;
        }
        let wanted = ucum::canonical(&filter.value)?;
        Some(ucum::canonical(code).is_some_and(|unit| unit.base == wanted.base))
    }

    /// Why a code is none.
    pub(crate) fn refused(self, code: &str) -> String {
        let what = match self {
            Grammar::MediaTypes => "a media type (BCP 13, such as text/plain)",
            Grammar::Languages => "a language (a BCP 47 tag such as en or pt-BR)",
            Grammar::Units => "a unit of UCUM (such as mg/dL)",
        };
        format!("{} is not {what}", quoted(code))
    }
}

/// Whether `text` has the form of a media type (RFC 9110, 8.3.1): type, subtype, and parameters where there are any.
pub fn is_media_type(text: &str) -> bool {
    let mut parts = text.split(';').map(|part| part.trim_matches([' ', '\t']));
    let essence = parts.next().and_then(|essence| essence.split_once('/'));
    // A value may be in quotes; what senders leave unquoted is taken as it is.
    let is_value = |value: &str| {
        let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let plain = |text: &str| !text.is_empty() && !text.contains('"');
        inner.is_some_and(|inner| !inner.contains('"')) || plain(value)
    };
    let is_parameter =
        |part: &str| part.split_once('=').is_some_and(|(name, value)| is_token(name) && is_value(value));
    essence.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype)) && parts.all(is_parameter)
}

fn is_token(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

/// Tags that were registered before there was a grammar and do not fit it (RFC 5646, 2.2.8).
const GRANDFATHERED: [&str; 26] = [
    "art-lojban",
    "cel-gaulish",
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "no-bok",
    "no-nyn",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
    "zh-guoyu",
    "zh-hakka",
    "zh-min",
    "zh-min-nan",
    "zh-xiang",
];

/// Whether `text` is a well-formed language tag (RFC 5646, 2.1), in any case.
pub fn is_language(text: &str) -> bool {
    let tag = text.to_ascii_lowercase();
    let mut rest: &[&str] = &tag.split('-').collect::<Vec<_>>();
    let is = |tag: &str, range: std::ops::RangeInclusive<usize>, fits: fn(&u8) -> bool| {
        range.contains(&tag.len()) && tag.bytes().all(|byte| fits(&byte))
    };
    let (alpha, digit, either) = (u8::is_ascii_alphabetic, u8::is_ascii_digit, u8::is_ascii_alphanumeric);
    let is_private = |rest: &[&str]| matches!(rest, ["x", subtags @ ..] if !subtags.is_empty() && subtags.iter().all(|tag| is(tag, 1..=8, either)));
    // Takes the subtags that fit off the front, so many at most.
    fn take<'t>(rest: &mut &[&'t str], most: usize, fits: impl Fn(&'t str) -> bool) -> usize {
        let count = rest.iter().take(most).take_while(|tag| fits(tag)).count();
        *rest = rest.get(count..).unwrap_or_default();
        count
    }
    if GRANDFATHERED.contains(&tag.as_str()) || is_private(rest) {
        return true;
    }
    let Some(language) = rest.first() else { return false };
    if !is(language, 2..=8, alpha) {
        return false;
    }
    let most_extended = if language.len() <= 3 { 3 } else { 0 };
    take(&mut rest, 1, |_| true);
    take(&mut rest, most_extended, |tag| is(tag, 3..=3, alpha));
    take(&mut rest, 1, |tag| is(tag, 4..=4, alpha));
    take(&mut rest, 1, |tag| is(tag, 2..=2, alpha) || is(tag, 3..=3, digit));
    take(&mut rest, usize::MAX, |tag| {
        is(tag, 5..=8, either)
            || is(tag, 4..=4, either) && tag.starts_with(|first: char| first.is_ascii_digit())
    });
    while take(&mut rest, 1, |tag| is(tag, 1..=1, either) && tag != "x") == 1 {
        if take(&mut rest, usize::MAX, |tag| is(tag, 2..=8, either)) == 0 {
            return false;
        }
    }
    rest.is_empty() || is_private(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_media_types_are_known_by_their_form() {
        for tag in [
            "en",
            "pt-BR",
            "zh-Hant-TW",
            "x-klingon",
            "i-navajo",
            "de-CH-1996",
            "sl-rozaj-biske",
            "es-419",
            "EN-us",
            "zh-cmn-Hans-CN",
            "en-a-bbb-x-a-ccc",
            "de-Latn-DE-u-co-phonebk",
            "en-GB-oed",
            "abcdefgh",
        ] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in [
            "",
            "english language",
            "en_US",
            "-",
            "1",
            "abcdefghi",
            "xx-yy-bad",
            "e",
            "x",
            "x-",
            "en-",
            "en-x",
            "en-a",
            "en-US-US",
            "i-nothing",
            "de-419-DE",
            "a-DE",
        ] {
            assert!(!is_language(tag), "{tag}");
        }
        for text in [
            "text/plain; charset=utf-8",
            "application/hl7-v3+xml",
            "image/*",
            "text/plain;charset=\"utf-8\"",
            "application/fhir+json; fhirVersion=4.0",
            "application/hl7-sda+xml; variant=XDA/XDS",
        ] {
            assert!(is_media_type(text), "{text}");
        }
        for text in
            ["", "a b", "/", "text/", "text/a/b", "text plain", "json", "notmime", "text/plain; x", "a/b;"]
        {
            assert!(!is_media_type(text), "{text}");
        }
    }
}
