//! The types of items: those of FHIR and those of FHIRPath itself.

use fhir::definitions::{TypeId, TypeKind, type_by_name};
use std::fmt;

/// The type of an item (<http://hl7.org/fhirpath/N1/#types-and-reflection>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemType {
    /// A type of FHIR: a resource, a data type, a backbone.
    Fhir(TypeId),
    /// A type of FHIRPath: what literals and operators yield.
    System(SystemType),
}

/// FHIRPath's own types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemType {
    /// `true` and `false`.
    Boolean,
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number with a point.
    Decimal,
    /// A date, perhaps partial.
    Date,
    /// A date with a time, perhaps partial.
    DateTime,
    /// A time of day.
    Time,
    /// A number with a unit.
    Quantity,
    /// What `type()` yields.
    TypeInfo,
}

const SYSTEM_TYPES: &[(&str, SystemType)] = &[
    ("Boolean", SystemType::Boolean),
    ("String", SystemType::String),
    ("Integer", SystemType::Integer),
    ("Decimal", SystemType::Decimal),
    ("Date", SystemType::Date),
    ("DateTime", SystemType::DateTime),
    ("Time", SystemType::Time),
    ("Quantity", SystemType::Quantity),
    ("TypeInfo", SystemType::TypeInfo),
];

impl SystemType {
    /// The name without its namespace: `Boolean`.
    pub fn name(self) -> &'static str {
        SYSTEM_TYPES.iter().find(|(_, found)| *found == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn by_name(name: &str) -> Option<SystemType> {
        SYSTEM_TYPES.iter().find(|(found, _)| *found == name).map(|(_, found)| *found)
    }

    /// The type of the value of a FHIR primitive (<http://hl7.org/fhir/R4/fhirpath.html#types>).
    pub(crate) fn of_primitive(primitive: TypeId) -> Option<SystemType> {
        Some(match primitive {
            TypeId::BOOLEAN => SystemType::Boolean,
            TypeId::INTEGER | TypeId::POSITIVE_INT | TypeId::UNSIGNED_INT => SystemType::Integer,
            TypeId::DECIMAL => SystemType::Decimal,
            TypeId::DATE => SystemType::Date,
            TypeId::DATE_TIME | TypeId::INSTANT => SystemType::DateTime,
            TypeId::TIME => SystemType::Time,
            _ if primitive.definition().kind == TypeKind::Primitive => SystemType::String,
            _ => return None,
        })
    }
}

impl ItemType {
    /// The name without a namespace: `Patient`, `Patient.contact`, `code`, `Boolean`.
    pub fn name(self) -> &'static str {
        match self {
            ItemType::Fhir(type_id) => type_id.name(),
            ItemType::System(system) => system.name(),
        }
    }

    /// `FHIR` or `System`.
    pub fn namespace(self) -> &'static str {
        match self {
            ItemType::Fhir(_) => "FHIR",
            ItemType::System(_) => "System",
        }
    }

    /// The FHIR type, if it is one.
    pub const fn fhir(self) -> Option<TypeId> {
        match self {
            ItemType::Fhir(type_id) => Some(type_id),
            ItemType::System(_) => None,
        }
    }

    /// The type of FHIRPath that it is, or that the values of a FHIR primitive convert to.
    pub(crate) fn system(self) -> Option<SystemType> {
        match self {
            ItemType::System(system) => Some(system),
            ItemType::Fhir(type_id) => SystemType::of_primitive(type_id),
        }
    }

    /// Whether it is `ancestor` or specialises it.
    pub fn is_a(self, ancestor: ItemType) -> bool {
        match (self, ancestor) {
            _ if self == ancestor => true,
            (ItemType::Fhir(_), ItemType::Fhir(ancestor)) if !has_subtypes(ancestor) => false,
            (ItemType::Fhir(type_id), ItemType::Fhir(ancestor)) => type_id.definition().is_a(ancestor),
            _ => false,
        }
    }

    /// The type that a specifier names: of the namespace if it has one, else FHIR's before FHIRPath's own.
    pub(crate) fn named(namespace: Option<&str>, name: &str) -> Option<ItemType> {
        let fhir = || type_by_name(name).map(|definition| ItemType::Fhir(definition.id));
        let system = || SystemType::by_name(name).map(ItemType::System);
        match namespace {
            None => fhir().or_else(system),
            Some("FHIR") => fhir(),
            Some("System") => system(),
            Some(_) => None,
        }
    }
}

/// Whether other types specialise it: few do, and climbing from a type to its bases takes time.
fn has_subtypes(type_id: TypeId) -> bool {
    let definition = type_id.definition();
    definition.is_abstract || matches!(definition.name, "Quantity" | "string" | "uri" | "integer")
}

impl fmt::Display for ItemType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ItemType::Fhir(_) => f.write_str(self.name()),
            ItemType::System(_) => write!(f, "System.{}", self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_types_are_specialised() {
        for definition in fhir::definitions::types() {
            let base = definition.base_type().map(|base| base.id);
            assert!(base.is_none_or(has_subtypes), "{} specialises {base:?}", definition.name);
        }
    }

    #[test]
    fn a_specifier_names_a_type_of_fhir_before_one_of_fhirpath() {
        let named = |namespace, name| ItemType::named(namespace, name).map(|found| found.to_string());
        assert_eq!(named(None, "Quantity").as_deref(), Some("Quantity"));
        assert_eq!(named(Some("System"), "Quantity").as_deref(), Some("System.Quantity"));
        assert_eq!(named(None, "Boolean").as_deref(), Some("System.Boolean"));
        assert_eq!(named(None, "boolean").as_deref(), Some("boolean"));
        assert_eq!(named(Some("FHIR"), "Boolean"), None);
    }
}
