//! Links and styles that could run or load something.

/// Schemes of URLs that browsers run or show as a document of their own.
const SCRIPTS: &[&str] = &["javascript", "vbscript", "livescript", "mocha"];

/// What in a style loads or runs something; looked for without white space, comments, escapes and capitals.
const ACTIVE_STYLES: &[&str] =
    &["expression(", "javascript:", "vbscript:", "behavior:", "-moz-binding", "@import", "data:text"];

/// Whether the attribute's value is a URL.
pub(super) fn is_url(attribute: &str) -> bool {
    matches!(attribute, "href" | "src" | "cite" | "longdesc" | "usemap")
}

/// Whether browsers would run the URL. They skip white space and control characters before and inside the scheme.
/// `data:` is a document of its own wherever it is not an image's source.
pub(super) fn runs_script(element: &str, url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|c| !c.is_whitespace() && !c.is_control());
        kept.map(|c| c.to_ascii_lowercase()).collect()
    };
    let scheme = plain(scheme);
    match scheme.as_str() {
        "data" => element != "img" || !plain(rest).starts_with("image/"),
        scheme => SCRIPTS.contains(&scheme),
    }
}

/// Whether a style does more than style. CSS escapes (`\65xpression`) have no place in one.
pub(super) fn style_runs_script(style: &str) -> bool {
    let plain: String = style.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let plain = without_comments(&plain.to_ascii_lowercase());
    plain.contains('\\') || ACTIVE_STYLES.iter().any(|active| plain.contains(active))
}

fn without_comments(style: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(style.len()), style);
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_known_in_every_disguise() {
        for url in ["javascript:x", " JavaScript:x", "java\tscript:x", "\u{1}vbscript:x", "data:text/html,x"]
        {
            assert!(runs_script("a", url), "{url:?}");
        }
        for url in ["http://a/?q=javascript:", "#x", "mailto:a@b", "Patient/1", "urn:uuid:1"] {
            assert!(!runs_script("a", url), "{url:?}");
        }
        assert!(!runs_script("img", "data:image/png;base64,AA"));
        assert!(runs_script("img", "data:text/html,x"));
    }

    #[test]
    fn styles_that_load_or_run_something_are_known() {
        for style in [
            "width: expression(alert(1))",
            "width: exp/* */ression(1)",
            "background: url(javascript:x)",
            "w\\69dth: 1",
            "@import 'x'",
        ] {
            assert!(style_runs_script(style), "{style}");
        }
        assert!(!style_runs_script("background-image: url(tbl_bck10.png); color: red"));
    }
}
