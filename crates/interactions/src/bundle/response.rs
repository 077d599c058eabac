//! The Bundle that answers a batch or transaction
//! (<http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response>).

use super::write::Outcome;
use super::{EntryReturn, status};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::{Effect, Written};
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::json::write_string;
use fhir::outcome::operation_outcome;
use storage::Version;

/// Writes an answer with an entry for each result.
pub(super) fn write(
    engine: &Engine,
    bundle_type: &str,
    results: impl Iterator<Item = Result<Outcome, Refusal>>,
    entry_return: EntryReturn,
) -> Vec<u8> {
    let mut bundle = BundleWriter::new(bundle_type, None, &[]);
    for result in results {
        let mut response = Response::default();
        let resource = match &result {
            Err(refusal) => {
                response.status(refusal.row().status);
                response.json("outcome", &operation_outcome(refusal.issues()));
                None
            }
            Ok(Outcome::Deleted(number)) => {
                response.status(204);
                number.iter().for_each(|number| response.etag(*number));
                None
            }
            Ok(Outcome::Written(written)) => response.written(engine, written, entry_return),
            Ok(Outcome::Got(got)) => {
                response.status(got.status);
                got.version.iter().for_each(|version| response.validators(version));
                got.body.as_deref()
            }
        };
        let response = response.finish();
        let mut parts = Vec::with_capacity(2);
        parts.extend(resource.map(|body| ("resource", EntryPart::Json(body))));
        parts.push(("response", EntryPart::Json(&response)));
        bundle.entry(&parts);
    }
    bundle.finish()
}

/// `Bundle.entry.response`, being written.
#[derive(Default)]
struct Response {
    out: Vec<u8>,
}

impl Response {
    fn name(&mut self, name: &str) {
        self.out.push(if self.out.is_empty() { b'{' } else { b',' });
        write_string(name, &mut self.out);
        self.out.push(b':');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        write_string(text, &mut self.out);
    }

    fn json(&mut self, name: &str, json: &[u8]) {
        self.name(name);
        self.out.extend_from_slice(json);
    }

    fn status(&mut self, status: u16) {
        self.text("status", &status::line(status));
    }

    fn etag(&mut self, version: u64) {
        self.text("etag", &format!("W/\"{version}\""));
    }

    fn validators(&mut self, version: &Version) {
        self.etag(version.version);
        self.text("lastModified", &fhir::datetime::instant(version.last_updated));
    }

    /// What became of a resource; returns its body when the client wants that.
    fn written<'w>(
        &mut self,
        engine: &Engine,
        written: &'w Written,
        entry_return: EntryReturn,
    ) -> Option<&'w [u8]> {
        let version = &written.version;
        self.status(if written.effect == Effect::Created { 201 } else { 200 });
        let Version { resource_type, id, version: number, .. } = version;
        self.text("location", &format!("{}/{resource_type}/{id}/_history/{number}", engine.base_url()));
        self.validators(version);
        match entry_return {
            EntryReturn::Minimal => None,
            EntryReturn::Representation => version.body.as_deref(),
            EntryReturn::OperationOutcome => {
                self.json("outcome", &operation_outcome(&[written.told()]));
                None
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}
