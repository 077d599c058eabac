//! The cases of `tests/cases/`, and items in their words.

use fhir::Json;
use fhirpath::{Item, ItemType, ItemValue, SystemType};

const FILES: &[(&str, &str)] = &[
    ("conversion", include_str!("../cases/conversion.txt")),
    ("dates", include_str!("../cases/dates.txt")),
    ("existence", include_str!("../cases/existence.txt")),
    ("fhir", include_str!("../cases/fhir.txt")),
    ("filtering", include_str!("../cases/filtering.txt")),
    ("math", include_str!("../cases/math.txt")),
    ("operators", include_str!("../cases/operators.txt")),
    ("strings", include_str!("../cases/strings.txt")),
];

/// One line.
pub struct Case {
    pub file: &'static str,
    pub resource_type: &'static str,
    pub expression: &'static str,
    pub expected: &'static str,
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, text) in FILES {
        let mut resource_type = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(" => ") {
                Some((expression, expected)) => {
                    cases.push(Case { file, resource_type, expression, expected })
                }
                None => resource_type = line,
            }
        }
    }
    cases
}

/// The text of the resource that the cases of a type are evaluated on.
pub fn resource_text(resource_type: &str) -> &'static str {
    match resource_type {
        "Patient" => include_str!("../cases/patient.json"),
        "Observation" => include_str!("../cases/observation.json"),
        "Questionnaire" => include_str!("../cases/questionnaire.json"),
        _ => panic!("no resource of the type {resource_type}"),
    }
}

/// The resource that the cases of a type are evaluated on.
pub fn resource(resource_type: &str) -> Json {
    fhir::json::parse(resource_text(resource_type).as_bytes(), 20)
        .unwrap_or_else(|errors| panic!("{}", errors[0]))
}

/// Items as FHIRPath writes them: `1, 'a', @2012`; `{}` for none.
pub fn shown(items: &[Item<'_>]) -> String {
    if items.is_empty() {
        return String::from("{}");
    }
    items.iter().map(shown_item).collect::<Vec<_>>().join(", ")
}

fn shown_item(item: &Item<'_>) -> String {
    let system = match item.item_type {
        ItemType::System(system) => Some(system),
        ItemType::Fhir(type_id) => match type_id.name() {
            "date" => Some(SystemType::Date),
            "dateTime" | "instant" => Some(SystemType::DateTime),
            "time" => Some(SystemType::Time),
            _ => None,
        },
    };
    match (&item.value, item.as_str()) {
        (_, Some(text)) => match system {
            Some(SystemType::Date) => format!("@{text}"),
            Some(SystemType::DateTime) if !text.contains('T') => format!("@{text}T"),
            Some(SystemType::DateTime) => format!("@{text}"),
            Some(SystemType::Time) => format!("@T{text}"),
            _ => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        },
        (ItemValue::Json(json), None) => json.to_string(),
        (ItemValue::Boolean(value), None) => value.to_string(),
        (ItemValue::Integer(value), None) => value.to_string(),
        (ItemValue::Decimal(value), None) => value.to_string(),
        (ItemValue::Quantity(quantity), None) => quantity.to_string(),
        (ItemValue::Type(item_type), None) => format!("{}.{}", item_type.namespace(), item_type.name()),
        (ItemValue::Elsewhere(reference), _) => format!("-> {reference}"),
        (ItemValue::Text(_), None) => String::new(),
    }
}
