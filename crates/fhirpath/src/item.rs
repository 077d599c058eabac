//! What an evaluation works on and yields.

use crate::item_type::{ItemType, SystemType};
use crate::quantity::Quantity;
use fhir::definitions::{ElementDefinition, TypeId};
use fhir::{Json, Object, ResourceType};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// One item of a collection: a value and what is known of it.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// The value.
    pub value: ItemValue<'a>,
    /// Its type.
    pub item_type: ItemType,
    /// The element whose value it is; `None` for roots, extensions found by their URL, and computed values.
    pub element: Option<&'static ElementDefinition>,
    /// The `id` and `extension` of a primitive: in JSON the member whose name begins with an underscore.
    pub(crate) sibling: Option<&'a Object>,
}

/// The value of an item.
#[derive(Clone, Debug)]
pub enum ItemValue<'a> {
    /// A part of the tree; [`Json::Null`] for a primitive that has extensions but no value.
    Json(&'a Json),
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Decimal(Decimal),
    /// Text, or the literal of a date or time: the item's type says which.
    Text(Cow<'a, str>),
    /// A number with a unit.
    Quantity(Box<Quantity>),
    /// What `type()` says: a type with its namespace and name.
    Type(ItemType),
    /// A resource of which only the type (the item's) and the reference are known.
    Elsewhere(&'a str),
}

impl<'a> Item<'a> {
    /// A resource; `None` if it has no known `resourceType`.
    pub fn resource(resource: &'a Json) -> Option<Self> {
        let resource_type = ResourceType::from_name(resource.str("resourceType")?)?;
        Some(Item::of_type(resource, resource_type.type_id()))
    }

    /// A value of a known FHIR type.
    pub fn of_type(value: &'a Json, type_id: TypeId) -> Self {
        let item_type = ItemType::Fhir(type_id);
        Item { value: ItemValue::Json(value), item_type, element: None, sibling: None }
    }

    /// A primitive of a known FHIR type with what JSON writes beside it: the object of the member whose name
    /// begins with an underscore. A primitive that has only that has the value [`Json::Null`].
    pub fn primitive(value: &'a Json, sibling: Option<&'a Object>, type_id: TypeId) -> Self {
        Item { sibling, ..Item::of_type(value, type_id) }
    }

    pub(crate) fn boolean(value: bool) -> Self {
        Item::system(ItemValue::Boolean(value), SystemType::Boolean)
    }

    pub(crate) fn integer(value: i64) -> Self {
        Item::system(ItemValue::Integer(value), SystemType::Integer)
    }

    pub(crate) fn decimal(value: Decimal) -> Self {
        Item::system(ItemValue::Decimal(value), SystemType::Decimal)
    }

    pub(crate) fn string(text: impl Into<Cow<'a, str>>) -> Self {
        Item::system(ItemValue::Text(text.into()), SystemType::String)
    }

    pub(crate) fn quantity(quantity: Quantity) -> Self {
        Item::system(ItemValue::Quantity(Box::new(quantity)), SystemType::Quantity)
    }

    pub(crate) fn system(value: ItemValue<'a>, system: SystemType) -> Self {
        Item { value, item_type: ItemType::System(system), element: None, sibling: None }
    }

    /// The part of the tree, if it is one.
    pub fn json(&self) -> Option<&'a Json> {
        match self.value {
            ItemValue::Json(json) => Some(json),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn object(&self) -> Option<&'a Object> {
        self.json().and_then(Json::as_object)
    }

    /// The object that has the item's `id` and `extension`.
    pub(crate) fn extended(&self) -> Option<&'a Object> {
        self.object().or(self.sibling)
    }

    /// The text, if it is one (of the tree or computed).
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            ItemValue::Json(json) => json.as_str(),
            ItemValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, borrowed from the tree if it lies there. Dates and times of the tree are taken for text
    /// too: constraints of implementation guides look at their characters.
    pub(crate) fn string_text(&self) -> Option<Cow<'a, str>> {
        match &self.value {
            ItemValue::Json(json) => json.as_str().map(Cow::Borrowed),
            ItemValue::Text(text) if self.system_type() == Some(SystemType::String) => Some(text.clone()),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            ItemValue::Json(json) => json.as_bool(),
            ItemValue::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            ItemValue::Json(json) => json.as_number().and_then(|number| number.as_i64()),
            ItemValue::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Whether there is a value, not only an id or extensions of a primitive.
    pub fn has_value(&self) -> bool {
        !matches!(self.value, ItemValue::Json(Json::Null))
    }

    /// The type of FHIRPath that it has or, as the value of a FHIR primitive, converts to.
    pub(crate) fn system_type(&self) -> Option<SystemType> {
        self.item_type.system()
    }
}
