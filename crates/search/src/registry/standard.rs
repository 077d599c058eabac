//! The parameters of R4, from their definitions: which have values of their own in the index, which share those of
//! others, and which are put together of others.

use super::compile::{self, Alternative};
use super::facts::{ValueFacts, targets_of};
use super::parameter::{Origin, Parameter, Source};
use crate::composite::Composite;
use crate::index::ParameterId;
use crate::union::narrowed_to;
use crate::words::Words;
use fhir::ResourceType;
use fhir::definitions::{SearchParameter, SearchParameterType, search_parameters};
use std::borrow::Cow;
use std::sync::Arc;

/// A parameter of a type before it is known where its values are.
struct Draft {
    definition: &'static SearchParameter,
    alternatives: Vec<Alternative>,
}

/// The parameters of every type, by [`ResourceType::index`], unsorted.
pub(super) fn parameters() -> Vec<Vec<Arc<Parameter>>> {
    let mut drafts: Vec<Vec<Draft>> = ResourceType::all().map(|_| Vec::with_capacity(32)).collect();
    for definition in search_parameters() {
        let all = alternatives(definition);
        for resource_type in definition.base {
            let alternatives = compile::applicable(&all, *resource_type);
            drafts[usize::from(resource_type.index())].push(Draft { definition, alternatives });
        }
    }
    ResourceType::all().zip(drafts).map(|(resource_type, drafts)| of_type(resource_type, drafts)).collect()
}

fn alternatives(definition: &SearchParameter) -> Vec<Alternative> {
    let (None, false) = (special(definition), definition.expression.is_empty()) else { return Vec::new() };
    let only = match definition.base {
        [resource_type] => Some(*resource_type),
        _ => None,
    };
    match compile::alternatives(definition.expression, only) {
        Ok(alternatives) => alternatives,
        Err(error) => panic!("the expression of search parameter {}: {error}", definition.url),
    }
}

/// Where the values of a parameter are that no expression says.
fn special(definition: &SearchParameter) -> Option<Source> {
    Some(match definition.code {
        "_id" => Source::Id,
        "_lastUpdated" => Source::LastUpdated,
        "_text" => Source::Words(Words::Narrative),
        "_content" => Source::Words(Words::Content),
        "_query" => Source::NotServed,
        _ => return None,
    })
}

/// Whether a parameter compares how words sound, as Patient's and other people's `phonetic` does.
fn is_phonetic(definition: &SearchParameter) -> bool {
    definition.code == "phonetic" && definition.kind == SearchParameterType::String
}

fn of_type(resource_type: ResourceType, drafts: Vec<Draft>) -> Vec<Arc<Parameter>> {
    let (composites, mut drafts): (Vec<Draft>, Vec<Draft>) =
        drafts.into_iter().partition(|draft| draft.definition.kind == SearchParameterType::Composite);
    // What others are made of comes first: few expressions before many, whole values before those of one type.
    drafts.sort_by_key(|draft| (draft.narrowed().is_some(), draft.alternatives.len(), draft.definition.code));
    let mut made: Vec<(Vec<String>, Arc<Parameter>)> = Vec::with_capacity(drafts.len());
    let told_apart = told_apart(&drafts);
    for draft in &drafts {
        let (texts, parameter) = draft.parameter(resource_type, &made, &told_apart);
        made.push((texts, Arc::new(parameter)));
    }
    let mut parameters: Vec<Arc<Parameter>> = made.into_iter().map(|(_, parameter)| parameter).collect();
    for draft in composites {
        let composite = Composite::standard(draft.definition, &draft.alternatives, &parameters);
        let parameter =
            draft.with_source(resource_type, composite.map_or(Source::NotServed, Source::Composite));
        parameters.push(Arc::new(parameter));
    }
    parameters
}

/// The types by which parameters narrow others, with the expression of what they narrow.
fn told_apart(drafts: &[Draft]) -> Vec<(String, ResourceType)> {
    let narrowed = drafts.iter().filter_map(Draft::narrowed);
    narrowed.flat_map(|(paths, only)| paths.into_iter().map(move |path| (path, only))).collect()
}

