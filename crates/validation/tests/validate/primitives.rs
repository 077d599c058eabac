//! The formats of primitive values.

use super::*;

#[test]
fn every_format_is_checked_where_it_stands() {
    check_patient(
        r#""id":"a_b","meta":{"versionId":"","lastUpdated":"2024-01-01","source":"a b"},"implicitRules":" ",
           "active":1,"multipleBirthInteger":1.5,"photo":[{"contentType":"a b","data":"%%%","size":-1,"hash":"x"}],
           "birthDate":{"a":1},"telecom":[{"rank":0}]"#,
        &[
            ("value", "Patient.id", "id 'a_b' is not an id (1 to 64 letters, digits, '-' or '.')"),
            (
                "value",
                "Patient.meta.versionId",
                "meta.versionId '' is not an id (1 to 64 letters, digits, '-' or '.')",
            ),
            (
                "value",
                "Patient.meta.lastUpdated",
                "meta.lastUpdated '2024-01-01' is not an instant (YYYY-MM-DDThh:mm:ss with Z or +hh:mm)",
            ),
            ("value", "Patient.meta.source", "meta.source 'a b' is not a URI (text without spaces)"),
            ("value", "Patient.implicitRules", "implicitRules ' ' is not a URI (text without spaces)"),
            ("value", "Patient.active", "active 1 is not a boolean (true or false, without quotes)"),
            (
                "value",
                "Patient.multipleBirth",
                "multipleBirthInteger 1.5 is not an integer from -2147483648 to 2147483647",
            ),
            (
                "code-invalid",
                "Patient.photo[0].contentType",
                "photo.contentType 'a b' is not a media type (such as application/pdf or text/plain; charset=utf-8)",
            ),
            ("value", "Patient.photo[0].data", "photo.data '%%%' is not base64 data"),
            ("value", "Patient.photo[0].size", "photo.size -1 is not an integer from 0 to 2147483647"),
            ("value", "Patient.photo[0].hash", "photo.hash 'x' is not base64 data"),
            (
                "structure",
                "Patient.birthDate",
                "birthDate must be a date (YYYY, YYYY-MM or YYYY-MM-DD), not an object",
            ),
            ("value", "Patient.telecom[0].rank", "telecom.rank 0 is not an integer from 1 to 2147483647"),
        ],
    );
}

#[test]
fn numbers_times_and_decimals_keep_to_their_ranges() {
    check_observation(
        r#""valueQuantity":{"value":"1.5"},"issued":"2024-01-01T00:00:00","component":[
           {"code":{"text":"x"},"valueTime":"25:00:00"},{"code":{"text":"x"},"valueInteger":2147483648},
           {"code":{"text":"x"},"valueDateTime":"2024-02-30T00:00:00Z"},{"code":{"text":"x"},"valueQuantity":{"value":1e999}}]"#,
        &[
            (
                "value",
                "Observation.value.value",
                "valueQuantity.value '1.5' is not a decimal (a JSON number of at most 64 characters, its exponent at most 400)",
            ),
            (
                "value",
                "Observation.issued",
                "issued '2024-01-01T00:00:00' is not an instant (YYYY-MM-DDThh:mm:ss with Z or +hh:mm)",
            ),
            (
                "value",
                "Observation.component[0].value",
                "component.valueTime '25:00:00' is not a time (hh:mm:ss)",
            ),
            (
                "value",
                "Observation.component[1].value",
                "component.valueInteger 2147483648 is not an integer from -2147483648 to 2147483647",
            ),
            (
                "value",
                "Observation.component[2].value",
                "component.valueDateTime '2024-02-30T00:00:00Z' is not a dateTime (YYYY, YYYY-MM, YYYY-MM-DD or \
                 YYYY-MM-DDThh:mm:ss with Z or +hh:mm)",
            ),
            (
                "value",
                "Observation.component[3].value.value",
                "component.valueQuantity.value 1e999 is not a decimal (a JSON number of at most 64 characters, its exponent at most 400)",
            ),
        ],
    );
}

#[test]
fn ids_of_elements_are_text_without_spaces() {
    check_patient(
        r#""maritalStatus":{"id":"a b","text":"x"},"name":[{"id":"a_/b","text":"x"}]"#,
        &[("value", "Patient.maritalStatus.id", "maritalStatus.id 'a b' is not an id (text without spaces)")],
    );
}

#[test]
fn offending_values_are_cut() {
    let id = "x".repeat(65);
    check_patient(
        &format!(r#""id":"{id}","birthDate":"{}""#, "9".repeat(100_000)),
        &[
            ("value", "Patient.id", &format!("id '{id}' is not an id (1 to 64 letters, digits, '-' or '.')")),
            (
                "value",
                "Patient.birthDate",
                &format!("birthDate '{}…' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)", "9".repeat(80)),
            ),
        ],
    );
}
