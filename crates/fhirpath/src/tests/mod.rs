//! What expressions compile to and yield, as tables.

mod bounds;
mod host;
mod invariants;
mod places;
mod search_parameters;

use crate::{CompileError, Context, Expression, Item, ItemValue};
use fhir::definitions::type_by_name;
use fhir::{Json, json};

fn patient() -> Json {
    let text = r##"{
        "resourceType": "Patient", "id": "p1", "active": true, "deceasedBoolean": false, "birthDate": "1974-12-25",
        "_birthDate": { "extension": [{ "url": "http://time", "valueDateTime": "1974-12-25T14:35:45-05:00" }] },
        "extension": [{ "url": "http://race", "valueString": "x" }, { "url": "http://other", "valueCode": "y" }],
        "name": [
            { "use": "official", "family": "Chalmers", "given": ["Peter", "James"] },
            { "use": "usual", "given": ["Jim", null], "_given": [null, { "id": "g" }] },
            { "use": "maiden", "family": "Windsor" }
        ],
        "telecom": [{ "system": "phone", "value": "1" }, { "system": "email", "value": "2" }],
        "multipleBirthInteger": 2,
        "generalPractitioner": [
            { "reference": "Practitioner/1" }, { "reference": "http://a/Organization/2" }, { "reference": "#c" },
            { "reference": "urn:uuid:1", "type": "PractitionerRole" }, { "display": "nobody" }
        ],
        "contained": [{ "resourceType": "Organization", "id": "c", "name": "Inside" }],
        "contact": [{ "name": { "family": "Du Marché" } }]
    }"##;
    fhir::json::parse(text.as_bytes(), 20).unwrap()
}

fn observation() -> Json {
    json!({
        "resourceType": "Observation", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "1-8" }], "text": "t" },
        "valueQuantity": { "value": 1i64, "unit": "kg" },
        "component": [{ "valueString": "a" }, { "valueDateTime": "2024-01-01" }]
    })
}

/// An item in few characters: its value and type.
fn shown(item: &Item<'_>) -> String {
    let value = match &item.value {
        ItemValue::Json(Json::Object(object)) => {
            object.iter().map(|(name, _)| name).collect::<Vec<_>>().join("+")
        }
        ItemValue::Json(Json::String(text)) => text.clone(),
        ItemValue::Json(json) => json.to_string(),
        ItemValue::Boolean(value) => value.to_string(),
        ItemValue::Integer(value) => value.to_string(),
        ItemValue::Decimal(value) => value.to_string(),
        ItemValue::Quantity(quantity) => quantity.to_string(),
        ItemValue::Text(text) => text.to_string(),
        ItemValue::Type(item_type) => item_type.to_string(),
        ItemValue::Elsewhere(text) => format!("->{text}"),
    };
    format!("{value}:{}", item.item_type)
}

fn evaluate(resource: &Json, text: &str) -> Result<String, String> {
    let expression = Expression::compile(text).map_err(|error| error.to_string())?;
    let root = Item::resource(resource).unwrap();
    let items = expression.evaluate(&Context::new(&root), &root).map_err(|error| error.to_string())?;
    Ok(items.iter().map(shown).collect::<Vec<_>>().join(", "))
}

fn check(resource: &Json, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(evaluate(resource, text).as_deref(), Ok(*expected), "{text}");
    }
}

#[test]
fn paths_find_values_and_know_their_types() {
    let rows = [
        ("Patient.name.family", "Chalmers:string, Windsor:string"),
        ("name.given", "Peter:string, James:string, Jim:string, null:string"),
        ("Patient.name.given.id", "g:string"),
        ("Patient.deceased", "false:boolean"),
        ("Patient.multipleBirth", "2:integer"),
        ("Patient.contact", "name:Patient.contact"),
        ("Patient.contact.name.family", "Du Marché:string"),
        ("Patient.birthDate", "1974-12-25:date"),
        ("Patient.birthDate.value", "1974-12-25:System.Date"),
        ("Patient.birthDate.extension.value", "1974-12-25T14:35:45-05:00:dateTime"),
        ("Patient.contained", "resourceType+id+name:Organization"),
        ("Patient.contained.name", "Inside:string"),
        ("Resource.id", "p1:id"),
        ("DomainResource.contained.id", "c:id"),
        ("%resource.id", "p1:id"),
        ("Observation.value", ""),
        ("Patient.name.where(false).text", ""),
    ];
    check(&patient(), &rows);
}

