//! `$document` (<http://hl7.org/fhir/R4/composition-operation-document.html>): a Composition and what it refers to, as a
//! document.

use super::{Request, Task};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType, json};
use storage::{Reader, Version};

/// Reads what is asked: the document of a Composition, which is the Composition first, then every resource that it refers
/// to, each once, in the order of their first mention. Nothing is stored.
///
/// # Errors
///
/// 400 for parameters that are not supported, or when no Composition is named. Later 404, 410; 403 when it refers to
/// something that the caller may not read, 422 to something that is not here: a document lacks nothing.
pub(super) fn read(engine: &Engine, mut request: Request) -> Result<Task, Refusal> {
    let known: &[&str] = if request.id.is_none() { &["id", "persist"] } else { &["persist"] };
    request.input.check("document", known, &[])?;
    if request.input.boolean("persist")? == Some(true) {
        let text = "parameter 'persist' can only be false here; POST the document to /Bundle to store it";
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)]));
    }
    if request.id.is_none() {
        request.id = Some(engine.composition_id(request.input.needed_text("document", "id")?)?);
    }
    let engine = engine.clone();
    Ok(Task::look(move |reader| engine.document(&request, reader)))
}

impl Engine {
    /// The id of the Composition that parameter `id` names: by its id, or by its URL.
    fn composition_id(&self, named: &str) -> Result<String, Refusal> {
        match self.own_resource(named) {
            Some((ResourceType::COMPOSITION, id)) => Ok(id),
            None if fhir::primitive::is_id(named) => Ok(named.to_owned()),
            _ => {
                let text = format!(
                    "{} of parameter 'id' is no Composition of this server; send its id, or its URL here",
                    quoted(named)
                );
                Err(Refusal::invalid(vec![Issue::error(IssueCode::Value, text)]))
            }
        }
    }

    fn document(&self, request: &Request, reader: &mut dyn Reader) -> Result<Vec<u8>, Refusal> {
        let composition = request.read(reader)?;
        let tree = stored_json(&composition)?;
        let (mut targets, mut lacking) = (Vec::new(), Vec::new());
        tree.each_reference(&mut |text| match self.own_resource(text) {
            Some(target) if !targets.contains(&target) => targets.push(target),
            Some(_) => {}
            None if text.starts_with('#') => {}
            None => lacking.push(format!("{} is not on this server", quoted(text))),
        });
        targets.iter().try_for_each(|(resource_type, _)| request.caller.may_read(*resource_type))?;
        let mut parts: Vec<Version> = Vec::new();
        for ((resource_type, id), version) in targets.iter().zip(reader.resources(&targets, None)?) {
            match version {
                Some(version) if version.body.is_some() => parts.push(version),
                Some(_) => lacking.push(format!("{resource_type}/{id} has been deleted")),
                None => lacking.push(format!("{resource_type}/{id} does not exist")),
            }
        }
        parts.iter().try_for_each(|version| request.caller.may_see(version))?;
        if !lacking.is_empty() {
            let issue = |lack: String| {
                let text = format!("a document holds all that its Composition refers to, but {lack}");
                Issue::error(IssueCode::BusinessRule, text)
            };
            return Err(Refusal::broken_rules(lacking.into_iter().map(issue).collect()));
        }
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
