//! The search parameters of every resource type, ready for use.

mod parameter;

pub(crate) use parameter::Source;
pub use parameter::{ExtraParameter, Parameter};

use crate::index::ParameterId;
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters};
use fhir::{Reference, ResourceType};
use fhirpath::{Expression, ItemType};
use jiff::tz::TimeZone;
use parameter::ValueFacts;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::sync::Arc;

/// Raised whenever the rows that [`extract`](crate::extract) makes of the same resource and parameters change.
const EXTRACTION_VERSION: u64 = 1;

/// The search parameters of every resource type.
#[derive(Debug)]
pub struct Registry {
    /// By [`ResourceType::index`], each sorted by code.
    types: Vec<Vec<Parameter>>,
    bases: Vec<Box<str>>,
}

impl Registry {
    /// The parameters of R4, and those that a crate above brings along.
    ///
    /// # Panics
    ///
    /// An expression does not compile, or a number or code is taken: the program itself is wrong.
    pub fn r4(extra: Vec<ExtraParameter>) -> Self {
        let mut types: Vec<Vec<Parameter>> = ResourceType::all().map(|_| Vec::with_capacity(32)).collect();
        for definition in search_parameters() {
            let alternatives = alternatives(definition);
            for resource_type in definition.base {
                let parameter = Parameter::standard(definition, *resource_type, &alternatives);
                types[usize::from(resource_type.index())].push(parameter);
            }
        }
        for extra in extra {
            let alternatives = compiled(extra.code, extra.expression, Some(extra.resource_type));
            types[usize::from(extra.resource_type.index())].push(Parameter::extra(&extra, &alternatives));
        }
        for parameters in &mut types {
            parameters.sort_unstable_by(|a, b| a.code().cmp(b.code()));
            parameters.shrink_to_fit();
            if let Some(pair) = parameters.windows(2).find(|pair| pair[0].code() == pair[1].code()) {
                panic!("two search parameters have the code '{}'", pair[0].code());
            }
        }
        Registry { types, bases: Vec::new() }
    }

    /// The same, on a server with these base URLs: what absolute references say under one of them is a resource
    /// of this server.
    #[must_use]
    pub fn with_bases<B: AsRef<str>>(mut self, bases: impl IntoIterator<Item = B>) -> Self {
        self.bases = bases.into_iter().map(|base| base.as_ref().trim_end_matches('/').into()).collect();
        self
    }

    /// All parameters of a type by code, those that are not served and those of crates above included.
    pub fn parameters(&self, resource_type: ResourceType) -> &[Parameter] {
        &self.types[usize::from(resource_type.index())]
    }

    /// The parameter of a type with that code, served or not.
    pub fn parameter(&self, resource_type: ResourceType, code: &str) -> Option<&Parameter> {
        let parameters = self.parameters(resource_type);
        let found = parameters.binary_search_by(|parameter| parameter.code().cmp(code)).ok()?;
        Some(&parameters[found])
    }

    /// The parameters that clients may use and that a CapabilityStatement lists, by code.
    pub fn advertised(&self, resource_type: ResourceType) -> impl Iterator<Item = &Parameter> {
        self.parameters(resource_type)
            .iter()
            .filter(|parameter| parameter.is_served() && !parameter.is_internal())
    }

    /// What the index depends on besides the resources: the parameters, how their rows are made, the server's
    /// base URLs and the zone of dates without one. An index that was made under another fingerprint is stale.
    pub fn fingerprint(&self, zone: &TimeZone) -> String {
        let mut hasher = SipHasher13::new();
        let mut feed = |text: &str| {
            hasher.write_usize(text.len());
            hasher.write(text.as_bytes());
        };
        feed(&EXTRACTION_VERSION.to_string());
        feed(&zone.iana_name().map_or_else(|| format!("{zone:?}"), str::to_owned));
        self.bases.iter().for_each(|base| feed(base));
        for parameter in self.types.iter().flatten().filter(|parameter| parameter.is_served()) {
            feed(&format!("{} {:?}", parameter.id().get(), parameter.kind()));
            feed(parameter.code());
            feed(parameter.expression());
        }
        format!("{:016x}", hasher.finish())
    }

    /// The resource of this server that an absolute URL under one of its bases names.
    pub(crate) fn local<'u>(&self, url: &'u str) -> Option<Reference<'u>> {
        let under = |base: &str| url.strip_prefix(base)?.strip_prefix('/').and_then(Reference::local);
        self.bases.iter().find_map(|base| under(base))
    }
}

/// Whether values of this kind are indexed and can be searched. Issue by issue this becomes all of them.
fn is_served(kind: SearchParameterType) -> bool {
    use SearchParameterType as Kind;
    matches!(kind, Kind::Token | Kind::Reference | Kind::Date | Kind::String | Kind::Uri)
}

/// A compiled expression, or a part of one that is a union.
type Alternative = Arc<Expression>;

fn alternatives(definition: &SearchParameter) -> Vec<Alternative> {
    if !is_served(definition.kind) || definition.expression.is_empty() {
        return Vec::new();
    }
    let only = match definition.base {
        [resource_type] => Some(*resource_type),
        _ => None,
    };
    compiled(definition.url, definition.expression, only)
}

fn compiled(name: &str, expression: &str, resource_type: Option<ResourceType>) -> Vec<Alternative> {
    let compiled = match resource_type {
        Some(resource_type) => Expression::compile_for(expression, resource_type.type_id()),
        None => Expression::compile(expression),
    };
    match compiled {
        Ok(expression) => expression.into_alternatives().into_iter().map(Arc::new).collect(),
        Err(error) => panic!("the expression of search parameter {name}: {error}"),
    }
}

/// Those of the alternatives that can yield something on a type.
fn applicable(alternatives: &[Alternative], resource_type: ResourceType) -> Vec<Alternative> {
    let this = ItemType::Fhir(resource_type.type_id());
    let applies = |root| this.is_a(ItemType::Fhir(root));
    alternatives.iter().filter(|one| one.root_type().is_none_or(applies)).cloned().collect()
}

impl Parameter {
    fn standard(
        definition: &'static SearchParameter,
        resource_type: ResourceType,
        all: &[Alternative],
    ) -> Self {
        let alternatives = applicable(all, resource_type);
        let source = match definition.code {
            "_id" => Source::Id,
            "_lastUpdated" => Source::LastUpdated,
            _ if alternatives.is_empty() => Source::NotServed,
            _ => Source::Extracted(alternatives),
        };
        Parameter {
            id: ParameterId::new(definition.id, resource_type),
            code: definition.code,
            kind: definition.kind,
            expression: definition.expression,
            url: Some(definition.url),
            targets: definition.targets,
            facts: ValueFacts::of(&source),
            source,
        }
    }

    fn extra(extra: &ExtraParameter, all: &[Alternative]) -> Self {
        assert!(extra.number >= ParameterId::FIRST_EXTRA, "the number of '{}' is R4's", extra.code);
        assert!(is_served(extra.kind), "the kind of '{}' is not served", extra.code);
        let source = Source::Extracted(applicable(all, extra.resource_type));
        Parameter {
            id: ParameterId::new(extra.number, extra.resource_type),
            code: extra.code,
            kind: extra.kind,
            expression: extra.expression,
            url: None,
            targets: extra.targets,
            facts: ValueFacts::of(&source),
            source,
        }
    }
}
