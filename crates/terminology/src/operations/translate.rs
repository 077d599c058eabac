//! `ConceptMap/$translate` (<http://hl7.org/fhir/R4/conceptmap-operation-translate.html>).

use super::parameters::{Parameters, coding};
use super::{Coding, Source, few};
use crate::canonical::Canonical;
use crate::concept_map::{ConceptMap, Group, OtherElement, Target, Unmapped};
use crate::limits::OTHER_MAPS;
use crate::problem::Problem;
use crate::terminology::Terminology;
use fhir::Json;
use fhir::outcome::quoted;
use std::sync::Arc;

/// What `$translate` is asked for besides the codes.
#[derive(Clone, Debug, Default)]
pub struct TranslateOptions {
    /// The value set that the code was chosen from; maps from others are not used.
    pub source: Option<String>,
    /// The value set that a translation is sought in; maps to others are not used.
    pub target: Option<String>,
    /// The code system that a translation is sought in.
    pub target_system: Option<String>,
    /// Values of other elements that mappings may depend on.
    pub dependencies: Vec<Dependency>,
    /// Asks which codes are mapped to the code. Source and target change places.
    pub reverse: bool,
}

/// The value of another element.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The element.
    pub element: String,
    /// The code system of the value.
    pub system: Option<String>,
    /// The value: a code.
    pub value: String,
}

/// Equivalences that say that there is no translation.
const NO_TRANSLATION: &[&str] = &["unmatched", "disjoint"];

impl Terminology {
    /// What the codings (one, or those of a CodeableConcept) are mapped to, as Parameters. Without a `source` map, all
    /// that fit are used.
    ///
    /// # Errors
    ///
    /// The map is unknown, or a code has no system.
    pub fn translate(
        &self,
        source: Option<Source<'_>>,
        codings: &[Coding<'_>],
        options: &TranslateOptions,
    ) -> Result<Json, Problem> {
        few(codings)?;
        if codings.iter().any(|coding| coding.system.is_none()) {
            let text = "a code cannot be translated without its system; give both";
            return Err(Problem::Invalid(String::from(text)));
        }
        let maps = match source {
            Some(source) => vec![self.concept_map_of(source)?],
            None => self.concept_maps(),
        };
        let mut matches = Vec::new();
        for map in maps.iter().filter(|map| options.fits(map)) {
            for coding in codings {
                self.matches(map, coding, options, &mut Vec::new(), &mut matches);
            }
        }
        Ok(answer(codings, matches))
    }

    /// Adds what a map says of a code. `asked` are the maps that have been asked before; each is asked once.
    fn matches(
        &self,
        map: &Arc<ConceptMap>,
        coding: &Coding<'_>,
        options: &TranslateOptions,
        asked: &mut Vec<Arc<ConceptMap>>,
        matches: &mut Vec<Match>,
    ) {
        if asked.iter().any(|other| Arc::ptr_eq(other, map)) || asked.len() >= OTHER_MAPS {
            return;
        }
        asked.push(Arc::clone(map));
        for group in map.groups.iter().filter(|group| options.fits_group(group, coding)) {
            if options.reverse {
                matches.extend(reversed(map, group, coding));
                continue;
            }
            let mut elements =
                group.elements.iter().filter(|element| &*element.code == coding.code).peekable();
            if elements.peek().is_some() {
                let targets = elements.flat_map(|element| &element.targets);
                matches
                    .extend(targets.filter(|target| options.allows(target)).map(|t| mapped(map, group, t)));
                continue;
            }
            match &group.unmapped {
                Some(Unmapped::Provided) => {
                    matches.push(Match::of(map, group, "equal", Some((coding.code, coding.display))));
                }
                Some(Unmapped::Fixed { code, display }) => {
                    let to = Some((&**code, display.as_deref()));
                    matches.push(Match::of(map, group, "relatedto", to));
                }
                Some(Unmapped::OtherMap { url }) => {
                    if let Ok(other) = self.concept_map(Canonical::parse(url)) {
                        self.matches(&other, coding, options, asked, matches);
                    }
                }
                _ => {}
            }
        }
    }
}

impl TranslateOptions {
    fn fits(&self, map: &ConceptMap) -> bool {
        let is = |asked: &Option<String>, known: &Option<Box<str>>| {
            let known = known.as_deref().map(Canonical::parse);
            asked.as_deref().map(Canonical::parse).is_none_or(|asked| {
                known.is_some_and(|known| {
                    asked.url == known.url && (asked.version.is_none() || asked.version == known.version)
                })
            })
        };
        let (from, to) = if self.reverse { (&map.target, &map.source) } else { (&map.source, &map.target) };
        is(&self.source, from) && is(&self.target, to)
    }