#[test]
fn choices_are_found_by_their_element_name_and_narrowed_by_type() {
    check(
        &observation(),
        &[
            ("Observation.value", "value+unit:Quantity"),
            ("Observation.value.unit", "kg:string"),
            ("(Observation.value as Quantity).unit", "kg:string"),
            ("Observation.value.as(Quantity).unit", "kg:string"),
            ("Observation.value.ofType(string)", ""),
            ("(Observation.value as CodeableConcept).text", ""),
            ("Observation.component.value", "a:string, 2024-01-01:dateTime"),
            ("Observation.component.value.ofType(FHIR.dateTime)", "2024-01-01:dateTime"),
            ("component.value.ofType(dateTime)", "2024-01-01:dateTime"),
            ("Observation.component.value as string", "a:string"),
            ("Observation.component.where(value is string).value", "a:string"),
            ("value is Quantity", "true:System.Boolean"),
            ("value is Element", "true:System.Boolean"),
            ("value is System.Quantity", "false:System.Boolean"),
            ("valueQuantity.unit", ""),
        ],
    );
}

#[test]
fn functions_and_operators_yield_what_the_specification_says() {
    check(
        &patient(),
        &[
            ("Patient.name.where(use = 'official').family", "Chalmers:string"),
            (
                "Patient.name.where(use = 'official' or use = 'maiden').family",
                "Chalmers:string, Windsor:string",
            ),
            ("Patient.name.where(given.exists()).use", "official:code, usual:code"),
            ("Patient.name.where($this.family = 'Windsor').use", "maiden:code"),
            ("Patient.name.where($index = 1).use", "usual:code"),
            ("Patient.telecom.where(system='email').value", "2:string"),
            ("Patient.name[0].given[1]", "James:string"),
            ("Patient.name[7]", ""),
            ("Patient.name.first().family", "Chalmers:string"),
            ("Patient.name.last().use", "maiden:code"),
            ("Patient.name.tail().use", "usual:code, maiden:code"),
            ("Patient.name.skip(2).use", "maiden:code"),
            ("Patient.name.take(1).use", "official:code"),
            ("Patient.name.exists()", "true:System.Boolean"),
            ("Patient.photo.exists()", "false:System.Boolean"),
            ("Patient.name.exists(family = 'Windsor')", "true:System.Boolean"),
            ("Patient.photo.empty()", "true:System.Boolean"),
            ("Patient.name.all(use.exists())", "true:System.Boolean"),
            ("Patient.name.all(family.exists())", "false:System.Boolean"),
            ("Patient.active.not()", "false:System.Boolean"),
            ("Patient.photo.not()", ""),
            ("Patient.birthDate.hasValue()", "true:System.Boolean"),
            ("Patient.name[1].given[1].hasValue()", "false:System.Boolean"),
            ("Patient.extension('http://race').value", "x:string"),
            ("Patient.birthDate.extension('http://time').value", "1974-12-25T14:35:45-05:00:dateTime"),
            ("Patient.hasExtension('http://none')", "false:System.Boolean"),
            ("Patient.deceased.exists() and Patient.deceased != false", "false:System.Boolean"),
            ("Patient.birthDate = @1974-12-25", "true:System.Boolean"),
            ("Patient.birthDate = @1974-12", ""),
            ("Patient.birthDate = '1974-12-25'", "false:System.Boolean"),
            ("multipleBirth = 2.0", "true:System.Boolean"),
            ("name.family = 'x'", "false:System.Boolean"),
            ("name.given[0] | 'Peter' | name.family", "Peter:string, Chalmers:string, Windsor:string"),
            ("{}", ""),
            ("true and {}", ""),
            ("false and {}", "false:System.Boolean"),
            ("true or {}", "true:System.Boolean"),
            ("{} implies true", "true:System.Boolean"),
            ("true xor true", "false:System.Boolean"),
            ("name[0] and true", "true:System.Boolean"),
        ],
    );
}

