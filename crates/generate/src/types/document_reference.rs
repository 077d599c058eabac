//! DocumentReference: the note of a visit, in the resource itself.

use crate::chart::Chart;
use crate::codes::{Code, LOINC, code};
use crate::visit::{Case, Visit};
use fhir::json;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes the note.
pub(crate) fn put(chart: &mut Chart, case: &Case<'_>, visit: &Visit, reason: Option<Code>) {
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let about = reason.map_or("No complaints", |code| code.display);
    let note = format!(
        "{} - {}\n\n# Reason\n{about}.\n\n# Plan\nAdvice given; return when it does not get better.\n\n{}\n",
        visit.at.date(),
        visit.kind.code().display,
        practitioner.name
    );
    let written = visit.end().instant(chart.random.between(0, 999));
    let link = chart.link("DocumentReference");
    let body = json!({
        "resourceType": "DocumentReference",
        "identifier": [{ "system": "urn:ietf:rfc:3986", "value": (format!("urn:uuid:{}", link.id)) }],
        "status": "current",
        "docStatus": "final",
        "type": (code("11506-3", "Progress note").concept(LOINC)),
        "category": [{ "coding": [{
            "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
            "code": "clinical-note",
            "display": "Clinical Note"
        }] }],
        "subject": (chart.named(&case.patient, &case.name)),
        "date": written,
        "author": [(chart.named(&practitioner.link, &practitioner.name))],
        "custodian": (chart.reference(&case.practice.organization)),
        "content": [{ "attachment": {
            "contentType": "text/plain; charset=utf-8", "data": (base64(note.as_bytes())), "title": "Progress note"
        } }],
        "context": {
            "encounter": [(chart.reference(&visit.encounter))],
            "period": { "start": (visit.at.date_time()), "end": (visit.end().date_time()) }
        }
    });
    chart.put(&link, body);
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |place: usize| usize::from(part.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = ALPHABET[bits >> (18 - 6 * place) & 63];
            text.push(if place <= part.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_are_written_in_base_64() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("ÿ?", "w78/")];
        for (text, encoded) in pairs {
            assert_eq!(base64(text.as_bytes()), encoded, "{text}");
        }
    }
}
