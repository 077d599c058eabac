//! The vital signs (Observation.json, `tables.vital_signs`): what can be created, and how it is told.

use fhir::{Json, Object, json};

/// LOINC.
pub const LOINC: &str = "http://loinc.org";
/// UCUM.
pub const UCUM: &str = "http://unitsofmeasure.org";

/// A kind of reading. A panel holds at most one of each.
#[derive(Debug, PartialEq, Eq)]
pub struct Vital {
    /// Its LOINC codes, each with the display that the server tells; a reading carries them all.
    pub codes: &'static [(&'static str, &'static str)],
    /// What it is called in messages.
    pub name: &'static str,
    /// What its value is.
    pub value: Value,
}

/// What the value of a vital sign is.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
    /// It has none: it is what readings are joined in.
    Panel,
    /// `valueString` `systolic/diastolic`, and components.
    Pressure,
    /// `valueQuantity`, a number greater than zero in one of these units, the first unless another is said.
    Number(&'static [Unit]),
    /// `valueString`, one of these.
    OneOf(&'static [&'static str]),
    /// `valueString`, any.
    Text,
}

/// A unit of a vital sign.
#[derive(Debug, PartialEq, Eq)]
pub struct Unit {
    /// What clients and charts call it.
    pub name: &'static str,
    /// Its code in UCUM.
    pub code: &'static str,
}

const fn unit(name: &'static str, code: &'static str) -> Unit {
    Unit { name, code }
}

const fn vital(codes: &'static [(&'static str, &'static str)], name: &'static str, value: Value) -> Vital {
    Vital { codes, name, value }
}

const IN: Unit = unit("in", "[in_i]");
const CM: Unit = unit("cm", "cm");
const PER_MINUTE: &[Unit] = &[unit("bpm", "/min")];
/// The unit of blood pressures.
pub const MMHG: Unit = unit("mmHg", "mm[Hg]");

/// What the pulse rhythm may be: the third as it is spelled since 2026-11-18.
pub const RHYTHMS: &[&str] = &["Regular", "Irregularly Irregular", "Regularly Irregular"];

/// The code of a panel.
pub const PANEL: &str = "85353-1";
/// The code of a height.
pub const HEIGHT: &str = "8302-2";
/// The code of a waist circumference.
pub const WAIST: &str = "56086-2";

/// The kinds of readings that can be created: twelve codes, two of them for one kind.
pub const VITALS: &[Vital] = &[
    vital(&[(PANEL, "Vital Signs Panel")], "vital sign panel", Value::Panel),
    vital(&[("85354-9", "Blood Pressure")], "blood pressure", Value::Pressure),
    vital(
        &[("29463-7", "Weight")],
        "weight",
        Value::Number(&[unit("oz", "[oz_av]"), unit("lb", "[lb_av]"), unit("kg", "kg")]),
    ),
    vital(&[(HEIGHT, "Height")], "height", Value::Number(&[IN, CM])),
    vital(&[("8867-4", "Pulse")], "pulse rate", Value::Number(PER_MINUTE)),
    vital(&[("8310-5", "Body Temperature")], "body temperature", Value::Number(&[unit("°F", "[degF]")])),
    vital(
        &[("2708-6", "Oxygen Saturation Arterial"), ("59408-5", "Oxygen Saturation")],
        "oxygen saturation",
        Value::Number(&[unit("%", "%")]),
    ),
    vital(&[("9279-1", "Respiration Rate")], "respiration rate", Value::Number(PER_MINUTE)),
    vital(&[(WAIST, "Waist Circumference")], "waist circumference", Value::Number(&[CM, IN])),
    vital(&[("80339-5", "Note")], "note", Value::Text),
    vital(&[("8884-9", "Pulse Rhythm")], "pulse rhythm", Value::OneOf(RHYTHMS)),
];

/// What can be read besides, and how the vendor calls it.
const READ_ONLY: &[(&str, &str)] = &[
    ("8306-3", "Length"),
    ("8287-5", "Head Circumference"),
    ("8289-1", "Head Occipital-frontal circumference Percentile"),
];

