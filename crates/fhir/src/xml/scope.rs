//! Which namespace prefixes are in force (<https://www.w3.org/TR/xml-names/>).

use super::limits;
use std::borrow::Cow;

/// What the prefix `xml` is bound to without declaration.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The declarations of the open elements, outermost first.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    bindings: Vec<Binding<'a>>,
}

#[derive(Debug)]
struct Binding<'a> {
    /// How many elements are open where it was declared, that one included.
    depth: usize,
    /// Empty for the default namespace.
    prefix: &'a str,
    namespace: Cow<'a, str>,
}

impl<'a> Scope<'a> {
    /// Declares a prefix for the element at `depth`.
    ///
    /// # Errors
    ///
    /// What XML forbids, or that there are too many.
    pub(super) fn declare(
        &mut self,
        depth: usize,
        prefix: &'a str,
        namespace: Cow<'a, str>,
    ) -> Result<(), String> {
        if prefix == "xml" || prefix == "xmlns" {
            return if prefix == "xml" && namespace == XML { Ok(()) } else { Err(reserved(prefix)) };
        }
        if namespace.is_empty() && !prefix.is_empty() {
            return Err(format!(
                "the namespace prefix '{}' is declared as nothing",
                crate::outcome::cut(prefix)
            ));
        }
        if self.bindings.len() == limits::NAMESPACES {
            return Err(format!(
                "more than the limit of {} namespace declarations are in force here",
                limits::NAMESPACES
            ));
        }
        self.bindings.push(Binding { depth, prefix, namespace });
        Ok(())
    }

    /// Forgets what elements below `depth` have declared.
    pub(super) fn close(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|binding| binding.depth > depth) {
            self.bindings.pop();
        }
    }

    /// The namespace of a prefix and the depth at which it was declared; nothing for an undeclared prefix. Without
    /// declaration the default namespace is none, the empty text.
    pub(super) fn find(&self, prefix: &str) -> Option<(Cow<'a, str>, usize)> {
        let found = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        match (found, prefix) {
            (Some(binding), _) => Some((binding.namespace.clone(), binding.depth)),
            (None, "") => Some((Cow::Borrowed(""), 0)),
            (None, "xml") => Some((Cow::Borrowed(XML), 0)),
            (None, _) => None,
        }
    }
}

fn reserved(prefix: &str) -> String {
    format!("the namespace prefix '{prefix}' is XML's own and cannot be declared")
}
