//! `$document` (<http://hl7.org/fhir/R4/composition-operation-document.html>): a Composition and what it refers to, as a
//! document.

use super::{Request, Task};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::{Issue, IssueCode, Json, json};
use storage::{Reader, Version};

/// Reads what is asked: the document of a Composition, which is the Composition first, then every resource of this server
/// that it refers to, each once, in the order of their first mention. Nothing is stored.
///
/// # Errors
///
/// 400 for parameters that are not supported. Later 404, 410; 403 when it refers to something that the caller may not
/// read: a document lacks nothing.
pub(super) fn read(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let input = &request.input;
    input.check("document", &["persist"], &[])?;
    if input.boolean("persist")? == Some(true) {
        let text = "parameter 'persist' can only be false here; POST the document to /Bundle to store it";
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)]));
    }
    let engine = engine.clone();
    Ok(Task::look(move |reader| engine.document(&request, reader)))
}

impl Engine {
    fn document(&self, request: &Request, reader: &mut dyn Reader) -> Result<Vec<u8>, Refusal> {
        let composition = request.read(reader)?;
        let tree = stored_json(&composition)?;
        let mut targets = Vec::new();
        tree.each_reference(&mut |text| {
            if let Some(target) = self.own_resource(text)
                && !targets.contains(&target)
            {
                targets.push(target);
            }
        });
        targets.iter().try_for_each(|(resource_type, _)| request.caller.may_read(*resource_type))?;
        let found = reader.resources(&targets, None)?;
        let parts: Vec<Version> =
            found.into_iter().flatten().filter(|version| version.body.is_some()).collect();
        parts.iter().try_for_each(|version| request.caller.may_see(version))?;
        Ok(self.write_document(&tree, &composition, &parts, request.now))
    }

    fn write_document(&self, tree: &Json, composition: &Version, parts: &[Version], now: i64) -> Vec<u8> {
        let own =
            json!({ "system": "urn:ietf:rfc:3986", "value": (format!("urn:uuid:{}", uuid::Uuid::new_v4())) });
        let identifier = tree.get("identifier").unwrap_or(&own);
        let head = [
            ("identifier", identifier.to_bytes()),
            ("timestamp", Json::from(fhir::datetime::instant(now)).to_bytes()),
        ];
        let mut bundle = BundleWriter::with_members("document", &head);
        for version in std::iter::once(composition).chain(parts) {
            let url = format!("{}/{}/{}", self.base_url(), version.resource_type, version.id);
            bundle.entry(&[
                ("fullUrl", EntryPart::Text(&url)),
                ("resource", EntryPart::Json(version.body.as_deref().unwrap_or_default())),
            ]);
        }
        bundle.finish()
    }
}
