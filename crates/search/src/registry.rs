//! The search parameters of every resource type, ready for use.

mod compile;
mod custom;
mod facts;
mod parameter;
mod standard;

pub(crate) use compile::Alternative;
pub use custom::{CustomParameter, Progress, custom_fingerprint, is_active};
pub(crate) use facts::ValueFacts;
pub(crate) use parameter::Source;
pub use parameter::{ExtraParameter, Origin, Parameter};

use crate::index::ParameterId;

use fhir::definitions::SearchParameterType;
use fhir::{Reference, ResourceType};
use jiff::tz::TimeZone;
use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::Arc;

/// Raised whenever the rows that [`extract`](crate::extract) makes of the same resource and parameters change.
const EXTRACTION_VERSION: u64 = 3;

/// The search parameters of every resource type.
#[derive(Clone, Debug)]
pub struct Registry {
    /// By [`ResourceType::index`], each sorted by code.
    types: Vec<Vec<Arc<Parameter>>>,
    bases: Arc<Bases>,
}

/// The base URLs of the server: what absolute references say under one of them is a resource of this server.
#[derive(Debug, Default)]
pub(crate) struct Bases {
    /// Those that it has for good.
    lasting: Vec<Box<str>>,
    /// Those of this run.
    passing: Vec<Box<str>>,
}

impl Bases {
    /// The resource of this server that an absolute URL under one of its bases names.
    pub(crate) fn local<'u>(&self, url: &'u str) -> Option<Reference<'u>> {
        let under = |base: &str| url.strip_prefix(base)?.strip_prefix('/').and_then(Reference::local);
        self.lasting.iter().chain(&self.passing).find_map(|base| under(base))
    }
}

impl Registry {
    /// The parameters of R4, and those that a crate above brings along.
    ///
    /// # Panics
    ///
    /// An expression does not compile, or a number or code is taken: the program itself is wrong.
    pub fn r4(extra: Vec<ExtraParameter>) -> Self {
        let mut types = standard::parameters();
        for extra in &extra {
            types[usize::from(extra.resource_type.index())].push(Arc::new(Parameter::extra(extra)));
        }
        for parameters in &mut types {
            sort(parameters);
            if let Some(pair) = parameters.windows(2).find(|pair| pair[0].code() == pair[1].code()) {
                panic!("two search parameters have the code '{}'", pair[0].code());
            }
        }
        Registry { types, bases: Arc::default() }
    }

    /// The same, on a server with these base URLs: what absolute references say under one of them is a resource
    /// of this server.
    #[must_use]
    pub fn with_bases<B: AsRef<str>>(mut self, bases: impl IntoIterator<Item = B>) -> Self {
        self.bases = Arc::new(Bases { lasting: without_slash(bases), passing: Vec::new() });
        self
    }

    /// The same, on a server that is found under these base URLs as long as it runs: they come of where it listens. What
    /// is indexed meanwhile says that such references are to resources of this server, and goes on to say so when the
    /// server is found elsewhere, for they meant these resources when they were stored. So the index is not stale then.
    #[must_use]
    pub fn with_passing_bases<B: AsRef<str>>(mut self, bases: impl IntoIterator<Item = B>) -> Self {
        let lasting = self.bases.lasting.clone();
        self.bases = Arc::new(Bases { lasting, passing: without_slash(bases) });
        self
    }

    /// All parameters of a type by code, those that are not served and those of crates above included.
    pub fn parameters(&self, resource_type: ResourceType) -> &[Arc<Parameter>] {
        &self.types[usize::from(resource_type.index())]
    }

    /// The parameter of a type with that code, served or not.
    pub fn parameter(&self, resource_type: ResourceType, code: &str) -> Option<&Arc<Parameter>> {
        let parameters = self.parameters(resource_type);
        let found = parameters.binary_search_by(|parameter| parameter.code().cmp(code)).ok()?;
        Some(&parameters[found])
    }

    /// The parameters that clients may use and that a CapabilityStatement lists, by code.
    pub fn advertised(&self, resource_type: ResourceType) -> impl Iterator<Item = &Arc<Parameter>> {
        self.parameters(resource_type)
            .iter()
            .filter(|parameter| parameter.is_served() && !parameter.is_internal())
    }

    /// What the index depends on besides the resources: the parameters of the program, how their rows are made,
    /// the server's lasting base URLs and the zone of dates without one. An index that was made under another fingerprint
    /// is stale. Custom parameters are not part of it: their indexing is kept account of one by one.
    pub fn fingerprint(&self, zone: &TimeZone) -> String {
        let mut hasher = SipHasher13::new();
        let mut feed = |text: &str| {
            hasher.write_usize(text.len());
            hasher.write(text.as_bytes());
        };
        feed(&EXTRACTION_VERSION.to_string());
        feed(&zone.iana_name().map_or_else(|| format!("{zone:?}"), str::to_owned));
        self.bases.lasting.iter().for_each(|base| feed(base));
        let own =
            |parameter: &&Arc<Parameter>| matches!(parameter.origin(), Origin::Standard | Origin::Internal);
        for parameter in self.types.iter().flatten().filter(own).filter(|parameter| parameter.is_served()) {
            feed(&format!("{} {:?}", parameter.id().get(), parameter.kind()));
            feed(parameter.code());
            feed(parameter.expression());
        }
        format!("{:016x}", hasher.finish())
    }

    /// The server's base URLs.
    pub(crate) fn bases(&self) -> &Arc<Bases> {
        &self.bases
    }
}

fn without_slash<B: AsRef<str>>(bases: impl IntoIterator<Item = B>) -> Vec<Box<str>> {
    bases.into_iter().map(|base| base.as_ref().trim_end_matches('/').into()).collect()
}

fn sort(parameters: &mut Vec<Arc<Parameter>>) {
    parameters.sort_by(|a, b| a.code().cmp(b.code()));
    parameters.shrink_to_fit();
}

impl Parameter {
    fn extra(extra: &ExtraParameter) -> Self {
        assert!(extra.number >= ParameterId::FIRST_EXTRA, "the number of '{}' is R4's", extra.code);
        assert!(extra.number < ParameterId::FIRST_CUSTOM, "the number of '{}' is for clients'", extra.code);
        let composed = matches!(extra.kind, SearchParameterType::Composite | SearchParameterType::Special);
        assert!(!composed, "the kind of '{}' cannot be brought along", extra.code);
        let compiled = compile::alternatives(extra.expression, Some(extra.resource_type));
        let alternatives = compiled
            .unwrap_or_else(|error| panic!("the expression of search parameter {}: {error}", extra.code));
        let alternatives = compile::applicable(&alternatives, extra.resource_type);
        let expressions: Vec<(&str, &Arc<_>)> =
            alternatives.iter().map(|one| (&*one.text, &one.expression)).collect();
        Parameter {
            id: ParameterId::new(extra.number, extra.resource_type),
            resource_type: extra.resource_type,
            code: Cow::Borrowed(extra.code),
            kind: extra.kind,
            expression: Cow::Borrowed(extra.expression),
            url: None,
            targets: Cow::Borrowed(extra.targets),
            facts: ValueFacts::of(extra.kind, &expressions),
            alternatives: alternatives.iter().map(|one| Arc::clone(&one.expression)).collect(),
            source: Source::Indexed,
            origin: Origin::Internal,
        }
    }
}
