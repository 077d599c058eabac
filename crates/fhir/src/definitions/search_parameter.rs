//! The search parameters of R4 (<http://hl7.org/fhir/R4/searchparameter-registry.html>).

use super::ResourceType;
use super::generated::{SEARCH_PARAMETERS, SEARCH_PARAMETERS_OF};

/// One search parameter of the registry of R4.
///
/// The definitions state no modifiers at all and no `multipleAnd`, so there are no fields for them: which
/// modifiers apply follows from the type.
#[derive(Debug)]
pub struct SearchParameter {
    /// Its place in [`search_parameters`], from 0: by code, then by URL. It may change with another version of
    /// FHIR, so it must not be stored.
    pub id: u16,
    /// Its name in a URL, `birthdate`. No resource type has two parameters of one code.
    pub code: &'static str,
    /// Its canonical URL.
    pub url: &'static str,
    /// What sort of values it compares.
    pub kind: SearchParameterType,
    /// The resource types that have it, by name. Abstract ones are expanded.
    pub base: &'static [ResourceType],
    /// It is defined for `Resource` or `DomainResource` (`_id`, `_lastUpdated`, `_text`, …).
    pub is_common: bool,
    /// FHIRPath over the resource, for all types of `base` together, its parts joined by `|`. Empty for `_content`,
    /// `_text` and `_query`, which no path defines. `InsurancePlan`'s `name` is written without the type.
    pub expression: &'static str,
    /// What a reference may point to, by name; empty for other types and for the one reference without targets
    /// (`instantiates-canonical` of RequestGroup). "Any" is written out by the registry, without Parameters.
    pub targets: &'static [ResourceType],
    /// The parts of a composite, in the order of the value.
    pub components: &'static [SearchParameterComponent],
    /// Several values may be joined by commas. The registry says no for all composites and nothing for the others,
    /// which is taken as yes.
    pub multiple_or: bool,
    /// The prefixes it takes, `eq` first: all nine for numbers, dates and quantities, else none.
    pub comparators: &'static [&'static str],
}

/// What sort of values a search parameter compares (<http://hl7.org/fhir/R4/search.html#ptypes>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SearchParameterType {
    /// A number, with its precision.
    Number,
    /// A date, dateTime, instant, Period or Timing.
    Date,
    /// Text, by its beginning.
    String,
    /// A code, Coding, identifier, boolean or id.
    Token,
    /// A Reference or canonical.
    Reference,
    /// Several parameters on one value.
    Composite,
    /// A number with a unit.
    Quantity,
    /// A URI, exactly.
    Uri,
    /// As its definition says: `near` of Location is the only one.
    Special,
}

impl SearchParameterType {
    /// The code of <http://hl7.org/fhir/search-param-type>.
    pub const fn code(self) -> &'static str {
        match self {
            SearchParameterType::Number => "number",
            SearchParameterType::Date => "date",
            SearchParameterType::String => "string",
            SearchParameterType::Token => "token",
            SearchParameterType::Reference => "reference",
            SearchParameterType::Composite => "composite",
            SearchParameterType::Quantity => "quantity",
            SearchParameterType::Uri => "uri",
            SearchParameterType::Special => "special",
        }
    }
}

/// One part of a composite search parameter.
#[derive(Debug)]
pub struct SearchParameterComponent {
    /// The canonical URL of the parameter that says how the part is compared.
    pub definition: &'static str,
    /// FHIRPath over each value of the composite's own expression.
    pub expression: &'static str,
    /// The definition's place in the table.
    pub(super) parameter: u16,
}

impl SearchParameterComponent {
    /// The parameter that says how the part is compared.
    pub fn parameter(&self) -> &'static SearchParameter {
        &SEARCH_PARAMETERS[usize::from(self.parameter)]
    }
}

/// All search parameters, by code and then by URL.
pub fn search_parameters() -> &'static [SearchParameter] {
    &SEARCH_PARAMETERS
}

/// The search parameters of a resource type, the common ones included, by code.
pub fn search_parameters_of(
    resource_type: ResourceType,
) -> impl ExactSizeIterator<Item = &'static SearchParameter> + DoubleEndedIterator + Clone {
    ids_of(resource_type).iter().map(|id| &SEARCH_PARAMETERS[usize::from(*id)])
}

/// The search parameter of a resource type with that code.
pub fn search_parameter(resource_type: ResourceType, code: &str) -> Option<&'static SearchParameter> {
    let ids = ids_of(resource_type);
    let found = ids.binary_search_by(|id| SEARCH_PARAMETERS[usize::from(*id)].code.cmp(code)).ok()?;
    Some(&SEARCH_PARAMETERS[usize::from(ids[found])])
}

/// The search parameter with that canonical URL. It looks through the whole table.
pub fn search_parameter_by_url(url: &str) -> Option<&'static SearchParameter> {
    SEARCH_PARAMETERS.iter().find(|parameter| parameter.url == url)
}

fn ids_of(resource_type: ResourceType) -> &'static [u16] {
    SEARCH_PARAMETERS_OF[usize::from(resource_type.index())]
}
