//! What practitioners and locations are called in a Schedule (Schedule.json, `comment`).

use fhir::Json;

/// HL7's table of degrees and licences (<http://terminology.hl7.org/CodeSystem/v2-0360>).
const DEGREES: &str = "http://terminology.hl7.org/CodeSystem/v2-0360";

/// The name with the credential, as far as that is known: `Youta Priti MD`.
///
/// The credential is the suffix of the name; else a qualification's code from HL7's table of degrees; else a
/// qualification's text, unless it is the `License` that the vendor writes for all of them.
pub fn credentialed(practitioner: &Json) -> String {
    let names = items(practitioner, "name");
    let name = names.iter().find(|name| name.str("use") == Some("usual")).or(names.first());
    let Some(name) = name else { return String::from("unnamed practitioner") };
    let mut parts: Vec<&str> = items(name, "given").iter().filter_map(Json::as_str).collect();
    parts.extend(name.str("family"));
    if parts.is_empty() {
        parts.extend(name.str("text"));
    }
    let suffixes: Vec<&str> = items(name, "suffix").iter().filter_map(Json::as_str).collect();
    match suffixes.is_empty() {
        true => parts.extend(credential(practitioner)),
        false => parts.extend(suffixes),
    }
    parts.join(" ")
}

fn credential(practitioner: &Json) -> Option<&str> {
    let codes = || items(practitioner, "qualification").iter().filter_map(|held| held.get("code"));
    let degree = |code: &'_ Json| -> Option<usize> {
        items(code, "coding").iter().position(|coding| coding.str("system") == Some(DEGREES))
    };
    let coded = codes().find_map(|code| items(code, "coding").get(degree(code)?)?.str("code"));
    coded.or_else(|| {
        codes().filter_map(|code| code.str("text")).find(|text| !text.eq_ignore_ascii_case("license"))
    })
}

/// The name of a location; its short name, else its id, when it has none.
pub fn location<'a>(location: &'a Json, id: &'a str) -> &'a str {
    let alias = items(location, "alias").iter().find_map(Json::as_str);
    location.str("name").or(alias).unwrap_or(id)
}

fn items<'a>(resource: &'a Json, name: &str) -> &'a [Json] {
    resource.get(name).map(Json::items).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn the_credential_follows_the_name() {
        let check = |practitioner: Json, expected: &str| assert_eq!(credentialed(&practitioner), expected);
        let name = || json!({ "use": "usual", "family": "Priti", "given": ["Youta"] });
        let degree =
            json!([{ "code": { "coding": [{ "system": DEGREES, "code": "MD" }], "text": "License" } }]);
        check(json!({ "name": [(name())] }), "Youta Priti");
        check(json!({ "name": [(name())], "qualification": degree }), "Youta Priti MD");
        check(
            json!({ "name": [(name())], "qualification": [{ "code": { "text": "License" } }] }),
            "Youta Priti",
        );
        check(
            json!({ "name": [(name())], "qualification": [{ "code": { "text": "LMFT" } }] }),
            "Youta Priti LMFT",
        );
        let suffixed = json!({ "family": "Priti", "suffix": ["MD", "PhD"] });
        check(json!({ "name": [{ "use": "old", "family": "X" }, suffixed] }), "X");
        check(json!({ "name": [{ "family": "Priti", "suffix": ["MD", "PhD"] }] }), "Priti MD PhD");
        check(json!({}), "unnamed practitioner");
    }
}
