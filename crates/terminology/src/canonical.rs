//! Canonical URLs (<http://hl7.org/fhir/R4/references.html#canonical>): `url|version`.

use std::cmp::Ordering;
use std::fmt;

/// A URL that names a definition, and the version that is asked for, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canonical<'a> {
    /// The URL.
    pub url: &'a str,
    /// The version; without one the latest is meant.
    pub version: Option<&'a str>,
}

impl<'a> Canonical<'a> {
    /// Splits `url|version`.
    pub fn parse(text: &'a str) -> Self {
        match text.split_once('|') {
            Some((url, version)) => Canonical { url, version: Some(version) },
            None => Canonical { url: text, version: None },
        }
    }

    /// A URL and a version that are given apart. A version inside the URL counts when none is given beside it.
    pub fn new(url: &'a str, version: Option<&'a str>) -> Self {
        let parsed = Canonical::parse(url);
        Canonical { url: parsed.url, version: version.or(parsed.version) }
    }
}

impl fmt::Display for Canonical<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url)?;
        self.version.map_or(Ok(()), |version| write!(f, "|{version}"))
    }
}

/// Which of two versions is later: numbers in them compare as numbers (`4.0.10` is after `4.0.9`), no version is
/// before all.
pub(crate) fn compare_versions(one: Option<&str>, other: Option<&str>) -> Ordering {
    let (Some(one), Some(other)) = (one, other) else { return one.cmp(&other) };
    let parts = |text: &str| text.split(['.', '-', '_']).map(part).collect::<Vec<_>>();
    parts(one).cmp(&parts(other)).then_with(|| one.cmp(other))
}

fn part(text: &str) -> (u64, String) {
    match text.parse() {
        Ok(number) => (number, String::new()),
        Err(_) => (0, text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_versions_are_known() {
        let check =
            |one, other| assert_eq!(compare_versions(one, other), Ordering::Less, "{one:?} {other:?}");
        check(None, Some("1"));
        check(Some("4.0.9"), Some("4.0.10"));
        check(Some("2018-08-12"), Some("2018-10-01"));
        check(Some("4.0"), Some("4.0.1"));
    }

    #[test]
    fn a_version_follows_the_bar() {
        let parsed = Canonical::parse("http://a/b|1.2");
        assert_eq!(parsed, Canonical { url: "http://a/b", version: Some("1.2") });
        assert_eq!(parsed.to_string(), "http://a/b|1.2");
        assert_eq!(Canonical::new("http://a/b|1", Some("2")).version, Some("2"));
    }
}