impl Draft {
    fn texts(&self) -> Vec<String> {
        self.alternatives.iter().map(|one| one.text.to_string()).collect()
    }

    /// What all alternatives narrow to one type, and the type.
    fn narrowed(&self) -> Option<(Vec<String>, ResourceType)> {
        let all: Option<Vec<(&str, ResourceType)>> =
            self.alternatives.iter().map(|one| narrowed_to(&one.text)).collect();
        let all = all?;
        let (_, only) = *all.first()?;
        let same = all.iter().all(|(_, found)| *found == only);
        same.then(|| (all.iter().map(|(path, _)| (*path).to_owned()).collect(), only))
    }

    fn with_source(&self, resource_type: ResourceType, source: Source) -> Parameter {
        let definition = self.definition;
        let expressions: Vec<(&str, &Arc<_>)> =
            self.alternatives.iter().map(|one| (&*one.text, &one.expression)).collect();
        Parameter {
            id: ParameterId::new(definition.id, resource_type),
            resource_type,
            code: Cow::Borrowed(definition.code),
            kind: definition.kind,
            expression: Cow::Borrowed(definition.expression),
            url: Some(Cow::Borrowed(definition.url)),
            targets: Cow::Owned(targets_of(&self.texts(), definition.targets)),
            facts: ValueFacts {
                phonetic: is_phonetic(definition),
                ..ValueFacts::of(definition.kind, &expressions)
            },
            alternatives: self.alternatives.iter().map(|one| Arc::clone(&one.expression)).collect(),
            source,
            origin: Origin::Standard,
        }
    }

    /// The parameter, and the expressions of its values where it has rows of its own.
    fn parameter(
        &self,
        resource_type: ResourceType,
        made: &[(Vec<String>, Arc<Parameter>)],
        told_apart: &[(String, ResourceType)],
    ) -> (Vec<String>, Parameter) {
        if let Some(source) = special(self.definition) {
            return (Vec::new(), self.with_source(resource_type, source));
        }
        let texts = self.texts();
        if texts.is_empty() {
            return (Vec::new(), self.with_source(resource_type, Source::NotServed));
        }
        if is_phonetic(self.definition) {
            // It has the values of others, but neither theirs nor its rows are good for the other.
            return (Vec::new(), self.with_source(resource_type, Source::Indexed));
        }
        let (paths, only) = match self.narrowed() {
            Some((paths, only)) => (paths, Some(only)),
            None => (texts.clone(), None),
        };
        if let Some(with) = self.cover(&paths, made) {
            return (Vec::new(), self.with_source(resource_type, Source::Shared { with, only }));
        }
        let mut parameter = self.with_source(resource_type, Source::Indexed);
        let told = told_apart.iter().filter(|(path, _)| texts.contains(path)).map(|(_, only)| *only);
        parameter.facts.told_apart = told.collect();
        parameter.facts.told_apart.sort_unstable();
        parameter.facts.told_apart.dedup();
        (texts, parameter)
    }

    /// The parameters of the same kind whose values are just those of the paths.
    fn cover(&self, paths: &[String], made: &[(Vec<String>, Arc<Parameter>)]) -> Option<Vec<Arc<Parameter>>> {
        let (mut with, mut covered): (Vec<Arc<Parameter>>, Vec<&String>) = (Vec::new(), Vec::new());
        // What counts as a value of Bundle's `composition` and `message` depends on what they refer to.
        let is_narrowed = self.narrowed().is_some();
        let usable = made.iter().filter(|(texts, parameter)| {
            !texts.is_empty()
                && parameter.kind == self.definition.kind
                && (is_narrowed || *parameter.targets == *self.definition.targets)
                && texts.iter().all(|text| paths.contains(text))
        });
        for (texts, parameter) in usable {
            if texts.iter().any(|text| !covered.contains(&text)) {
                covered.extend(texts);
                with.push(Arc::clone(parameter));
            }
        }
        paths.iter().all(|path| covered.contains(&path)).then_some(with).filter(|with| !with.is_empty())
    }
}
