//! What holds for all resource types, tried on each: the life of a resource from its creation to after its deletion, with
//! the statuses and headers of <http://hl7.org/fhir/R4/http.html>.

use crate::support::{Reply, Request, Site, in_parallel};
use fhir::{Json, ResourceType, json};
use generate::smallest;

const FHIR_JSON: &str = "application/fhir+json";
const FHIR_XML: &str = "application/fhir+xml";

/// The life of one resource.
struct Life<'a> {
    site: &'a Site,
    resource_type: ResourceType,
    id: String,
}

#[test]
fn a_resource_of_every_type_is_created_read_changed_found_and_deleted() {
    let site = Site::new();
    let types: Vec<ResourceType> = ResourceType::all().collect();
    assert_eq!(types.len(), 146);
    in_parallel(&types, |resource_type| {
        let mut life = Life { site: &site, resource_type: *resource_type, id: String::new() };
        life.is_created_once();
        life.is_read_in_both_forms();
        life.is_changed();
        life.is_patched();
        life.is_found();
        life.is_deleted_and_its_versions_are_not();
        life.is_brought_back();
    });
}

impl Life<'_> {
    /// A tag finds resources of all types.
    fn criteria(&self) -> String {
        format!("_tag=urn:every-type|{}", self.resource_type)
    }

    fn resource(&self, language: &str) -> Json {
        let mut resource = smallest(self.resource_type);
        let tag = json!({ "tag": [{ "system": "urn:every-type", "code": (self.resource_type.name()) }] });
        let object = resource.as_object_mut().unwrap();
        object.insert_at(1, "meta", tag);
        object.insert_at(2, "language", language);
        if !self.id.is_empty() {
            object.insert_at(1, "id", self.id.as_str());
        }
        resource
    }

    fn type_path(&self) -> String {
        format!("/fhir/{}", self.resource_type)
    }

    fn path(&self) -> String {
        format!("/fhir/{}/{}", self.resource_type, self.id)
    }

    fn version_path(&self, version: u32) -> String {
        format!("{}/_history/{version}", self.path())
    }

    /// Without `Accept` a Binary would be answered as its content.
    fn ask(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).header("accept", FHIR_JSON)
    }

    #[track_caller]
    fn send(&self, request: Request, status: u16) -> Reply {
        let told = format!("{request:?}");
        let reply = self.site.ask_with(request);
        assert_eq!(reply.status, status, "{told}\n{}", reply.text());
        reply
    }

    #[track_caller]
    fn get(&self, path: &str, status: u16) -> Reply {
        self.send(self.ask("GET", path), status)
    }

    /// The answer shows this version, with its validators.
    #[track_caller]
    fn shows(&self, reply: &Reply, version: u32, language: &str) {
        let told = format!("{} {}", self.resource_type, reply.text());
        assert_eq!(reply.header("etag"), Some(format!("W/\"{version}\"").as_str()), "{told}");
        assert!(reply.header("last-modified").is_some_and(|date| date.ends_with(" GMT")), "{told}");
        assert_eq!(reply.header("content-type"), Some(FHIR_JSON), "{told}");
        let shown = reply.json();
        assert_eq!(shown.at(&["meta", "versionId"]), Some(&version.to_string().into()), "{told}");
        assert_eq!(
            shown.at(&["meta", "lastUpdated"]).and_then(Json::as_str).map(str::len),
            Some(24),
            "{told}"
        );
        assert_eq!(
            (shown.str("id"), shown.str("language")),
            (Some(self.id.as_str()), Some(language)),
            "{told}"
        );
    }

    fn location(&self, version: u32) -> String {
        format!("{}{}", self.site.base_url, self.version_path(version))
    }

    fn is_created_once(&mut self) {
        let create = || {
            self.ask("POST", &self.type_path())
                .header("if-none-exist", &self.criteria())
                .body(self.resource("en").to_string())
        };
        let created = self.send(create(), 201);
        let again = self.send(create(), 200);
        assert_eq!(created.location_id(), again.location_id(), "{}", self.resource_type);
        self.id = created.location_id();
        assert_eq!(created.header("location"), Some(self.location(1).as_str()));
        self.shows(&created, 1, "en");
    }

    fn is_read_in_both_forms(&self) {
        let read = self.get(&self.path(), 200);
        self.shows(&read, 1, "en");
        let not_changed = self.ask("GET", &self.path()).header("if-none-match", "W/\"1\"");
        assert!(self.send(not_changed, 304).body.is_empty());
        let head = self.send(self.ask("HEAD", &self.path()), 200);
        assert_eq!((head.header("etag"), head.body.len()), (Some("W/\"1\""), 0));
        let xml = self.send(Request::new("GET", &self.path()).header("accept", FHIR_XML), 200);
        assert_eq!(xml.header("content-type"), Some(FHIR_XML));
        let back = self.ask("PUT", &self.path()).header("content-type", FHIR_XML).body(xml.body);
        assert_eq!(self.send(back, 200).text(), read.text(), "what says nothing new makes no version");
    }

    fn is_changed(&self) {
        let update = |tag: &str, language: &str| {
            let body = self.resource(language).to_string();
            self.ask("PUT", &self.path()).header("if-match", tag).body(body)
        };
        let updated = self.send(update("W/\"1\"", "de"), 200);
        assert_eq!(updated.header("location"), None);
        self.shows(&updated, 2, "de");
        self.send(update("W/\"1\"", "it"), 412);
        self.shows(&self.get(&self.version_path(1), 200), 1, "en");
        self.shows(&self.get(&self.version_path(2), 200), 2, "de");
        self.get(&self.version_path(3), 404);
        let invalid = self.resource("no such language").to_string();
        self.send(self.ask("PUT", &self.path()).body(invalid), 400);
    }

    fn is_patched(&self) {
        let patch = r#"[{"op":"test","path":"/language","value":"de"},{"op":"replace","path":"/language","value":"fr"}]"#;
        let patch = || {
            let request = self.ask("PATCH", &self.path());
            request.header("content-type", "application/json-patch+json").body(patch)
        };
        self.shows(&self.send(patch(), 200), 3, "fr");
        self.send(patch(), 422);
    }

    fn is_found(&self) {
        for query in [format!("_id={}", self.id), self.criteria()] {
            let bundle = self.get(&format!("{}?{query}", self.type_path()), 200).json();
            assert_eq!(bundle.str("type"), Some("searchset"));
            let entries = bundle.get("entry").unwrap().items();
            let [entry] = entries else {
                panic!("{query} finds {} of {}", entries.len(), self.resource_type)
            };
            let full_url = format!("{}{}", self.site.base_url, self.path());
            assert_eq!(entry.str("fullUrl"), Some(full_url.as_str()));
            assert_eq!(entry.at(&["search", "mode"]), Some(&"match".into()));
            assert_eq!(entry.at(&["resource", "language"]), Some(&"fr".into()));
        }
    }

    fn is_deleted_and_its_versions_are_not(&self) {
        let delete = |tag: &str| self.ask("DELETE", &self.path()).header("if-match", tag);
        self.send(delete("W/\"1\""), 412);
        let deleted = self.send(delete("W/\"3\""), 204);
        assert_eq!((deleted.header("etag"), deleted.body.len()), (Some("W/\"4\""), 0));
        self.send(self.ask("DELETE", &self.path()), 204);
        for path in [self.path(), self.version_path(4)] {
            let gone = self.get(&path, 410);
            let text = format!("The {} resource '{}' has been deleted", self.resource_type, self.id);
            assert_eq!(gone.issues(), [("deleted".into(), text, String::new())]);
        }
        self.shows(&self.get(&self.version_path(1), 200), 1, "en");
        self.shows(&self.get(&self.version_path(3), 200), 3, "fr");
        assert!(
            self.get(&format!("{}?{}", self.type_path(), self.criteria()), 200).json().get("entry").is_none()
        );
        self.send(
            self.ask("PATCH", &self.path()).header("content-type", "application/json-patch+json").body("[]"),
            410,
        );
    }

    fn is_brought_back(&self) {
        let back = self.send(self.ask("PUT", &self.path()).body(self.resource("es").to_string()), 201);
        assert_eq!(back.header("location"), Some(self.location(5).as_str()));
        self.shows(&back, 5, "es");
        let history = self.get(&format!("{}/_history", self.path()), 200).json();
        assert_eq!(history.get("total").unwrap().to_string(), "5");
        let entries = history.get("entry").unwrap().items();
        let text = |entry: &Json, path: &[&str]| {
            entry.at(path).and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        let requests: Vec<(String, String)> = entries
            .iter()
            .map(|entry| (text(entry, &["request", "method"]), text(entry, &["response", "etag"])))
            .collect();
        let expected = [("PUT", 5), ("DELETE", 4), ("PUT", 3), ("PUT", 2), ("POST", 1)];
        assert_eq!(
            requests,
            expected.map(|(method, version)| (method.to_owned(), format!("W/\"{version}\"")))
        );
        let never = format!("/fhir/{}/never", self.resource_type);
        let unknown = format!("Unknown {} resource 'never'", self.resource_type);
        assert_eq!(self.get(&never, 404).issues(), [("not-found".into(), unknown, String::new())]);
    }
}
