//! A tree of XML: the form of a resource that XML Patch works on.

use fhir::Json;
use fhir::xml::{self, FHIR, Tag, Token, Tokens, XHTML, XmlProblem, escape_attribute};

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Node>,
    /// How it was written, for a narrative that nothing has been done to: it keeps every character.
    written: Option<String>,
}

/// An attribute. Its prefix is the document's own; FHIR's attributes have none.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) prefix: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) value: String,
}

/// What an element contains.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Element(Element),
    /// Text, comments and processing instructions, as they are written.
    Raw(String),
}

/// How many elements may be nested where JSON may be nested `max_depth` deep: the value of a primitive has one of its
/// own, and then there is the narrative.
pub(super) const fn max_elements(max_depth: usize) -> usize {
    max_depth + 1 + fhir::xml::limits::NARRATIVE_DEPTH
}

impl Element {
    /// Reads the element that `tag` began to its end. Elements without namespace are taken for FHIR's: patches often
    /// leave it out, and no resource has other ones.
    ///
    /// # Errors
    ///
    /// The document is not well-formed.
    pub(super) fn read<'a>(tag: &Tag<'a>, tokens: &mut Tokens<'a>) -> Result<Self, XmlProblem> {
        let mut element = Element::begin(tag);
        loop {
            match tokens.next_token()? {
                Some(Token::Start(tag)) => element.children.push(Node::Element(Element::read(&tag, tokens)?)),
                Some(Token::Text(text)) => element.children.push(Node::Raw(text.raw.to_owned())),
                Some(Token::Ignorable(raw)) => element.children.push(Node::Raw(raw.to_owned())),
                Some(Token::End(end)) => {
                    if tag.declares_default && tag.name.namespace == XHTML {
                        element.written = Some(tokens.slice(tag.at, end.end).to_owned());
                    }
                    return Ok(element);
                }
                None => return Ok(element),
            }
        }
    }

    fn begin(tag: &Tag<'_>) -> Self {
        let namespace = if tag.name.namespace.is_empty() { FHIR } else { &tag.name.namespace };
        let attribute = |attribute: &fhir::xml::Attribute<'_>| Attribute {
            prefix: attribute.name.prefix.to_owned(),
            namespace: attribute.name.namespace.to_string(),
            name: attribute.name.local.to_owned(),
            value: attribute.value.to_string(),
        };
        Element {
            namespace: namespace.to_owned(),
            name: tag.name.local.to_owned(),
            attributes: tag.attributes.iter().map(attribute).collect(),
            children: Vec::new(),
            written: None,
        }
    }

    /// The XML form of a resource; nothing for what has none.
    pub(super) fn of(resource: &Json, max_depth: usize) -> Option<Self> {
        let written = String::from_utf8(xml::write(resource)).ok()?;
        let mut tokens = Tokens::new(&written, max_elements(max_depth)).ok()?;
        loop {
            if let Token::Start(tag) = tokens.next_token().ok()?? {
                return Element::read(&tag, &mut tokens).ok();
            }
        }
    }

    /// The elements among the children, with their places.
    pub(super) fn elements(&self) -> impl Iterator<Item = (usize, &Element)> {
        self.children.iter().enumerate().filter_map(|(place, child)| match child {
            Node::Element(element) => Some((place, element)),
            Node::Raw(_) => None,
        })
    }

    /// The value of the attribute `name` without namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.is(name)).map(|attribute| attribute.value.as_str())
    }

    /// How many elements are nested, itself included.
    pub(super) fn depth(&self) -> usize {
        1 + self.elements().map(|(_, element)| element.depth()).max().unwrap_or(0)
    }

    /// The descendant at `path`, places of children from here on, to be changed.
    pub(super) fn at_mut(&mut self, path: &[usize]) -> Option<&mut Element> {
        self.written = None;
        path.iter().try_fold(self, |element, place| match element.children.get_mut(*place)? {
            Node::Element(element) => {
                element.written = None;
                Some(element)
            }
            Node::Raw(_) => None,
        })
    }

    /// The element as XML, where `outer` is the default namespace.
    pub(super) fn write(&self, outer: &str, out: &mut Vec<u8>) {
        if let Some(written) = &self.written {
            return out.extend_from_slice(written.as_bytes());
        }
        out.push(b'<');
        out.extend_from_slice(self.name.as_bytes());
        if self.namespace != outer {
            write_attribute("", "xmlns", &self.namespace, out);
        }
        for (index, attribute) in self.attributes.iter().enumerate() {
            let is_declared = self.attributes[..index].iter().any(|other| other.prefix == attribute.prefix);
            if !is_declared && !attribute.prefix.is_empty() && attribute.prefix != "xml" {
                write_attribute("xmlns", &attribute.prefix, &attribute.namespace, out);
            }
            write_attribute(&attribute.prefix, &attribute.name, &attribute.value, out);
        }
        if self.children.is_empty() {
            return out.extend_from_slice(b"/>");
        }
        out.push(b'>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(&self.namespace, out),
                Node::Raw(raw) => out.extend_from_slice(raw.as_bytes()),
            }
        }
        out.extend_from_slice(b"</");
        out.extend_from_slice(self.name.as_bytes());
        out.push(b'>');
    }
}

impl Attribute {
    /// The attribute `name` without namespace.
    pub(super) fn plain(name: &str, value: String) -> Self {
        Attribute { prefix: String::new(), namespace: String::new(), name: name.to_owned(), value }
    }

    /// Whether it is the attribute `name` without namespace.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name && self.namespace.is_empty()
    }
}

fn write_attribute(prefix: &str, name: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    if !prefix.is_empty() {
        out.extend_from_slice(prefix.as_bytes());
        out.push(b':');
    }
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    escape_attribute(value, out);
    out.push(b'"');
}
