//! What the path of an operation leads to.

use super::list;
use super::place::Place;
use fhir::outcome::cut;
use fhir::{Json, ResourceType};
use fhirpath::{Context, Expression, Item, Moment};
use std::fmt;
use std::sync::Arc;

/// The path of an operation, compiled.
#[derive(Clone, Debug)]
pub(super) struct Target {
    text: Arc<str>,
    expression: Arc<Expression>,
    /// The path without its last name, and that name: where a list is that is empty.
    parent: Option<(Option<Arc<Expression>>, Arc<str>)>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cut(&self.text))
    }
}

/// A list that need not be there, in the element that contains it.
pub(super) struct Member {
    pub(super) owner: Place,
    pub(super) name: Arc<str>,
}

impl Target {
    /// Compiles a path.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let compile = |text: &str| Expression::compile(text).map(Arc::new).map_err(|error| error.to_string());
        // `div` is an operator of FHIRPath; HL7's own patches write the narrative's name all the same.
        let expression = match text.strip_suffix(".div") {
            Some(owner) => compile(&format!("{owner}.`div`"))?,
            None => compile(text)?,
        };
        let parent = match text.rsplit_once('.') {
            Some((owner, name)) if is_name(name) && is_one_path(owner) => {
                compile(owner).ok().map(|owner| (Some(owner), name.into()))
            }
            None if is_name(text) => Some((None, text.into())),
            _ => None,
        };
        Ok(Target { text: text.into(), expression, parent })
    }

    /// Where the elements are that the path leads to.
    ///
    /// # Errors
    ///
    /// It is for another type of resource, cannot be evaluated on this one, or leads to what is no part of it.
    fn places(&self, root: &Json, now: Option<Moment<'_>>) -> Result<Vec<Place>, String> {
        let focus = Item::resource(root).ok_or("what is to be patched is no resource of R4")?;
        let named = self.expression.root_type().and_then(|root| root.resource_type());
        let found = root.str("resourceType").and_then(ResourceType::from_name);
        if let (Some(named), Some(found)) = (named, found)
            && named != found
        {
            return Err(format!("the path is for {named}, and this is {found}"));
        }
        places(&self.expression, &focus, root, now)
    }

    /// The place of the one element that the path leads to; nothing if there is none.
    ///
    /// # Errors
    ///
    /// It leads to several, or to what is no part of the resource.
    pub(super) fn find(&self, root: &Json, now: Option<Moment<'_>>) -> Result<Option<Place>, String> {
        let mut found = self.places(root, now)?;
        match found.len() {
            0 | 1 => Ok(found.pop()),
            count => {
                Err(format!("the path leads to {count} elements; narrow it to one, by index or where(…)"))
            }
        }
    }

    /// As [`find`](Self::find), where there must be an element.
    pub(super) fn find_one(&self, root: &Json, now: Option<Moment<'_>>) -> Result<Place, String> {
        self.find(root, now)?.ok_or_else(|| String::from("the path leads to nothing"))
    }

    /// The owner of the element that the path names last, whether the element is there or not.
    ///
    /// # Errors
    ///
    /// The path does not end with a name, or there is no such owner.
    pub(super) fn member(&self, root: &Json, now: Option<Moment<'_>>) -> Result<Member, String> {
        let nothing = || String::from("the path leads to nothing");
        let (owner, name) = self.parent.as_ref().ok_or_else(nothing)?;
        let name = Arc::clone(name);
        let Some(owner) = owner else { return Ok(Member { owner: Place::root(), name }) };
        let focus = Item::resource(root).ok_or_else(nothing)?;
        let mut owners = places(owner, &focus, root, now)?;
        match (owners.pop(), owners.len()) {
            (Some(owner), 0) => Ok(Member { owner, name }),
            (None, _) => Err(nothing()),
            (Some(_), others) => {
                Err(format!("the path goes through {} elements; narrow it to one list", others + 1))
            }
        }
    }

    /// The list that the path names: the place of what contains it, and its JSON name.
    ///
    /// # Errors
    ///
    /// The path leads to something else than all items of one list.
    pub(super) fn find_list(&self, root: &Json, now: Option<Moment<'_>>) -> Result<(Place, String), String> {
        let found = self.places(root, now)?;
        let Some(first) = found.first() else {
            let member = self.member(root, now)?;
            return member.owner.list_named(&member.name, root).map(|key| (member.owner, key));
        };
        let not_a_list = || String::from("the path leads to a single element; it must name a list");
        let (owner, key, Some(_)) = first.split().ok_or_else(not_a_list)? else { return Err(not_a_list()) };
        let is_same =
            |place: &Place| place.split().is_some_and(|(other, name, _)| other == owner && name == key);
        if !found.iter().all(is_same) {
            return Err(String::from("the path leads to items of several lists; narrow it to one"));
        }
        let length = owner.value(root).and_then(Json::as_object).map_or(0, |owner| list::length(owner, &key));
        let is_whole = found.iter().enumerate().all(|(at, place)| place.index() == Some(at));
        if found.len() < length || !is_whole {
            let text = format!("the path leads to {} of the {length} items of {key}", found.len());
            return Err(format!("{text}; it must name the whole list, in its order"));
        }
        Ok((owner, key))
    }
}

fn places(
    expression: &Expression,
    focus: &Item<'_>,
    root: &Json,
    now: Option<Moment<'_>>,
) -> Result<Vec<Place>, String> {
    let items = expression
        .evaluate(&Context::new(focus).with_now(now), focus)
        .map_err(|error| format!("the path cannot be evaluated: {}", cut(&error.to_string())))?;
    let found = fhirpath::Place::of_all(&items, root);
    if found.len() < items.len() {
        return Err(String::from("the path computes a value; it must lead to an element"));
    }
    Ok(found.into_iter().map(Place::from).collect())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether nothing but `.name` can follow `text` as a whole: there is no operator outside of parentheses.
fn is_one_path(text: &str) -> bool {
    let (mut depth, mut quote) = (0usize, None);
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '`' | '"') => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && !(character.is_ascii_alphanumeric() || "._%$".contains(character)) => {
                return false;
            }
            _ => {}
        }
    }
    true
}

impl Place {
    /// The JSON name of the list `name` here.
    fn list_named(&self, name: &str, root: &Json) -> Result<String, String> {
        let definition = self.definition(root).ok_or("the path leads to nothing")?;
        match definition.member(name) {
            Some(member) if member.element.is_array() => Ok(name.to_owned()),
            Some(_) => Err(format!("{name} is no list; use add or replace")),
            None => Err(super::value::unknown_name(name, definition)),
        }
    }
}
