//! What is stored, as the oracle sees it.

use fhir::definitions::SearchParameter;
use fhir::{Json, Reference, ResourceType};
use std::collections::{BTreeMap, HashMap};

use crate::meaning::{Meaning, reference_text, relative};

/// A resource as it is stored. It lives as long as the test, for values borrow from it.
pub struct Stored {
    pub id: &'static str,
    pub json: &'static Json,
}

/// A resource that has a canonical URL: its type, id and version.
type Canonical = (ResourceType, &'static str, Option<&'static str>);

/// All resources, those of a type in the order of their last change.
#[derive(Default)]
pub struct World {
    pub types: BTreeMap<ResourceType, Vec<Stored>>,
    /// What resources contain, as if it were stored under an id that begins with `#`: chains look into it, nothing else
    /// finds it.
    contained: BTreeMap<ResourceType, Vec<Stored>>,
    /// Which of these the references of a resource, or of what it contains, mean: by the resource and the id in it.
    meant: HashMap<(*const Json, &'static str), (ResourceType, &'static str)>,
    /// What has a canonical URL, by it.
    canonicals: HashMap<&'static str, Vec<Canonical>>,
}

impl World {
    pub fn add(&mut self, resource_type: ResourceType, json: Json) {
        let json: &'static Json = Box::leak(Box::new(json));
        let id = json.str("id").unwrap();
        self.types.entry(resource_type).or_default().push(Stored { id, json });
        if let Some(url) = json.str("url") {
            self.canonicals.entry(url).or_default().push((resource_type, id, json.str("version")));
        }
        self.add_contained(&format!("#{resource_type}/{id}"), json);
    }

    fn add_contained(&mut self, within: &str, json: &'static Json) {
        let all = json.get("contained").map(Json::items).unwrap_or_default();
        let mut places = Vec::new();
        let mut holders = vec![json];
        for one in all {
            let Some(resource_type) = one.str("resourceType").and_then(ResourceType::from_name) else {
                continue;
            };
            let Some(id) = one.str("id") else { continue };
            let mut whole = one.clone();
            if all.len() > 1 {
                whole.as_object_mut().unwrap().insert("contained", Json::Array(all.to_vec()));
            }
            let whole: &'static Json = Box::leak(Box::new(whole));
            let place: &'static str = Box::leak(format!("{within}/{id}").into_boxed_str());
            self.contained.entry(resource_type).or_default().push(Stored { id: place, json: whole });
            places.push((id, (resource_type, place)));
            holders.push(whole);
        }
        for (id, place) in places.into_iter().rev() {
            self.meant.extend(holders.iter().map(|holder| ((std::ptr::from_ref(*holder), id), place)));
        }
    }

    /// All that chains may end at.
    pub fn reachable(&self, resource_type: ResourceType) -> impl Iterator<Item = &Stored> {
        self.of(resource_type).iter().chain(self.contained.get(&resource_type).into_iter().flatten())
    }

    pub fn of(&self, resource_type: ResourceType) -> &[Stored] {
        self.types.get(&resource_type).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn get(&self, resource_type: ResourceType, id: &str) -> Option<&'static Json> {
        self.of(resource_type).iter().find(|stored| stored.id == id).map(|stored| stored.json)
    }

    /// What a resource refers to under a parameter: by type and id, or by canonical URL.
    pub fn references(
        &self,
        meaning: &mut Meaning,
        resource: &'static Json,
        parameter: &'static SearchParameter,
    ) -> Vec<(ResourceType, String)> {
        let mut found = Vec::new();
        for item in meaning.values(resource, parameter).iter() {
            match reference_text(item).map(relative).and_then(Reference::parse) {
                Some(Reference::Local { resource_type, id, .. }) => {
                    found.push((resource_type, id.to_owned()));
                }
                Some(Reference::Contained(id)) => {
                    let place = self.meant.get(&(std::ptr::from_ref(resource), id));
                    found.extend(place.map(|(resource_type, id)| (*resource_type, (*id).to_owned())));
                }
                Some(Reference::Absolute(canonical)) if item.as_str().is_some() => {
                    let (url, version) =
                        canonical.split_once('|').map_or((canonical, None), |(a, b)| (a, Some(b)));
                    let meant = self.canonicals.get(url).into_iter().flatten();
                    let meant = meant.filter(|(.., known)| version.is_none() || version == *known);
                    found.extend(meant.map(|(resource_type, id, _)| (*resource_type, (*id).to_owned())));
                }
                _ => {}
            }
        }
        found
    }
}
