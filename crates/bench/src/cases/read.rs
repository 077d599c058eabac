//! Reads: of the R4 door, of the Canvas door, and one that nobody is allowed.

use crate::Result;
use crate::driver::template::Template;
use crate::world::World;

/// Reads the benchmark's own patient at the R4 door.
#[expect(clippy::unnecessary_wraps, reason = "cases are prepared by functions of one type")]
pub fn r4(world: &World) -> Result<Template> {
    Ok(Template::new("GET", &format!("/fhir/Patient/{}", world.patient), world.token(), None))
}

/// Reads a patient of the demo clinic at the Canvas door.
pub fn canvas(world: &World) -> Result<Template> {
    let patient = world.patients.first().ok_or("there is no patient")?;
    Ok(Template::new("GET", &format!("/Patient/{patient}"), world.token(), None))
}

/// Reads the same patient at the R4 door.
pub fn canvas_r4(world: &World) -> Result<Template> {
    let patient = world.patients.first().ok_or("there is no patient")?;
    Ok(Template::new("GET", &format!("/fhir/Patient/{patient}"), world.token(), None))
}

/// Reads without a token.
#[expect(clippy::unnecessary_wraps, reason = "cases are prepared by functions of one type")]
pub fn unauthorized(world: &World) -> Result<Template> {
    Ok(Template::new("GET", &format!("/fhir/Patient/{}", world.patient), None, None))
}
