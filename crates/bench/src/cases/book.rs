//! Bookings at the Canvas door. Each practitioner is booked for one 20-minute visit after the other, so that
//! every booking finds its time free.

use crate::Result;
use crate::driver::template::Template;
use crate::world::World;
use jiff::Timestamp;

/// The first visit: 2031-01-01T00:00:00Z, in seconds since the epoch.
const FIRST: i64 = 1_924_992_000;
/// How long a visit takes, in seconds.
const VISIT: i64 = 20 * 60;

/// Marks of the fields; as long as what stands in their place.
const START: &str = "START-OF-THE-VISIT-Z";
const END: &str = "END---OF-THE-VISIT-Z";
const PRACTITIONER_MARK: char = '#';
const PATIENT_MARK: char = '%';

/// Books a visit at the Canvas door.
pub fn canvas(world: &World) -> Result<Template> {
    prepare(world, "/Appointment")
}

/// Books the same visit at the R4 door, where the rule against double booking holds too.
pub fn r4(world: &World) -> Result<Template> {
    prepare(world, "/fhir/Appointment")
}

fn prepare(world: &World, path: &str) -> Result<Template> {
    let practitioners = same_width(&world.practitioners)?;
    let patients = same_width(&world.patients)?;
    let practitioner_mark = PRACTITIONER_MARK.to_string().repeat(practitioners[0].len());
    let patient_mark = PATIENT_MARK.to_string().repeat(patients[0].len());
    let body = body(&world.location, &practitioner_mark, &patient_mark, START, END);
    let count = practitioners.len() as u64;
    Template::new("POST", path, world.token(), Some(&body))
        .field(START, move |n, out| instant((n / count) as i64, out))?
        .field(END, move |n, out| instant((n / count) as i64 + 1, out))?
        .field(&practitioner_mark, move |n, out| out.copy_from_slice(&pick(&practitioners, n)))?
        .field(&patient_mark, move |n, out| out.copy_from_slice(&pick(&patients, n / count)))
}

/// An Appointment as the vendor's documentation writes one.
pub fn body(location: &str, practitioner: &str, patient: &str, start: &str, end: &str) -> String {
    format!(
        r#"{{"resourceType":"Appointment","status":"booked","appointmentType":{{"coding":[{{"system":"http://snomed.info/sct","code":"308335008"}}]}},"description":"Blood pressure check","supportingInformation":[{{"reference":"Location/{location}"}}],"start":"{start}","end":"{end}","participant":[{{"actor":{{"reference":"Practitioner/{practitioner}"}},"status":"accepted"}},{{"actor":{{"reference":"Patient/{patient}"}},"status":"accepted"}}]}}"#
    )
}

/// The beginning of the `n`-th visit, `2031-01-01T00:00:00Z`.
fn instant(n: i64, out: &mut [u8]) {
    let text =
        Timestamp::from_second(FIRST + n * VISIT).map(|instant| instant.to_string()).unwrap_or_default();
    if text.len() == out.len() {
        out.copy_from_slice(text.as_bytes());
    }
}

fn pick(ids: &[String], n: u64) -> Vec<u8> {
    ids[(n % ids.len() as u64) as usize].clone().into_bytes()
}

/// The ids that are as long as the first one; fields have a fixed width.
fn same_width(ids: &[String]) -> Result<Vec<String>> {
    let width = ids.first().ok_or("there is nobody to book")?.len();
    Ok(ids.iter().filter(|id| id.len() == width).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use std::collections::HashSet;

    #[test]
    fn no_two_bookings_of_a_practitioner_overlap() -> Result<()> {
        let id = |n: u32| format!("{n:032}");
        let client = Client { address: ([127, 0, 0, 1], 1).into(), token: None };
        let world = World::for_tests(client, (0..3).map(id).collect(), (7..9).map(id).collect());
        let template = canvas(&world)?;
        let mut request = Vec::new();
        let mut taken = HashSet::new();
        for n in 0..100 {
            template.render(n, &mut request);
            let text = String::from_utf8(request.clone())?;
            let body: serde_json::Value =
                serde_json::from_str(text.split_once("\r\n\r\n").map_or("", |(_, b)| b))?;
            let time = |name: &str| body[name].as_str().unwrap_or_default().parse::<Timestamp>();
            let (start, end) = (time("start")?, time("end")?);
            assert_eq!(end.as_second() - start.as_second(), VISIT);
            assert_eq!((start.as_second() - FIRST) % VISIT, 0);
            let practitioner = body["participant"][0]["actor"]["reference"].to_string();
            assert!(taken.insert((practitioner, start)), "{text}");
        }
        Ok(())
    }
}