#[test]
fn resolve_knows_the_type_without_reading() {
    check(
        &patient(),
        &[
            (
                "Patient.generalPractitioner.where(resolve() is Practitioner).reference",
                "Practitioner/1:string",
            ),
            (
                "Patient.generalPractitioner.where(resolve() is Organization).reference",
                "http://a/Organization/2:string, #c:string",
            ),
            (
                "Patient.generalPractitioner.where(resolve() is PractitionerRole).reference",
                "urn:uuid:1:string",
            ),
            ("Patient.generalPractitioner.resolve().ofType(Practitioner)", "->Practitioner/1:Practitioner"),
            (
                "Patient.generalPractitioner.where(resolve() is DomainResource).exists()",
                "true:System.Boolean",
            ),
        ],
    );
}

#[test]
fn what_is_not_supported_or_does_not_exist_is_refused_by_name() {
    for (text, column, problem) in [
        (
            "Patient.slice('a', 'b')",
            9,
            "function slice() is not supported: slices are known to validation alone",
        ),
        ("Patient.name.wher(a)", 14, "there is no function wher(); did you mean 'where'?"),
        (
            "%ucm",
            1,
            "there is no constant '%ucm'; known are %resource, %rootResource, %context, %ucum, %sct, %loinc, %`vs-…`, \
             %`ext-…`",
        ),
        ("a.matches('[')", 11, "'[' is not a regular expression: unclosed character class"),
        ("1.0000000000000000000000000000001", 1, "the number has more than 28 digits"),
        ("Patient.nam", 9, "Patient has no element 'nam'; did you mean 'name'?"),
        ("Patient.deceasedBoolean", 9, "Patient has no element 'deceasedBoolean'"),
        ("Observation.value.zzzz", 19, "none of the types that can stand here has an element 'zzzz'"),
        ("Patent.name", 1, "'Patent' is not a type of FHIR R4; did you mean 'Patient'?"),
        ("a.ofType(Foo)", 10, "'Foo' is not a type of FHIR R4"),
        ("a.ofType('x')", 10, "ofType() takes the name of a type"),
        ("a.where()", 3, "where() takes one argument, found 0"),
        ("a.first(1)", 3, "first() takes no arguments, found 1"),
        ("a.exists(b, c)", 3, "exists() takes at most one argument, found 2"),
        ("@2024-13", 1, "'@2024-13' is not a date or time"),
        (
            "Patient.link.other.resolve().name",
            30,
            "'name' cannot follow resolve(): only the type of what it finds is known",
        ),
    ] {
        assert_eq!(
            Expression::compile(text).err(),
            Some(CompileError { column, problem: problem.into() }),
            "{text}"
        );
    }
}

#[test]
fn several_items_where_one_is_needed_are_an_error() {
    for text in ["name.use is code", "name and true", "name.use.not()", "name[name.use]", "name.take('x')"] {
        assert!(evaluate(&patient(), text).is_err(), "{text}");
    }
}

#[test]
fn unions_split_into_alternatives_with_their_root_types() {
    let expression =
        Expression::compile("(Patient.name | (Observation.value as Quantity)) | Group.code.where(true)");
    let alternatives = expression.unwrap().into_alternatives();
    let roots: Vec<&str> = alternatives.iter().filter_map(|one| Some(one.root_type()?.name())).collect();
    assert_eq!(roots, ["Patient", "Observation", "Group"]);
    let types: Vec<&str> =
        alternatives.iter().flat_map(|one| one.types().unwrap()).map(|found| found.name()).collect();
    assert_eq!(types, ["HumanName", "Quantity", "CodeableConcept"]);
}

#[test]
fn an_expression_for_one_type_is_still_right_on_another() {
    let component = type_by_name("Observation.component").unwrap().id;
    let expression = Expression::compile_for("value.as(Quantity)", component).unwrap();
    let observation = observation();
    let root = Item::resource(&observation).unwrap();
    assert_eq!(expression.evaluate(&Context::new(&root), &root).unwrap().len(), 1);
}
