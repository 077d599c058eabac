//! A JSON tree that keeps what FHIR needs kept: the digits of a decimal and the order of members.
//!
//! `1.50` and `1.5` are different values to FHIR (<http://hl7.org/fhir/R4/json.html#decimal>), so a
//! number is the text the client sent. Objects are lists of members: they are small, and their order
//! survives a round trip.

mod parse;
mod write;

pub use parse::{SyntaxError, parse};
pub use write::write_string;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`, which FHIR allows only as a placeholder in the arrays of primitives.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Number),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// The literal of a number: valid JSON, its digits untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(Box<str>);

impl Number {
    /// The number that `literal` writes, if it is the literal of a JSON number.
    pub fn from_literal(literal: &str) -> Option<Self> {
        parse::is_number(literal).then(|| Number(literal.into()))
    }

    /// The digits as they were sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, when it is written as an integer (no point, no exponent) and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest binary floating-point value; infinite when out of range.
    pub fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(value.to_string().into_boxed_str())
    }
}

/// The members of an object, in the order they were sent. Names are unique: [`parse`] refuses
/// duplicates and [`Object::insert`] replaces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    members: Vec<(Box<str>, Json)>,
}

impl Object {
    /// An object without members.
    pub const fn new() -> Self {
        Object { members: Vec::new() }
    }

    /// The value of the member `name`.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members.iter().find(|(n, _)| &**n == name).map(|(_, value)| value)
    }

    /// The value of the member `name`, to be changed in place.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.members.iter_mut().find(|(n, _)| &**n == name).map(|(_, value)| value)
    }

    /// The text of the member `name`, when it is a string.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    /// The items of the member `name`; none when it is absent or no array.
    pub fn items(&self, name: &str) -> &[Json] {
        self.get(name).map(Json::items).unwrap_or_default()
    }

    /// Whether there is a member `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets the member `name`: in its old place if it exists, else at the end.
    pub fn insert(&mut self, name: &str, value: impl Into<Json>) {
        let value = value.into();
        match self.get_mut(name) {
            Some(slot) => *slot = value,
            None => self.members.push((name.into(), value)),
        }
    }

    /// Sets the member `name` at position `index`, removing it from its old place.
    pub fn insert_at(&mut self, index: usize, name: &str, value: impl Into<Json>) {
        self.remove(name);
        self.members.insert(index.min(self.members.len()), (name.into(), value.into()));
    }

    /// Takes the member `name` out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let index = self.members.iter().position(|(n, _)| &**n == name)?;
        Some(self.members.remove(index).1)
    }

    /// Keeps the members for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Json) -> bool) {
        self.members.retain_mut(|(name, value)| keep(name, value));
    }

    /// The members in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Json)> + Clone {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// The members in order, their values changeable.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json)> {
        self.members.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The position of the member `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|(n, _)| &**n == name)
    }
}

impl<N: Into<Box<str>>, V: Into<Json>> FromIterator<(N, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(members: I) -> Self {
        Object { members: members.into_iter().map(|(n, v)| (n.into(), v.into())).collect() }
    }
}

impl Json {
    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, when this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Json::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The object, when this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object, when this is one, to be changed in place.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The array, when this is one.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The array, when this is one, to be changed in place.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Json>> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items of an array; none of anything else.
    pub fn items(&self) -> &[Json] {
        self.as_array().unwrap_or_default()
    }

    /// The member `name` of an object; nothing of anything else.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?.get(name)
    }

    /// The text of the member `name`.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The value at a path of names and indices: `patient.at(&["name", "0", "family"])`.
    pub fn at(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(self, |value, step| match value {
            Json::Object(object) => object.get(step),
            Json::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// What kind of JSON value this is, in words for a message: "an object", "a string", …
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// Whether two values hold the same content: the order of members does not count, the digits of
    /// numbers and the order of items do.
    pub fn same_content(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Object(a), Json::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(name, value)| b.get(name).is_some_and(|o| value.same_content(o)))
            }
            (Json::Array(a), Json::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.same_content(y))
            }
            _ => self == other,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Json::Number(value.into())
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Json::Object(object)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Json::Array(items)
    }
}

/// Builds a [`Json`] from a literal: `json!({ "resourceType": "Patient", "active": true })`.
/// Values are expressions that convert into `Json`; nested objects and arrays are literals too.
#[macro_export]
macro_rules! json {
    (null) => { $crate::Json::Null };
    ({}) => { $crate::Json::Object($crate::Object::new()) };
    ([]) => { $crate::Json::Array(Vec::new()) };
    ({ $($name:literal : $value:tt),* $(,)? }) => {
        $crate::Json::Object([$(($name, $crate::json!($value))),*].into_iter().collect::<$crate::Object>())
    };
    ([ $($item:tt),* $(,)? ]) => { $crate::Json::Array(vec![$($crate::json!($item)),*]) };
    ($value:expr) => { $crate::Json::from($value) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_replaces_in_place_and_keeps_the_order() {
        let mut object: Object = [("a", 1i64), ("b", 2), ("c", 3)].into_iter().collect();
        object.insert("b", 9i64);
        object.insert("d", 4i64);
        let names: Vec<&str> = object.iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(object.get("b").and_then(Json::as_number).and_then(Number::as_i64), Some(9));
    }

    #[test]
    fn same_content_ignores_member_order_but_not_digits() {
        let parse = |text: &str| parse(text.as_bytes(), 10).unwrap();
        assert!(parse(r#"{"a":1,"b":[2]}"#).same_content(&parse(r#"{"b":[2],"a":1}"#)));
        assert!(!parse(r#"{"a":1.0}"#).same_content(&parse(r#"{"a":1}"#)));
    }
}
