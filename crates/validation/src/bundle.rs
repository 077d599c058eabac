//! Bundles (<http://hl7.org/fhir/R4/bundle.html>): what each type of Bundle must have and must not, and that fullUrls
//! tell its resources apart.

use crate::place::Place;
use crate::walk::Walk;
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Object, Reference, Severity};
use std::collections::HashMap;

impl<'r> Walk<'r> {
    /// Checks `bdl-1` to `bdl-12`.
    pub(crate) fn bundle(&mut self, bundle: &'r Object, place: &Place<'_>) {
        // Without a type nothing else can be said; that it is missing is told already.
        let Some(bundle_type) = bundle.str("type") else { return };
        self.misplaced("bdl-1", "total", bundle, bundle_type, &["searchset", "history"], place);
        let entries = bundle.items("entry").iter().enumerate();
        let list = place.child_of(bundle, "entry");
        for (index, entry) in entries.filter_map(|(index, entry)| Some((index, entry.as_object()?))) {
            if self.findings.is_full() {
                return;
            }
            self.entry(entry, bundle_type, &list.item(index));
        }
        if bundle_type != "history" {
            self.full_urls(bundle, place);
        }
        match bundle_type {
            "document" => self.document(bundle, place),
            "message" => self.first_entry("bdl-12", bundle, bundle_type, "MessageHeader", place),
            _ => {}
        }
    }

    /// Reports a member that only other types of Bundle have.
    fn misplaced(
        &mut self,
        key: &str,
        name: &str,
        object: &Object,
        bundle_type: &str,
        types: &[&str],
        place: &Place<'_>,
    ) {
        if object.contains(name) && !types.contains(&bundle_type) {
            let place = place.child_of(object, name);
            let text = format!(
                "{key}: {} does not belong into a Bundle of the type {}, only into {}",
                place.path(),
                quoted(bundle_type),
                types.join(" or ")
            );
            self.findings.add(IssueCode::Invariant, &place, text);
        }
    }

    fn entry(&mut self, entry: &Object, bundle_type: &str, place: &Place<'_>) {
        const REQUESTS: &[&str] = &["batch", "transaction", "history"];
        const RESPONSES: &[&str] = &["batch-response", "transaction-response", "history"];
        self.misplaced("bdl-2", "search", entry, bundle_type, &["searchset"], place);
        for (key, name, types) in [("bdl-3", "request", REQUESTS), ("bdl-4", "response", RESPONSES)] {
            self.misplaced(key, name, entry, bundle_type, types, place);
            if !entry.contains(name) && types.contains(&bundle_type) {
                let place = place.child(name);
                let text =
                    format!("{key}: {} is required in a Bundle of the type {bundle_type}", place.path());
                self.findings.add(IssueCode::Invariant, &place, text);
            }
        }
        if !["resource", "request", "response"].iter().any(|name| entry.contains(name)) {
            self.invariant("bdl-5", place, "needs a resource, a request or a response");
        }
        if let Some(url) = entry.str("fullUrl") {
            self.full_url(url, entry, &place.child_of(entry, "fullUrl"));
        }
    }

    /// Checks that a fullUrl names no version and agrees with its resource.
    fn full_url(&mut self, url: &str, entry: &Object, place: &Place<'_>) {
        let path = place.path();
        if url.contains("/_history/") {
            let text = format!("bdl-8: {path} {} must not name a version", quoted(url));
            return self.findings.add(IssueCode::Invariant, place, text);
        }
        let Some((resource_type, id)) = Reference::tail_of_url(url) else { return };
        let Some(resource) = entry.get("resource") else { return };
        let disagrees = |name: &str, expected: &str| {
            resource.str(name).filter(|said| *said != expected).map(|said| (name.to_owned(), said))
        };
        let other = disagrees("resourceType", resource_type.name()).or_else(|| disagrees("id", id));
        if let Some((name, said)) = other {
            // Widespread, in published examples too: worth a word, not a refusal.
            self.findings.tell(Severity::Warning, IssueCode::Value, place, || {
                format!(
                    "{path} {} does not agree with the {name} {} of its resource",
                    quoted(url),
                    quoted(said)
                )
            });
        }
    }

    /// Checks `bdl-7`.
    fn full_urls(&mut self, bundle: &Object, place: &Place<'_>) {
        let list = place.child_of(bundle, "entry");
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        for (index, entry) in bundle.items("entry").iter().enumerate() {
            let Some((entry, url)) = entry.as_object().and_then(|entry| Some((entry, entry.str("fullUrl")?)))
            else {
                continue;
            };
            let version = entry.get("resource").and_then(|resource| resource.at(&["meta", "versionId"]));
            let version = version.and_then(Json::as_str).unwrap_or_default();
            let known = *first.entry((url, version)).or_insert(index);
            if known != index {
                let item = list.item(index);
                let place = item.child_of(entry, "fullUrl");
                let text = format!(
                    "bdl-7: {} {} is that of entry[{known}] too; entries must have different ones",
                    place.path(),
                    quoted(url)
                );
                self.findings.add(IssueCode::Duplicate, &place, text);
            }
        }
    }

    fn document(&mut self, bundle: &Object, place: &Place<'_>) {
        let identifier = bundle.get("identifier").and_then(Json::as_object);
        for name in ["system", "value"] {
            let has = |identifier: &Object| identifier.contains(name) || has_sibling(identifier, name);
            if !identifier.is_some_and(has) {
                let text = format!("bdl-9: identifier.{name} is required in a document");
                let place = place.child_of(bundle, "identifier");
                self.findings.add(IssueCode::Invariant, &place.child(name), text);
            }
        }
        if !bundle.contains("timestamp") {
            let text = String::from("bdl-10: timestamp is required in a document");
            self.findings.add(IssueCode::Invariant, &place.child("timestamp"), text);
        }
        self.first_entry("bdl-11", bundle, "document", "Composition", place);
    }

    /// Checks what the first entry's resource is. Without one the Bundle is not what its type says.
    fn first_entry(
        &mut self,
        key: &str,
        bundle: &Object,
        bundle_type: &str,
        expected: &str,
        place: &Place<'_>,
    ) {
        let text = format!("{key}: the first resource of a {bundle_type} must be a {expected}");
        let list = place.child_of(bundle, "entry");
        let Some(first) = bundle.items("entry").first() else {
            return self.findings.add(IssueCode::Invariant, &list, text);
        };
        // What is no object or has no type is told already.
        let Some(entry) = first.as_object() else { return };
        let is_other = |resource: &Json| resource.str("resourceType").is_some_and(|name| name != expected);
        if entry.get("resource").is_none_or(is_other) {
            self.findings.add(IssueCode::Invariant, &list.item(0).child_of(entry, "resource"), text);
        }
    }
}

fn has_sibling(object: &Object, name: &str) -> bool {
    object.iter().any(|(key, _)| key.strip_prefix('_') == Some(name))
}
