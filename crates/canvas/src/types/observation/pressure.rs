//! Blood pressures: `systolic/diastolic`, and the same as components.

use super::store::not_performed;
use super::vitals::{MMHG, PRESSURES, UCUM, coding};
use fhir::{Json, Number, Object, json};

/// The two numbers of a text like `122/68`, which may end in `mmHg`.
pub fn parse(text: &str) -> Option<[Number; 2]> {
    let text = text.strip_suffix("mmHg").map_or(text, str::trim_end);
    let (systolic, diastolic) = text.split_once('/')?;
    let number = |text: &str| {
        let is_plain = text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        Number::from_literal(text).filter(|_| is_plain)
    };
    Some([number(systolic)?, number(diastolic)?])
}

/// The text that charts show.
pub fn text([systolic, diastolic]: &[Number; 2]) -> String {
    format!("{}/{} mmHg", systolic.as_str(), diastolic.as_str())
}

/// Which of [`PRESSURES`] a component is.
pub fn position(component: &Object) -> Option<usize> {
    let codings = component.get("code")?.get("coding")?.items();
    PRESSURES.iter().position(|(code, _)| codings.iter().any(|coding| coding.str("code") == Some(*code)))
}

/// The number of a component.
pub fn number(component: &Object) -> Option<&Number> {
    component.get("valueQuantity")?.get("value")?.as_number()
}

/// The components to store: those that were sent, else those that the text says.
pub fn components(sent: &[Json], said: Option<&[Number; 2]>) -> Vec<Json> {
    let sent: Vec<&Object> = sent.iter().filter_map(Json::as_object).collect();
    if sent.is_empty() {
        let said = said.map(|numbers| numbers.iter().enumerate()).into_iter().flatten();
        return said.map(|(index, number)| component(index, Some(number))).collect();
    }
    let mut components: Vec<(usize, Json)> = sent
        .into_iter()
        .filter_map(|sent| position(sent).map(|index| (index, component(index, number(sent)))))
        .collect();
    components.sort_by_key(|(index, _)| *index);
    components.into_iter().map(|(_, component)| component).collect()
}

fn component(index: usize, number: Option<&Number>) -> Json {
    let (code, display) = PRESSURES.get(index).copied().unwrap_or_default();
    let mut component = Object::new();
    component.insert("code", json!({ "coding": [(coding(code, display))] }));
    match number {
        Some(number) => component.insert(
            "valueQuantity",
            json!({
                "value": (Json::Number(number.clone())),
                "unit": (MMHG.name),
                "system": UCUM,
                "code": (MMHG.code)
            }),
        ),
        None => component.insert("dataAbsentReason", not_performed()),
    }
    component.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pressure_is_two_numbers_with_a_slash() {
        for text in ["122/68", "122/68 mmHg", "122/68mmHg", "122.5/68", "122/0"] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in ["", "122", "122/", "/68", "122-68", "122/68 kPa", "-1/2", "1/2/3", "1e2/3", "mmHg"] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert_eq!(text(&parse("122/68mmHg").unwrap()), "122/68 mmHg");
    }
}
