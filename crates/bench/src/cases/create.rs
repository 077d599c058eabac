//! Creates of Observations: a blood pressure with two components, about 1 KB.

use crate::Result;
use crate::driver::template::{Template, digits};
use crate::world::World;

/// The field that makes each Observation another one.
const SERIAL: &str = "SERIAL7890";
/// The systolic pressure, from 100 to 179.
const SYSTOLIC: &str = "\"SYS\"";
/// The minute and second of the measurement.
const MINUTE: &str = "MI:SE";

/// Creates an Observation of the benchmark's own patient.
pub fn prepare(world: &World) -> Result<Template> {
    template(&world.patient, world.token())
}

/// The request.
///
/// # Errors
///
/// Never, as long as the body has its fields.
pub fn template(patient: &str, token: Option<&str>) -> Result<Template> {
    Template::new("POST", "/fhir/Observation", token, Some(&body(patient)))
        .field(SERIAL, digits)?
        .field(MINUTE, |n, out| {
            digits(n / 60 % 60, &mut out[..2]);
            digits(n % 60, &mut out[3..]);
        })?
        .field(SYSTOLIC, |n, out| {
            // A number of the field's five bytes: 100.0 to 179.9.
            digits(100 + n % 80, &mut out[..3]);
            out[3] = b'.';
            digits(n / 80 % 10, &mut out[4..]);
        })
}

fn body(patient: &str) -> String {
    let coding = |code: &str, display: &str| {
        format!(r#"{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"{display}"}}]}}"#)
    };
    let quantity = |value: &str| {
        format!(r#"{{"value":{value},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}"#)
    };
    let category = r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}"#;
    format!(
        r#"{{"resourceType":"Observation","identifier":[{{"system":"http://example.org/bench","value":"{SERIAL}"}}],"status":"final","category":[{category}],"code":{code},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2026-05-04T09:{MINUTE}+02:00","issued":"2026-05-04T09:{MINUTE}.250Z","note":[{{"text":"Seated, left arm, second reading after five minutes of rest; cuff size adult."}}],"component":[{{"code":{systolic_code},"valueQuantity":{systolic}}},{{"code":{diastolic_code},"valueQuantity":{diastolic}}}]}}"#,
        code = coding("85354-9", "Blood pressure panel"),
        systolic_code = coding("8480-6", "Systolic blood pressure"),
        systolic = quantity(SYSTOLIC),
        diastolic_code = coding("8462-4", "Diastolic blood pressure"),
        diastolic = quantity("78"),
    )
}

/// The bodies of the first `count` creates, for references that take no HTTP.
///
/// # Errors
///
/// Never, as long as the body has its fields.
pub fn bodies(count: u64) -> Result<Vec<Vec<u8>>> {
    let template = template("ee1c7803325b47b492008f3e7c9d7a3d", None)?;
    let mut request = Vec::new();
    let body = |n| {
        template.render(n, &mut request);
        let head = request.windows(4).position(|part| part == b"\r\n\r\n").map_or(0, |at| at + 4);
        request[head..].to_vec()
    };
    Ok((0..count).map(body).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_of_about_a_kilobyte_and_all_different() -> Result<()> {
        let bodies = bodies(200)?;
        for (n, body) in bodies.iter().enumerate() {
            let value: serde_json::Value = serde_json::from_slice(body)?;
            assert_eq!(value["identifier"][0]["value"], format!("{n:010}"));
            let systolic = value["component"][0]["valueQuantity"]["value"].as_f64().unwrap_or_default();
            assert!((100.0..180.0).contains(&systolic), "{systolic}");
            assert!((900..1200).contains(&body.len()), "{}", body.len());
        }
        assert!(String::from_utf8_lossy(&bodies[61]).contains("T09:01:01+02:00"));
        Ok(())
    }
}