/// The components of a blood pressure, the systolic one first.
pub const PRESSURES: [(&str, &str); 2] =
    [("8480-6", "Systolic blood pressure"), ("8462-4", "Diastolic blood pressure")];

/// The codes of units that the vendor shows with vital signs (Observation.json, `valueQuantity.code`).
const SHOWN_UNITS: &[&str] = &["[lb_av]", "cm", "[in_i]", "[degF]", "mm[Hg]", "%", "/min", "kg/m2", "L/min"];

/// Whether the vendor shows this code of a unit with vital signs.
pub fn shows_unit(code: &str) -> bool {
    SHOWN_UNITS.contains(&code)
}

/// The kinds of vital signs that the codings of a `code` name, each once.
pub fn named(code: Option<&Json>) -> Vec<&'static Vital> {
    let codings = code.and_then(|code| code.get("coding")).map(Json::items).unwrap_or_default();
    let mut found: Vec<&'static Vital> = Vec::new();
    for coding in codings.iter().filter(|coding| coding.str("system") == Some(LOINC)) {
        let is_it = |vital: &&Vital| vital.codes.iter().any(|(code, _)| coding.str("code") == Some(*code));
        found.extend(VITALS.iter().find(is_it).filter(|vital| !found.contains(vital)));
    }
    found
}

/// The panel.
pub const fn panel() -> &'static Vital {
    &VITALS[0]
}

/// The kind of a stored observation, if it is a vital sign: an answer to a question may have the same code.
pub fn of(observation: &Object) -> Option<&'static Vital> {
    named(observation.get("code")).first().copied().filter(|_| is_vital(observation))
}

/// Whether a stored observation is of the category of vital signs, or of none.
pub fn is_vital(observation: &Object) -> bool {
    let categories = observation.items("category");
    let codings = |category: &Json| category.get("coding").map(Json::items).unwrap_or_default().to_vec();
    categories.is_empty()
        || categories.iter().flat_map(codings).any(|coding| coding.str("code") == Some("vital-signs"))
}

/// What the vendor calls a LOINC code that is not created but read.
pub fn read_only_display(code: &str) -> Option<&'static str> {
    READ_ONLY.iter().find(|(known, _)| *known == code).map(|(_, display)| *display)
}

impl Vital {
    /// The code that messages name.
    pub fn code(&self) -> &'static str {
        self.codes.first().map_or("", |(code, _)| code)
    }

    /// The display of its first coding.
    pub fn display(&self) -> &'static str {
        self.codes.first().map_or("", |(_, display)| display)
    }

    /// Its `code`.
    pub fn concept(&self) -> Json {
        let coding = |(code, display): &(&str, &str)| coding(code, display);
        let codings: Vec<Json> = self.codes.iter().map(coding).collect();
        json!({ "coding": codings })
    }

    /// Whether it is a panel.
    pub fn is_panel(&self) -> bool {
        self.value == Value::Panel
    }

    /// Its units; none where it has no number.
    pub fn units(&self) -> &'static [Unit] {
        match self.value {
            Value::Number(units) => units,
            _ => &[],
        }
    }
}

/// A coding of LOINC.
pub fn coding(code: &str, display: &str) -> Json {
    json!({ "system": LOINC, "code": code, "display": display })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_codes_name_eleven_kinds() {
        let codes: Vec<&str> =
            VITALS.iter().flat_map(|vital| vital.codes.iter().map(|(code, _)| *code)).collect();
        assert_eq!(codes.len(), 12);
        let both = json!({ "coding": [
            { "system": LOINC, "code": "59408-5" }, { "system": LOINC, "code": "2708-6" },
            { "system": "http://snomed.info/sct", "code": "8302-2" }
        ] });
        let names: Vec<&str> = named(Some(&both)).iter().map(|vital| vital.name).collect();
        assert_eq!(names, ["oxygen saturation"]);
    }
}
