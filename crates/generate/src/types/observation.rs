//! Observation: vital signs, laboratory results, what people do.

use crate::chart::{Chart, Link, add};
use crate::codes::labs::Lab;
use crate::codes::{Code, LOINC, SNOMED, UCUM, code, decimal, quantity, terminology};
use crate::visit::{Case, Visit};
use fhir::{Json, json};

const VITAL_SIGNS: (&str, &str) = ("vital-signs", "Vital Signs");
const LABORATORY: (&str, &str) = ("laboratory", "Laboratory");
const SOCIAL_HISTORY: (&str, &str) = ("social-history", "Social History");
const SURVEY: (&str, &str) = ("survey", "Survey");

/// Writes an Observation with what is its own: a value, components, and the like.
fn put(
    chart: &mut Chart,
    case: &Case<'_>,
    visit: &Visit,
    category: (&str, &str),
    code: Code,
    own: Vec<(&str, Json)>,
) -> Link {
    let link = chart.link("Observation");
    let taken = visit.at.plus_minutes(chart.random.between(3, 12));
    let issued = taken.instant(chart.random.between(0, 999));
    let practitioner = &case.practice.practitioners[visit.practitioner];
    let mut body = json!({
        "resourceType": "Observation",
        "status": "final",
        "category": [(terminology("observation-category", category.0, category.1))],
        "code": (code.concept(LOINC)),
        "subject": (chart.named(&case.patient, &case.name)),
        "encounter": (chart.reference(&visit.encounter)),
        "effectiveDateTime": (taken.date_time()),
        "issued": issued,
        "performer": [(chart.named(&practitioner.link, &practitioner.name))]
    });
    for (name, value) in own {
        add(&mut body, name, Some(value));
    }
    chart.put(&link, body);
    link
}

/// Blood pressure, heart and breathing rate, temperature, oxygen saturation.
pub(crate) fn vitals(chart: &mut Chart, case: &Case<'_>, visit: &Visit, has_fever: bool) {
    blood_pressure(chart, case, visit);
    let (heart, lungs) = case.person.rates(visit.at);
    let heat = if has_fever { 38.3 } else { 36.8 };
    let measured: [(Code, f64, usize, &str, &str); 4] = [
        (code("8867-4", "Heart rate"), chart.random.around(heart, 9.0), 0, "beats/minute", "/min"),
        (code("9279-1", "Respiratory rate"), chart.random.around(lungs, 1.6), 0, "breaths/minute", "/min"),
        (code("8310-5", "Body temperature"), chart.random.around(heat, 0.25), 1, "°C", "Cel"),
        (
            code("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
            chart.random.around(97.4, 0.8).min(100.0),
            0,
            "%",
            "%",
        ),
    ];
    for (code, value, places, unit, ucum) in measured {
        let value = quantity(value, places, unit, ucum);
        put(chart, case, visit, VITAL_SIGNS, code, vec![("valueQuantity", value)]);
    }
}

fn blood_pressure(chart: &mut Chart, case: &Case<'_>, visit: &Visit) {
    let systolic = chart.random.around(case.person.systolic(visit.at), 7.0);
    let diastolic = systolic * 0.63 + chart.random.around(0.0, 4.0);
    let component = |code: Code, value: f64| json!({ "code": (code.concept(LOINC)), "valueQuantity": (quantity(value, 0, "mm[Hg]", "mm[Hg]")) });
    let components = vec![
        component(code("8480-6", "Systolic blood pressure"), systolic),
        component(code("8462-4", "Diastolic blood pressure"), diastolic),
    ];
    let code = code("85354-9", "Blood pressure panel with all children optional");
    put(chart, case, visit, VITAL_SIGNS, code, vec![("component", components.into())]);
}

/// Height, weight and body mass index.
pub(crate) fn size(chart: &mut Chart, case: &Case<'_>, visit: &Visit) {
    let height = case.person.height(visit.at);
    let bmi = case.person.bmi(visit.at) + chart.random.around(0.0, 0.5);
    let weight = bmi * height * height / 10_000.0;
    let measured = [
        (code("8302-2", "Body height"), height, "cm", "cm"),
        (code("29463-7", "Body weight"), weight, "kg", "kg"),
        (code("39156-5", "Body mass index (BMI) [Ratio]"), bmi, "kg/m2", "kg/m2"),
    ];
    for (code, value, unit, ucum) in measured {
        let value = quantity(value, 1, unit, ucum);
        put(chart, case, visit, VITAL_SIGNS, code, vec![("valueQuantity", value)]);
    }
}

/// How much it hurts.
pub(crate) fn pain(chart: &mut Chart, case: &Case<'_>, visit: &Visit) {
    let score = chart.random.around(2.2, 1.6).clamp(0.0, 10.0);
    let code = code("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported");
    let value = quantity(score, 0, "{score}", "{score}");
    put(chart, case, visit, SURVEY, code, vec![("valueQuantity", value)]);
}

/// Whether somebody smokes.
pub(crate) fn smoking(chart: &mut Chart, case: &Case<'_>, visit: &Visit) {
    let status = match chart.random.between(0, 99) {
        0..=69 => code("266919005", "Never smoked tobacco"),
        70..=89 => code("8517006", "Ex-smoker"),
        _ => code("449868002", "Smokes tobacco daily"),
    };
    let own = vec![("valueCodeableConcept", status.concept(SNOMED))];
    put(chart, case, visit, SOCIAL_HISTORY, code("72166-2", "Tobacco smoking status"), own);
}

/// The result of a laboratory test, with where it lies; `raised` by so many deviations.
pub(crate) fn lab(chart: &mut Chart, case: &Case<'_>, visit: &Visit, lab: &Lab, raised: f64) -> Link {
    let Lab { code, unit, mean, deviation, range: (low, high), places } = *lab;
    let value = chart.random.around(mean + raised * deviation, deviation).max(0.0);
    let found = match value {
        value if value < low => ("L", "Low"),
        value if value > high => ("H", "High"),
        _ => ("N", "Normal"),
    };
    let bound =
        |value: f64| json!({ "value": (decimal(value, places)), "unit": unit, "system": UCUM, "code": unit });
    let own = vec![
        ("valueQuantity", quantity(value, places, unit, unit)),
        ("interpretation", vec![terminology("v3-ObservationInterpretation", found.0, found.1)].into()),
        ("referenceRange", json!([{ "low": (bound(low)), "high": (bound(high)) }])),
    ];
    put(chart, case, visit, LABORATORY, code, own)
}
