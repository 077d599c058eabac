//! `$document` (<http://hl7.org/fhir/R4/composition-operation-document.html>): a Composition and what it refers to, as a
//! document.

use super::input::Input;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::{State, stored_json};
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::{Issue, IssueCode, Json, ResourceType, json};
use storage::Version;

/// Who may be shown what: whether the caller may read a type.
pub type MayRead<'a> = &'a (dyn Fn(ResourceType) -> bool + Sync);

impl Engine {
    /// The document of a Composition: the Composition first, then every resource of this server that it refers to, each
    /// once, in the order of their first mention. `now` becomes its timestamp. Nothing is stored.
    ///
    /// # Errors
    ///
    /// 404, 410; 400 for parameters that are not supported; 403 when it refers to something that the caller may not
    /// read: a document lacks nothing.
    pub async fn document(
        &self,
        id: &str,
        input: &Input,
        may_read: MayRead<'_>,
        now: i64,
    ) -> Result<Vec<u8>, Refusal> {
        input.check("document", &["persist"], &[])?;
        if input.boolean("persist")? == Some(true) {
            let text = "parameter 'persist' can only be false here; POST the document to /Bundle to store it";
            return Err(Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)]));
        }
        let composition = self.read(ResourceType::COMPOSITION, id).await?;
        let tree = stored_json(&composition)?;
        let mut targets = Vec::new();
        tree.each_reference(&mut |text| {
            if let Some(target) = self.own_resource(text)
                && !targets.contains(&target)
            {
                targets.push(target);
            }
        });
        if let Some((hidden, _)) = targets.iter().find(|(resource_type, _)| !may_read(*resource_type)) {
            return Err(Refusal::insufficient_scope(&format!("system/{hidden}.read")));
        }
        let parts = self.current(targets).await?;
        Ok(self.write_document(&tree, &composition, &parts, now))
    }

    /// The current versions of resources; those that do not exist are left out.
    async fn current(&self, targets: Vec<(ResourceType, String)>) -> Result<Vec<Version>, Refusal> {
        self.snapshot(move |reader| {
            let mut found = Vec::with_capacity(targets.len());
            for (resource_type, id) in &targets {
                if let State::Present(version) = State::of(reader.resource(*resource_type, id)?) {
                    found.push(version);
                }
            }
            Ok(found)
        })
        .await
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