    fn fits_group(&self, group: &Group, coding: &Coding<'_>) -> bool {
        let from = (group.source.as_deref(), group.source_version.as_deref());
        let to = (group.target.as_deref(), group.target_version.as_deref());
        let ((from, from_version), (to, _)) = if self.reverse { (to, from) } else { (from, to) };
        let is_version = coding.version.is_none() || from_version.is_none() || coding.version == from_version;
        let is_from = from.is_none() || from == coding.system;
        is_from && is_version && self.target_system.as_deref().is_none_or(|asked| to == Some(asked))
    }

    /// Whether what the mapping depends on is given.
    fn allows(&self, target: &Target) -> bool {
        let is_given = |needed: &OtherElement| {
            self.dependencies.iter().any(|given| {
                given.element == *needed.property
                    && given.value == *needed.value
                    && (needed.system.is_none() || given.system.as_deref() == needed.system.as_deref())
            })
        };
        target.depends_on.iter().all(is_given)
    }
}

/// A mapping that was found.
struct Match {
    is_translation: bool,
    parts: Parameters,
}

impl Match {
    fn of(map: &ConceptMap, group: &Group, equivalence: &str, to: Option<(&str, Option<&str>)>) -> Self {
        let target = (group.target.as_deref(), group.target_version.as_deref());
        Match::with(
            map,
            equivalence,
            to.map(|(code, display)| coding(target.0, target.1, code, display)),
            &[],
        )
    }

    fn with(map: &ConceptMap, equivalence: &str, concept: Option<Json>, products: &[OtherElement]) -> Self {
        let mut parts = Parameters::default().code("equivalence", equivalence);
        if let Some(concept) = concept {
            parts = parts.value("concept", "valueCoding", concept);
        }
        for product in products {
            let value = coding(product.system.as_deref(), None, &product.value, product.display.as_deref());
            let product = Parameters::default().uri("element", &product.property);
            parts = parts.parts("product", product.value("concept", "valueCoding", value));
        }
        if !map.url.is_empty() {
            parts = parts.uri("source", &map.url);
        }
        Match { is_translation: !NO_TRANSLATION.contains(&equivalence), parts }
    }
}

fn mapped(map: &ConceptMap, group: &Group, target: &Target) -> Match {
    let of_group = (group.target.as_deref(), group.target_version.as_deref());
    let code = target.code.as_deref();
    let concept = code.map(|code| coding(of_group.0, of_group.1, code, target.display.as_deref()));
    Match::with(map, &target.equivalence, concept, &target.products)
}

/// The codes that are mapped to the one that is asked for.
fn reversed<'m>(
    map: &'m ConceptMap,
    group: &'m Group,
    asked: &'m Coding<'_>,
) -> impl Iterator<Item = Match> + 'm {
    group.elements.iter().flat_map(move |element| {
        let hits = element.targets.iter().filter(|target| target.code.as_deref() == Some(asked.code));
        hits.map(move |target| {
            let of_group = (group.source.as_deref(), group.source_version.as_deref());
            let concept = coding(of_group.0, of_group.1, &element.code, element.display.as_deref());
            Match::with(map, other_way(&target.equivalence), Some(concept), &[])
        })
    })
}

/// An equivalence read from the target to the source.
fn other_way(equivalence: &str) -> &str {
    match equivalence {
        "wider" => "narrower",
        "narrower" => "wider",
        "subsumes" => "specializes",
        "specializes" => "subsumes",
        same => same,
    }
}

fn answer(codings: &[Coding<'_>], matches: Vec<Match>) -> Json {
    let is_translated = matches.iter().any(|found| found.is_translation);
    let mut answer = Parameters::default().boolean("result", is_translated);
    if !is_translated {
        let codes: Vec<String> = codings.iter().map(|coding| quoted(coding.code)).collect();
        answer = answer.string("message", &format!("no translation of {} is known", codes.join(", ")));
    }
    for found in matches {
        answer = answer.parts("match", found.parts);
    }
    answer.resource()
}
