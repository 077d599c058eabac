//! What a narrative may contain (<http://hl7.org/fhir/R4/narrative.html#xhtml>): the formatting elements and attributes
//! of HTML 4.0, chapters 7 to 11 (of 9 without section 4) and 15, links, and images.

/// Elements, sorted.
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
    "center",
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
    "font",
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
    "s",
    "samp",
    "small",
    "span",
    "strike",
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
    "u",
    "ul",
    "var",
];

/// Attributes that every element may have.
const COMMON: &[&str] =
    &["accesskey", "class", "dir", "id", "lang", "style", "tabindex", "title", "xml:lang", "xml:space"];

/// Attributes of the cells, rows and columns of a table.
const CELLS: &[&str] = &["align", "bgcolor", "char", "charoff", "height", "valign", "width"];

/// Attributes of some elements beyond [`COMMON`].
const SPECIFIC: &[(&[&str], &[&str])] = &[
    (&["a"], &["charset", "coords", "href", "hreflang", "name", "rel", "rev", "shape", "target", "type"]),
    (
        &["img"],
        &[
            "align", "alt", "border", "height", "hspace", "ismap", "longdesc", "name", "src", "usemap",
            "vspace", "width",
        ],
    ),
    (&["map"], &["name"]),
    (&["area"], &["alt", "coords", "href", "nohref", "shape", "target"]),
    (
        &["table"],
        &["align", "bgcolor", "border", "cellpadding", "cellspacing", "frame", "rules", "summary", "width"],
    ),
    (&["td", "th"], &["abbr", "axis", "colspan", "headers", "nowrap", "rowspan", "scope"]),
    (&["td", "th", "tr", "thead", "tbody", "tfoot", "col", "colgroup"], CELLS),
    (&["col", "colgroup"], &["span"]),
    (&["caption", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p"], &["align"]),
    (&["hr"], &["noshade", "size", "width"]),
    (&["br"], &["clear"]),
    (&["pre"], &["width"]),
    (&["blockquote", "q"], &["cite"]),
    (&["ol", "ul", "li"], &["compact", "start", "type", "value"]),
    (&["dl"], &["compact"]),
    (&["font"], &["color", "face", "size"]),
];

/// Whether a narrative may contain the element.
pub(super) fn is_element(name: &str) -> bool {
    ELEMENTS.binary_search(&name).is_ok()
}

/// Whether the element may have the attribute.
pub(super) fn is_attribute(element: &str, name: &str) -> bool {
    COMMON.contains(&name)
        || SPECIFIC
            .iter()
            .any(|(elements, attributes)| elements.contains(&element) && attributes.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_sorted_and_attributes_belong_to_elements() {
        assert!(ELEMENTS.is_sorted());
        let named = SPECIFIC.iter().flat_map(|(elements, _)| elements.iter());
        assert!(named.into_iter().all(|name| is_element(name)));
        assert!(
            is_attribute("td", "colspan") && !is_attribute("p", "colspan") && !is_attribute("p", "onclick")
        );
    }
}
