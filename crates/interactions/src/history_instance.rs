//! history of an instance (<http://hl7.org/fhir/R4/http.html#history>).

use crate::engine::Engine;
use crate::error::Refusal;
use fhir::ResourceType;
use fhir::bundle::{BundleWriter, EntryPart};
use storage::{History, Method, Version};

/// How many versions a page of history holds unless `_count` says otherwise, and at most.
pub const HISTORY_PAGE: u64 = 50;
/// The most versions that a page of history holds.
pub const HISTORY_PAGE_LIMIT: u64 = 1000;

impl Engine {
    /// A page of the versions of a resource, newest first, deletions included, as a history Bundle.
    ///
    /// # Errors
    ///
    /// 404 when the resource never existed.
    pub async fn history_instance(
        &self,
        resource_type: ResourceType,
        id: &str,
        count: u64,
        offset: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let key = id.to_owned();
        let limit = count.min(HISTORY_PAGE_LIMIT);
        let history =
            self.snapshot(move |reader| Ok(reader.history(resource_type, &key, limit, offset)?)).await?;
        if history.total == 0 {
            return Err(Refusal::unknown_resource(resource_type, id));
        }
        Ok(self.history_bundle(resource_type, id, (limit, offset), &history))
    }

    fn history_bundle(
        &self,
        resource_type: ResourceType,
        id: &str,
        (count, offset): (u64, u64),
        history: &History,
    ) -> Vec<u8> {
        let url = format!("{}/{resource_type}/{id}", self.base_url());
        let page = |offset: u64| format!("{url}/_history?_count={count}&_offset={offset}");
        let mut links = vec![("self", page(offset)), ("first", page(0))];
        if offset > 0 {
            links.push(("previous", page(offset.saturating_sub(count))));
        }
        if count > 0 && offset + count < history.total {
            links.push(("next", page(offset + count)));
        }
        let mut bundle = BundleWriter::new("history", Some(history.total), &links);
        for (index, version) in history.versions.iter().enumerate() {
            // Newest first: what came before a version follows it.
            let after_deletion =
                history.versions.get(index + 1).is_some_and(|before| before.method == Method::Delete);
            write_entry(&mut bundle, &url, version, after_deletion);
        }
        bundle.finish()
    }
}

fn write_entry(bundle: &mut BundleWriter, url: &str, version: &Version, after_deletion: bool) {
    let (method, status) = match version.method {
        Method::Create => ("POST", "201"),
        Method::Update if version.version == 1 || after_deletion => ("PUT", "201"),
        Method::Update => ("PUT", "200"),
        Method::Delete => ("DELETE", "204"),
    };
    let target = format!("{}/{}", version.resource_type, version.id);
    let request_url = if method == "POST" { version.resource_type.name() } else { target.as_str() };
    let request = fhir::json!({ "method": method, "url": request_url }).to_bytes();
    let response = fhir::json!({
        "status": status,
        "etag": (format!("W/\"{}\"", version.version)),
        "lastModified": (fhir::datetime::instant(version.last_updated))
    })
    .to_bytes();
    let mut parts = vec![("fullUrl", EntryPart::Text(url))];
    if let Some(body) = &version.body {
        parts.push(("resource", EntryPart::Json(body)));
    }
    parts.push(("request", EntryPart::Json(&request)));
    parts.push(("response", EntryPart::Json(&response)));
    bundle.entry(&parts);
}
