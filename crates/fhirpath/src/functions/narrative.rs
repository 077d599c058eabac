//! `htmlChecks()`: which XHTML a narrative may hold (<http://hl7.org/fhir/R4/narrative.html#rules>).
//!
//! One pass over the text: well formed, one `div` around everything, only elements and attributes for formatting, links
//! and images, no scripts, and something to read.

/// How many bytes of XHTML are as much work as one item.
pub(super) const BYTES_PER_ITEM: usize = 64;

/// How deep elements may nest; the stack of open elements is no longer than this.
const NESTING: usize = 256;

/// Chapters 7 to 11 and 15 of HTML 4.0 without its deprecated elements, links and images.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
];

/// Attributes of any element.
const ATTRIBUTES: &[&str] = &[
    "abbr",
    "accesskey",
    "align",
    "axis",
    "char",
    "charoff",
    "class",
    "colspan",
    "dir",
    "headers",
    "id",
    "lang",
    "rowspan",
    "scope",
    "span",
    "style",
    "tabindex",
    "title",
    "valign",
    "width",
    "xml:lang",
    "xml:space",
];

/// Attributes of single elements.
const OWN_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["charset", "coords", "href", "hreflang", "name", "rel", "rev", "shape", "target", "type"]),
    ("area", &["alt", "coords", "href", "nohref", "shape"]),
    ("blockquote", &["cite"]),
    ("img", &["alt", "border", "height", "ismap", "longdesc", "src", "usemap"]),
    ("li", &["value"]),
    ("map", &["name"]),
    ("ol", &["start", "type"]),
    ("q", &["cite"]),
    ("table", &["border", "cellpadding", "cellspacing", "frame", "rules", "summary"]),
    ("td", &["height", "nowrap"]),
    ("th", &["height", "nowrap"]),
    ("ul", &["type"]),
];

const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// Whether the text is XHTML that a narrative may hold.
pub(super) fn is_allowed(text: &str) -> bool {
    let mut scanner = Scanner { rest: text.trim(), open: Vec::new(), has_content: false };
    scanner.scan().is_some() && scanner.has_content
}

struct Scanner<'t> {
    rest: &'t str,
    open: Vec<&'t str>,
    has_content: bool,
}

/// Each method takes what it reads off the rest; `None` if that is not allowed.
impl<'t> Scanner<'t> {
    fn scan(&mut self) -> Option<()> {
        self.skip_comments()?;
        self.tag()?;
        while !self.open.is_empty() {
            self.text()?;
            if !self.skip_comment()? {
                self.tag()?;
            }
        }
        self.skip_comments()?;
        self.rest.is_empty().then_some(())
    }

    fn skip_comments(&mut self) -> Option<()> {
        while self.skip_comment()? {
            self.rest = self.rest.trim_start();
        }
        Some(())
    }

    fn skip_comment(&mut self) -> Option<bool> {
        let Some(comment) = self.rest.strip_prefix("<!--") else { return Some(false) };
        let (_, rest) = comment.split_once("-->")?;
        self.rest = rest;
        Some(true)
    }

    fn text(&mut self) -> Option<()> {
        let (text, rest) = self.rest.split_at(self.rest.find('<')?);
        self.rest = rest;
        self.has_content |= !text.trim().is_empty();
        are_entities_closed(text).then_some(())
    }

    /// A start tag, an empty element or an end tag.
    fn tag(&mut self) -> Option<()> {
        let inner = self.rest.strip_prefix('<')?;
        if let Some(inner) = inner.strip_prefix('/') {
            let (name, rest) = inner.split_once('>')?;
            self.rest = rest;
            return (self.open.pop()? == name.trim_end()).then_some(());
        }
        let length = inner.find(|character: char| !character.is_ascii_alphanumeric())?;
        let (name, rest) = inner.split_at(length);
        self.rest = rest;
        let is_root = self.open.is_empty();
        if !ELEMENTS.contains(&name) || (is_root && name != "div") || self.open.len() >= NESTING {
            return None;
        }
        self.has_content |= name == "img";
        if !self.attributes(name)? {
            self.open.push(name);
        }
        Some(())
    }

