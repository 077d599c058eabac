//! Asking the server, and noting what is wrong with its answers.

use crate::{found, meaning, query};
use fhir::{Json, ResourceType};
use interactions::Engine;
use interactions::search_type::{Asked, Readable, Within};
use search::Total;
use std::collections::{BTreeMap, BTreeSet};

/// A resource: its type and id.
pub type Place = (ResourceType, String);

/// The most matches of a page.
pub const PAGE: usize = 1000;

/// The Bundle that a client gets.
pub async fn searched(
    engine: &Engine,
    resource_type: ResourceType,
    pairs: &[(String, String)],
) -> Result<Json, String> {
    searched_within(engine, &Within::Type(resource_type), pairs).await
}

/// The same wherever is searched.
pub async fn searched_within(
    engine: &Engine,
    within: &Within,
    pairs: &[(String, String)],
) -> Result<Json, String> {
    let asked = Asked {
        parameters: pairs.to_vec(),
        lenient: false,
        ignored: &[],
        now: meaning::NOW,
        caller: "",
        readable: Readable::all(),
    };
    let bundle = engine.search_within(within, asked).await.map_err(|refusal| {
        let texts = refusal.explanations().iter().map(|issue| issue.text.as_str());
        texts.collect::<Vec<_>>().join("; ")
    })?;
    Ok(fhir::json::parse(&bundle, 200).unwrap())
}

/// Types and ids of the entries of a Bundle that are there for a reason (`match` or `include`).
pub fn marked(bundle: &Json, mode: &str) -> Vec<Place> {
    let entries = bundle.get("entry").map(Json::items).unwrap_or_default().iter();
    let entries = entries.filter(|entry| entry.at(&["search", "mode"]).and_then(Json::as_str) == Some(mode));
    let place = |entry: &Json| {
        let resource = entry.get("resource")?;
        Some((ResourceType::from_name(resource.str("resourceType")?)?, resource.str("id")?.to_owned()))
    };
    entries.filter_map(place).collect()
}

/// How many matches a Bundle says there are.
pub fn total_of(bundle: &Json) -> Option<i64> {
    bundle.get("total").and_then(Json::as_number).and_then(|total| total.as_i64())
}

/// Whether a search is refused on good grounds: a `|` where no value has a system, canonicals that are no URLs,
/// and ids that resources of several types have.
pub fn is_rightly_refused(text: &str) -> bool {
    text.contains("its values have no system")
        || text.contains("is not a URI")
        || text.contains("is that of several resources")
}

/// A search as it stands in a URL.
pub fn shown(within: &Within, pairs: &[(String, String)]) -> String {
    let path = match within {
        Within::Type(of) => of.to_string(),
        Within::System => String::new(),
        Within::Compartment { of, id, resource_type } => {
            format!("{of}/{id}/{}", resource_type.map_or("*", ResourceType::name))
        }
    };
    let shown: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{path}?{}", shown.join("&"))
}

/// What was asked, and what was wrong with the answers.
pub struct Asking<'a> {
    pub name: &'a str,
    pub engine: &'a Engine,
    /// How many searches were asked by what they ask, and how many of them find something.
    pub counts: BTreeMap<&'static str, (usize, usize)>,
    pub wrong: Vec<String>,
}

impl Asking<'_> {
    pub fn count(&mut self, kind: &'static str, is_found: bool) {
        let (asked, nonempty) = self.counts.entry(kind).or_default();
        *asked += 1;
        *nonempty += usize::from(is_found);
    }

    /// Asks the server's index, whose answer must have these ids in this order.
    pub async fn ask(
        &mut self,
        kind: &'static str,
        of: ResourceType,
        pairs: &[(String, String)],
        expected: &[&'static str],
    ) {
        let shown = shown(&Within::Type(of), pairs);
        let query = match query(self.engine, of, pairs) {
            Ok(query) => query,
            Err(text) if is_rightly_refused(&text) => return,
            Err(text) => return self.wrong.push(format!("{shown}: refused: {text}")),
        };
        let is_counted = query.total == Total::Accurate;
        let (found, total) = found(self.engine, query).await;
        self.count(kind, !expected.is_empty());
        if total != is_counted.then_some(expected.len() as u64) {
            self.wrong.push(format!("{shown}: total {total:?} of {}", expected.len()));
        }
        if found != expected {
            self.wrong.push(format!("{shown}: {}", difference(&found, expected)));
        }
    }

    /// Asks for a Bundle as clients do. Its matches must be these, in any order. Returns it.
    pub async fn ask_bundle(
        &mut self,
        kind: &'static str,
        within: &Within,
        mut pairs: Vec<(String, String)>,
        expected: &[Place],
    ) -> Option<Json> {
        // What does not fit on a page is only counted.
        let count = if expected.len() > PAGE { 0 } else { PAGE };
        pairs.push((String::from("_count"), count.to_string()));
        pairs.push((String::from("_total"), String::from("accurate")));
        let shown = shown(within, &pairs);
        let bundle = match searched_within(self.engine, within, &pairs).await {
            Ok(bundle) => bundle,
            Err(text) if is_rightly_refused(&text) => return None,
            Err(text) => {
                self.wrong.push(format!("{shown}: refused: {text}"));
                return None;
            }
        };
        self.count(kind, !expected.is_empty());
        if total_of(&bundle) != Some(expected.len() as i64) {
            self.wrong.push(format!("{shown}: total {:?} of {}", total_of(&bundle), expected.len()));
        }
        if count > 0 {
            let text = |(of, id): &Place| format!("{of}/{id}");
            let mut found: Vec<String> = marked(&bundle, "match").iter().map(text).collect();
            let mut expected: Vec<String> = expected.iter().map(text).collect();
            found.sort();
            expected.sort();
            if found != expected {
                let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
                self.wrong.push(format!("{shown}: {}", difference(&found, &expected)));
            }
        }
        Some(bundle)
    }

    pub fn finish(self, least: usize) {
        let Asking { name, counts, mut wrong, .. } = self;
        let (asked, nonempty) = counts.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        println!("{name}: {asked} searches, {nonempty} of which find something: {counts:?}");
        let all = wrong.len();
        wrong.truncate(60);
        assert!(wrong.is_empty(), "on {name}, {all} of {asked}:\n{}", wrong.join("\n"));
        assert!(asked >= least && nonempty > asked / 4, "{asked} {nonempty}");
    }
}

/// What a search finds that it should not, and what it does not find; or the two orders.
pub fn difference(found: &[String], expected: &[&str]) -> String {
    let (has, should): (BTreeSet<&str>, BTreeSet<&str>) =
        (found.iter().map(String::as_str).collect(), expected.iter().copied().collect());
    if has == should {
        return format!("in the order {found:?}, not {expected:?}");
    }
    let wrong: Vec<&&str> = has.difference(&should).collect();
    let missing: Vec<&&str> = should.difference(&has).collect();
    format!("wrong {wrong:?}, missing {missing:?}")
}
