//! `CodeSystem/$subsumes` (<http://hl7.org/fhir/R4/codesystem-operation-subsumes.html>).

use super::parameters::Parameters;
use super::{Coding, Source};
use crate::problem::Problem;
use crate::terminology::Terminology;
use fhir::Json;

impl Terminology {
    /// Which of two codes of one code system is the more general, as Parameters with an `outcome`: `equivalent`,
    /// `subsumes` (A is the more general), `subsumed-by` or `not-subsumed`.
    ///
    /// # Errors
    ///
    /// The codes are of different code systems, one of them is unknown, or the code system says nothing of what is more
    /// general.
    pub fn subsumes(
        &self,
        source: Option<Source<'_>>,
        a: Coding<'_>,
        b: Coding<'_>,
    ) -> Result<Json, Problem> {
        if source.is_none() && a.system != b.system {
            let text = "codes of different code systems cannot be compared; give both the same system";
            return Err(Problem::NotSupported(String::from(text)));
        }
        let code_system = self.code_system_for(source, &a)?;
        if source.is_some() {
            self.code_system_for(source, &b)?;
        }
        let (a, b) = (code_system.subsumption_place(a.code)?, code_system.subsumption_place(b.code)?);
        let hierarchy = &code_system.hierarchy;
        let outcome = match a == b {
            true => "equivalent",
            false if hierarchy.is_above(a, b) => "subsumes",
            false if hierarchy.is_above(b, a) => "subsumed-by",
            false => "not-subsumed",
        };
        Ok(Parameters::default().code("outcome", outcome).resource())
    }
}