    /// The attributes of a tag and its end; says whether the element is empty.
    fn attributes(&mut self, element: &str) -> Option<bool> {
        let mut names: Vec<&str> = Vec::new();
        loop {
            let spaced = self.rest.trim_start();
            let separated = spaced.len() < self.rest.len();
            self.rest = spaced;
            if let Some(rest) = self.rest.strip_prefix("/>") {
                self.rest = rest;
                return Some(true);
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                return Some(false);
            }
            let (name, value) = self.attribute()?;
            if !separated || names.contains(&name) || !is_attribute_allowed(element, name, value) {
                return None;
            }
            names.push(name);
        }
    }

    fn attribute(&mut self) -> Option<(&'t str, &'t str)> {
        let (name, rest) = self.rest.split_once('=')?;
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|character| matches!(character, '"' | '\''))?;
        let (value, rest) = rest.get(1..)?.split_once(quote)?;
        self.rest = rest;
        let well_formed = !value.contains('<') && are_entities_closed(value);
        well_formed.then_some((name.trim_end(), value))
    }
}

fn is_attribute_allowed(element: &str, name: &str, value: &str) -> bool {
    let own = OWN_ATTRIBUTES.iter().find(|(owner, _)| *owner == element).map_or(&[][..], |(_, names)| names);
    match name {
        "xmlns" => value == NAMESPACE,
        "href" | "src" | "cite" | "longdesc" => own.contains(&name) && !is_script(value),
        _ => ATTRIBUTES.contains(&name) || own.contains(&name),
    }
}

/// Whether a URL runs a script where it is followed. Browsers ignore control characters and white space in its scheme,
/// and decode entities.
fn is_script(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    let plain: String =
        scheme.chars().filter(|character| !character.is_whitespace() && !character.is_control()).collect();
    let plain = plain.to_ascii_lowercase();
    matches!(plain.as_str(), "javascript" | "vbscript") || plain.contains('&') && plain.contains(';')
}

/// Whether every `&` begins a reference to a character: `&amp;`, `&#160;`, `&#xA0;`.
fn are_entities_closed(text: &str) -> bool {
    text.split('&').skip(1).all(|after| {
        let Some((name, _)) = after.split_once(';') else { return false };
        let digits =
            |digits: &str, radix| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(number), _) => digits(number, 16),
            (None, Some(number)) => digits(number, 10),
            (None, None) => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrative_is_formatted_text_and_nothing_else() {
        for text in [
            "<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>",
            " <div>a<br/>b<!-- c --><p class='x'>d &amp; &#160;</p></div>\n",
            "<div><img src=\"#pic\" alt=\"x\"/></div>",
            "<div><table border=\"1\"><tr><td colspan = \"2\">x</td></tr></table></div>",
            "<div><a href=\"http://a/?b=c&amp;d\">x</a></div>",
        ] {
            assert!(is_allowed(text), "{text}");
        }
        for text in [
            "",
            "text",
            "<div> </div>",
            "<div/>",
            "<p>a</p>",
            "<div>a</div><div>b</div>",
            "<div>a</div> b",
            "<div>a",
            "<div><b>a</div></b>",
            "<div>a & b</div>",
            "<div>a &nbsp b</div>",
            "<div><br>a</div>",
            "<div><script>a</script></div>",
            "<div onclick=\"a()\">a</div>",
            "<div class=a>a</div>",
            "<div id=\"a\" id=\"b\">a</div>",
            "<div id=\"a\"class=\"b\">a</div>",
            "<div><a href=\" java\tscript:a()\">a</a></div>",
            "<div><a href=\"&#106;avascript:a()\">a</a></div>",
            "<div xmlns=\"http://other\">a</div>",
            "<div><iframe src=\"x\"/>a</div>",
            "<div title=\"<b\">a</div>",
            "<!DOCTYPE div><div>a</div>",
            "<div><é>a</é></div>",
            &"<div>".repeat(300),
        ] {
            assert!(!is_allowed(text), "{text}");
        }
    }
}
