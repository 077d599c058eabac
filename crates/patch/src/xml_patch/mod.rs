//! XML Patch (RFC 5261) as FHIR uses it: operations on the XML form of a resource, which XPath selects.

mod operation;
mod selector;
mod tree;

use crate::failure::failure;
use crate::identity::Identity;
use crate::prune::prune;
use fhir::outcome::quoted;
use fhir::xml;
use fhir::{Issue, IssueCode, Json};
use operation::{Operation, Place};
use selector::Selector;
use tree::{Attribute, Element, Node, max_elements};

/// An XML Patch document.
#[derive(Clone, Debug)]
pub(crate) struct XmlPatch {
    operations: Vec<Operation>,
}

impl XmlPatch {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, with line and column.
    pub(crate) fn read(document: &[u8], max_depth: usize) -> Result<Self, Vec<Issue>> {
        operation::read(document, max_depth).map(|operations| XmlPatch { operations })
    }

    /// Applies all operations in order.
    ///
    /// # Errors
    ///
    /// The first operation that cannot be carried out, and why; or why what comes out is no resource any more.
    pub(crate) fn apply(&self, resource: &Json, max_depth: usize) -> Result<Json, Vec<Issue>> {
        let told = |text: &str| vec![Issue::error(IssueCode::BusinessRule, text)];
        let root = Element::of(resource, max_depth).ok_or_else(|| told("the resource has no XML form"))?;
        let before = identity(&root);
        let mut edit = Edit { root, max_elements: max_elements(max_depth) };
        for (index, operation) in self.operations.iter().enumerate() {
            edit.carry_out(operation)
                .and_then(|()| check_identity(&before, &identity(&edit.root)))
                .map_err(|reason| vec![failure(index, operation, &reason)])?;
        }
        let mut patched = resource_of(&edit.root, max_depth)?;
        prune(&mut patched);
        Identity::of(resource).check(&patched).map_err(|reason| told(&reason))?;
        Ok(patched)
    }
}

fn resource_of(root: &Element, max_depth: usize) -> Result<Json, Vec<Issue>> {
    let mut written = Vec::new();
    root.write("", &mut written);
    xml::read(&written, max_depth).map_err(|problems| {
        let issue = |problem: &xml::XmlProblem| {
            let text = format!("what the patch makes is no FHIR: {}", problem.problem);
            let issue = Issue::error(IssueCode::BusinessRule, text);
            problem.expression.iter().fold(issue, |issue, expression| issue.at(expression))
        };
        problems.iter().map(issue).collect()
    })
}

/// The type and the id of a resource.
fn identity(root: &Element) -> [(&'static str, Option<String>); 2] {
    let id = root.elements().find(|(_, element)| element.name == "id");
    let id = id.and_then(|(_, id)| id.attribute("value")).map(str::to_owned);
    [("the type", Some(root.name.clone())), ("id", id)]
}

fn check_identity(
    before: &[(&'static str, Option<String>)],
    after: &[(&'static str, Option<String>)],
) -> Result<(), String> {
    match before.iter().zip(after).find(|(before, after)| before != after) {
        None => Ok(()),
        Some(((name, before), (_, after))) => {
            let told = |value: &Option<String>| value.as_deref().map_or(String::from("nothing"), quoted);
            Err(format!("a patch must not change {name}, from {} to {}", told(before), told(after)))
        }
    }
}

struct Edit {
    root: Element,
    max_elements: usize,
}

impl Edit {
    fn carry_out(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Add { selector, place, content } => self.add(selector, *place, content),
            Operation::AddAttribute { selector, name, value } => {
                let element = self.find_mut(selector)?;
                if element.attribute(name).is_some() {
                    return Err(format!("the attribute {} is there already; use replace", quoted(name)));
                }
                element.attributes.push(Attribute::plain(name, value.clone()));
                Ok(())
            }
            Operation::Replace { selector, content } => self.replace(selector, content),
            Operation::ReplaceAttribute { selector, name, value } => {
                let element = self.find_mut(selector)?;
                let attribute = element.attributes.iter_mut().find(|attribute| attribute.is(name));
                attribute.ok_or_else(|| no_attribute(name))?.value.clone_from(value);
                Ok(())
            }
            Operation::Remove { selector } => self.remove(selector),
        }
    }

    fn add(&mut self, selector: &Selector, place: Place, content: &[Node]) -> Result<(), String> {
        let mut path = self.find(selector)?;
        let at = match place {
            Place::Append => self.at(&path)?.children.len(),
            Place::Prepend => 0,
            Place::Before => path.pop().ok_or_else(beside_root)?,
            Place::After => path.pop().ok_or_else(beside_root)? + 1,
        };
        for node in content {
            self.check_depth(path.len() + 1, node)?;
        }
        let children = &mut self.at(&path)?.children;
        children.splice(at..at, content.iter().cloned());
        Ok(())
    }

    fn replace(&mut self, selector: &Selector, content: &Element) -> Result<(), String> {
        let path = self.find(selector)?;
        let node = Node::Element(content.clone());
        self.check_depth(path.len(), &node)?;
        *self.at(&path)? = content.clone();
        Ok(())
    }

    fn remove(&mut self, selector: &Selector) -> Result<(), String> {
        if let Some(name) = &selector.attribute {
            let attributes = &mut self.find_mut(selector)?.attributes;
            let place = attributes.iter().position(|attribute| attribute.is(name));
            attributes.remove(place.ok_or_else(|| no_attribute(name))?);
            return Ok(());
        }
        let mut path = self.find(selector)?;
        let place = path.pop().ok_or("the resource itself cannot be taken away; delete it instead")?;
        self.at(&path)?.children.remove(place);
        Ok(())
    }

    /// The place of the one element that a selector leads to.
    fn find(&self, selector: &Selector) -> Result<Vec<usize>, String> {
        let mut found = selector.select(&self.root);
        match (found.pop(), found.len()) {
            (Some(path), 0) => Ok(path),
            (None, _) => Err(String::from("the selector leads to nothing")),
            (Some(_), others) => {
                Err(format!("the selector leads to {} elements; narrow it to one by a predicate", others + 1))
            }
        }
    }

    fn find_mut(&mut self, selector: &Selector) -> Result<&mut Element, String> {
        let path = self.find(selector)?;
        self.at(&path)
    }

    fn at(&mut self, path: &[usize]) -> Result<&mut Element, String> {
        self.root.at_mut(path).ok_or_else(|| String::from("the selector leads to nothing"))
    }

    /// `above` is how many elements `node` will stand in.
    fn check_depth(&self, above: usize, node: &Node) -> Result<(), String> {
        let depth = if let Node::Element(element) = node { element.depth() } else { 0 };
        if above + depth > self.max_elements {
            return Err(format!(
                "the result is nested deeper than the limit of {} elements",
                self.max_elements
            ));
        }
        Ok(())
    }
}

fn beside_root() -> String {
    String::from("nothing can stand beside the resource itself")
}

fn no_attribute(name: &str) -> String {
    format!("the element has no attribute {}", quoted(name))
}
