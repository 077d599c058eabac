//! Searches that look at other resources: chains, `_has`, `_list`, `_filter` paths, includes.

use super::memory::Memory;
use super::{REGISTRY, refused, search};
use crate::include::{Include, Referred, Target};
use fhir::ResourceType;

fn clinic() -> Memory {
    Memory::new(&[
        r#"{"resourceType":"Patient","id":"ann","name":[{"family":"Berg"}],"gender":"female","birthDate":"1980",
            "generalPractitioner":[{"reference":"Practitioner/doc"}],"managingOrganization":{"reference":"Organization/low"}}"#,
        r#"{"resourceType":"Patient","id":"bob","name":[{"family":"Bergström"}],"gender":"male","birthDate":"1990"}"#,
        r#"{"resourceType":"Group","id":"all","type":"person","actual":true,"identifier":[{"value":"g"}]}"#,
        r#"{"resourceType":"Practitioner","id":"doc","name":[{"family":"Who"}]}"#,
        r#"{"resourceType":"Organization","id":"top","name":"Top"}"#,
        r#"{"resourceType":"Organization","id":"low","name":"Low","partOf":{"reference":"Organization/top"}}"#,
        r#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://l","code":"1"}]},
            "subject":{"reference":"Patient/ann"},"performer":[{"reference":"Practitioner/doc"}]}"#,
        r#"{"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"system":"http://l","code":"2"}]},
            "subject":{"reference":"Patient/bob"}}"#,
        r#"{"resourceType":"Observation","id":"o3","status":"final","code":{"text":"x"},"subject":{"reference":"Group/all"},
            "hasMember":[{"reference":"Observation/o1"}]}"#,
        r##"{"resourceType":"Observation","id":"o4","status":"final","code":{"text":"x"},"subject":{"reference":"#in"},
            "contained":[{"resourceType":"Patient","id":"in"}]}"##,
        r#"{"resourceType":"Observation","id":"o5","status":"final","code":{"text":"x"},
            "subject":{"type":"Patient","identifier":{"system":"http://mrn","value":"7"}}}"#,
        r#"{"resourceType":"Observation","id":"o6","status":"final","code":{"text":"x"},
            "subject":{"reference":"urn:uuid:1","type":"Group"}}"#,
        r#"{"resourceType":"Provenance","id":"p1","target":[{"reference":"Observation/o1"}],"agent":[{"who":{"reference":"Practitioner/doc"}}]}"#,
        r#"{"resourceType":"List","id":"l","entry":[{"item":{"reference":"Observation/o1"}},{"item":{"reference":"Patient/bob"}},
            {"item":{"reference":"Observation/o2"},"deleted":true}]}"#,
        r#"{"resourceType":"Questionnaire","id":"q","url":"http://q","version":"1.A","status":"active","title":"Diet"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r1","status":"completed","questionnaire":"http://q|1.A"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r2","status":"amended","questionnaire":"http://q"}"#,
        r#"{"resourceType":"QuestionnaireResponse","id":"r3","status":"stopped","questionnaire":"http://q|2"}"#,
    ])
}

#[test]
fn chains_find_by_what_is_referred_to() {
    clinic().check(&[
        ("Observation?subject:Patient.name=berg", &["Observation/o1", "Observation/o2"]),
        ("Observation?subject:Patient.name:exact=Berg", &["Observation/o1"]),
        ("Observation?patient.name=bergs", &["Observation/o2"]),
        // The patient that o4 contains has no gender.
        ("Observation?patient.gender:not=male", &["Observation/o1", "Observation/o4"]),
        ("Observation?patient.general-practitioner:missing=false", &["Observation/o1"]),
        ("Observation?subject:Group.identifier=g", &["Observation/o3"]),
        ("Observation?patient.organization.partof.name=top", &["Observation/o1"]),
        ("Observation?patient.organization.partof.name=low", &[]),
        ("Observation?subject:Patient.birthdate=lt1985,1990", &["Observation/o1", "Observation/o2"]),
        ("Observation?patient._id=bob", &["Observation/o2"]),
        ("Observation?has-member:Observation.patient.name=berg&status=final", &["Observation/o3"]),
        ("Observation?patient.name=berg&patient.gender=male", &["Observation/o2"]),
        ("Observation?patient._has:Observation:patient:code=http://l|1", &["Observation/o1"]),
        (
            "QuestionnaireResponse?questionnaire.title=diet",
            &["QuestionnaireResponse/r1", "QuestionnaireResponse/r2"],
        ),
    ]);
}

#[test]
fn chains_look_into_contained_resources() {
    let mut store = Memory::new(&[
        r#"{"resourceType":"Organization","id":"acme","name":"Acme"}"#,
        r#"{"resourceType":"Medication","id":"m","ingredient":[{"itemCodeableConcept":{"coding":[{"system":"http://i","code":"abc"}]}}]}"#,
        r#"{"resourceType":"MedicationRequest","id":"stored","medicationReference":{"reference":"Medication/m"},"subject":{"reference":"Patient/p"}}"#,
        r##"{"resourceType":"MedicationRequest","id":"within","medicationReference":{"reference":"#m"},
            "contained":[{"resourceType":"Medication","id":"m","ingredient":[{"itemCodeableConcept":{"coding":[{"system":"http://i","code":"abc"}]}}],
              "manufacturer":{"reference":"Organization/acme"}}]}"##,
        r##"{"resourceType":"MedicationRequest","id":"deep","medicationReference":{"reference":"#m"},
            "subject":{"reference":"#p"},"requester":{"reference":"#other"},
            "contained":[{"resourceType":"Medication","id":"m","code":{"text":"Deep Pills"},"manufacturer":{"reference":"#o"}},
              {"resourceType":"Organization","id":"o","name":"Inner"},
              {"resourceType":"Organization","id":"loose","name":"Loose","partOf":{"reference":"#loose"}},
              {"resourceType":"Practitioner","id":"other","name":[{"family":"Berg"}]},
              {"resourceType":"Patient","id":"p","name":[{"family":"Berg-Sand"}],"birthDate":"1980"}]}"##,
        r##"{"resourceType":"MedicationRequest","id":"broken","medicationReference":{"reference":"#nothing"}}"##,
        r#"{"resourceType":"Patient","id":"p","name":[{"family":"Ho"}]}"#,
    ]);
    let of = |ids: &[&str]| ids.iter().map(|id| format!("MedicationRequest/{id}")).collect::<Vec<_>>();
    for (url, expected) in [
        ("medication.ingredient-code=abc", of(&["stored", "within"])),
        ("medication.ingredient-code=http://i|abc", of(&["stored", "within"])),
        ("medication.ingredient-code:missing=true", of(&["deep"])),
        ("medication.ingredient-code:not=abc", of(&["deep"])),
        ("medication.code:text=deep", of(&["deep"])),
        ("medication.manufacturer.name=acme", of(&["within"])),
        ("medication.manufacturer.name=inner", of(&["deep"])),
        ("medication.manufacturer.name=loose", of(&[])),
        ("patient.name=berg", of(&["deep"])),
        ("patient.family=sand", of(&["deep"])),
        ("subject:Patient.birthdate=lt1990", of(&["deep"])),
        ("patient.name=ho", of(&["stored"])),
        ("requester:Practitioner.name=berg", of(&["deep"])),
        ("requester:Organization.name=inner", of(&[])),
        // Contained resources have no id of the server's.
        ("medication._id=m", of(&["stored"])),
        ("medication=m", of(&["stored"])),
        (r#"_filter=medication.manufacturer.name eq "inner""#, of(&["deep"])),
        ("medication.ingredient-code=abc&medication.manufacturer.name=acme", of(&["within"])),
    ] {
        assert_eq!(store.find("MedicationRequest", url), expected, "{url}");
    }
}

#[test]
fn contained_resources_that_refer_to_one_another_end() {
    let all: Vec<String> = (0..200).map(|n| format!(r##"{{"reference":"#{n}"}}"##)).collect();
    let all = all.join(",");
    let contained: Vec<String> = (0..300)
        .map(|n| format!(r#"{{"resourceType":"Observation","id":"{n}","hasMember":[{all}]}}"#))
        .collect();
    let body = format!(
        r#"{{"resourceType":"Observation","id":"o","hasMember":[{all}],"contained":[{}]}}"#,
        contained.join(",")
    );
    let mut store = Memory::new(&[body.as_str()]);
    let begun = std::time::Instant::now();
    let chain = "has-member:Observation.".repeat(5);
    assert_eq!(store.find("Observation", &format!("{chain}code=x")), Vec::<String>::new());
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn references_are_found_along_what_is_part_of_what() {
    let part = |id: &str, whole: &str| {
        format!(r#"{{"resourceType":"Location","id":"{id}","partOf":{{"reference":"Location/{whole}"}}}}"#)
    };
    let at = |id: &str, place: &str| {
        format!(
            r#"{{"resourceType":"Encounter","id":"{id}","location":[{{"location":{{"reference":"Location/{place}"}}}}]}}"#
        )
    };
    let bodies = [
        String::from(r#"{"resourceType":"Location","id":"house"}"#),
        part("floor", "house"),
        part("room", "floor"),
        part("bed", "room"),
        part("other", "house"),
        // These two are part of one another.
        part("egg", "hen"),
        part("hen", "egg"),
        at("inhouse", "house"),
        at("inroom", "room"),
        at("inbed", "bed"),
        at("inother", "other"),
        at("inhen", "hen"),
        at("gone", "gone"),
        String::from(r#"{"resourceType":"Organization","id":"o1"}"#),
        String::from(r#"{"resourceType":"Organization","id":"o2","partOf":{"reference":"Organization/o1"}}"#),
        String::from(r#"{"resourceType":"Organization","id":"o3","partOf":{"reference":"Organization/o2"}}"#),
        String::from(
            r#"{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o3"}}"#,
        ),
        String::from(r#"{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"}}"#),
    ];
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let mut store = Memory::new(&bodies);
    store.check(&[
        ("Encounter?location:below=floor", &["Encounter/inbed", "Encounter/inroom"]),
        ("Encounter?location:below=Location/room", &["Encounter/inbed", "Encounter/inroom"]),
        (
            "Encounter?location:below=house",
            &["Encounter/inbed", "Encounter/inhouse", "Encounter/inother", "Encounter/inroom"],
        ),
        ("Encounter?location:below=bed,other", &["Encounter/inbed", "Encounter/inother"]),
        ("Encounter?location:above=bed", &["Encounter/inbed", "Encounter/inhouse", "Encounter/inroom"]),
        ("Encounter?location:above=other", &["Encounter/inhouse", "Encounter/inother"]),
        ("Encounter?location:below=egg", &["Encounter/inhen"]),
        ("Encounter?location:above=egg", &["Encounter/inhen"]),
        ("Encounter?location:below=gone", &["Encounter/gone"]),
        ("Encounter?location:below=nowhere", &[]),
        ("Organization?partof:below=o1", &["Organization/o2", "Organization/o3"]),
        ("Organization?partof:below=o2", &["Organization/o3"]),
        ("Organization?partof:above=o2", &["Organization/o2", "Organization/o3"]),
        ("Patient?organization:below=o1", &["Patient/p"]),
        ("Observation?patient.organization:below=o1", &["Observation/o"]),
    ]);
    assert!(
        refused("Encounter", "location:below=Patient/p")[0]
            .contains("is not Location/id or its id, of what has parts")
    );
    assert!(
        refused("Encounter", "subject:below=p")[0]
            .contains("search parameter 'subject' has no modifier ':below'")
    );
    assert!(
        search("Encounter", "location:below=house").unwrap().looked_at().contains(&ResourceType::LOCATION)
    );
}

#[test]
fn reverse_chains_find_by_what_refers() {
    clinic().check(&[
        ("Patient?_has:Observation:patient:code=http://l|1", &["Patient/ann"]),
        ("Patient?_has:Observation:patient:code=http://l|1,http://l|2", &["Patient/ann", "Patient/bob"]),
        ("Patient?_has:Observation:subject:code:not=http://l|1", &["Patient/bob"]),
        ("Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/doc", &["Patient/ann"]),
        ("Patient?_has:Observation:patient:performer:Practitioner.name=who", &["Patient/ann"]),
        ("Group?_has:Observation:subject:status=final", &["Group/all"]),
        ("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed", &["Questionnaire/q"]),
        ("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=stopped", &[]),
        ("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=amended", &["Questionnaire/q"]),
        ("Observation?_list=l", &["Observation/o1"]),
        ("Patient?_list=List/l,other", &["Patient/bob"]),
        ("Group?_list=l", &[]),
    ]);
}

#[test]
fn a_parameter_of_one_type_shares_the_rows_of_all() {
    let ids = |ids: &[&str]| ids.iter().map(|id| format!("Observation/{id}")).collect::<Vec<_>>();
    let mut clinic = clinic();
    for (url, expected) in [
        ("subject:missing=true", ids(&[])),
        ("patient:missing=true", ids(&["o3", "o6"])),
        ("patient:missing=false", ids(&["o1", "o2", "o4", "o5"])),
        ("subject=Group/all", ids(&["o3"])),
        ("patient=Group/all", ids(&[])),
        ("patient=all", ids(&[])),
        ("subject=all", ids(&["o3"])),
        ("patient=ann", ids(&["o1"])),
        ("subject=urn:uuid:1", ids(&["o6"])),
        ("patient=urn:uuid:1", ids(&[])),
        ("subject:identifier=http://mrn|7", ids(&["o5"])),
        ("patient:identifier=7", ids(&["o5"])),
        ("patient:identifier=|7", ids(&[])),
    ] {
        assert_eq!(clinic.find("Observation", url), expected, "{url}");
    }
}

#[test]
fn filters_follow_paths() {
    clinic().check(&[
        (r#"Observation?_filter=patient.name co "strom""#, &["Observation/o2"]),
        (r#"Observation?_filter=subject:Patient[gender eq female].name sw "berg""#, &["Observation/o1"]),
        (
            "Observation?_filter=subject re Patient/ann or code eq http://l|2",
            &["Observation/o1", "Observation/o2"],
        ),
        ("Patient?_filter=_has:Observation:patient:code eq http://l|1", &["Patient/ann"]),
        ("Patient?_filter=gender eq male and not (birthdate lt 1985)", &["Patient/bob"]),
        ("Patient?_filter=name ew \"berg\"", &["Patient/ann"]),
        ("Patient?_filter=gender ne male", &["Patient/ann"]),
        ("Patient?_filter=organization pr false", &["Patient/bob"]),
        ("Patient?_filter=birthdate po 1980-05", &["Patient/ann"]),
        ("Patient?_filter=name gt berg", &["Patient/bob"]),
        ("Patient?_filter=_id eq ann or _id ne ann", &["Patient/ann", "Patient/bob"]),
    ]);
}

#[test]
fn tokens_and_quantities_of_filters_have_escapes_and_short_names_of_systems() {
    let mut observations = Memory::new(&[
        r#"{"resourceType":"Observation","id":"bar","code":{"coding":[{"system":"http://l","code":"a|b,c$d\\e"}]}}"#,
        r#"{"resourceType":"Observation","id":"loinc","code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},
            "valueQuantity":{"value":2,"system":"http://unitsofmeasure.org","code":"g"}}"#,
        r#"{"resourceType":"Observation","id":"other","code":{"coding":[{"system":"loinc","code":"1-8"}]},
            "valueQuantity":{"value":2,"system":"http://u|v","code":"g"}}"#,
    ]);
    observations.check(&[
        (r"Observation?_filter=code eq http://l|a\|b\,c\$d\\e", &["Observation/bar"]),
        (r#"Observation?_filter=code eq "a\\|b,c$d\\\\e""#, &["Observation/bar"]),
        (r"Observation?_filter=code eq http://l|a", &[]),
        ("Observation?_filter=code eq loinc|1-8", &["Observation/loinc"]),
        ("Observation?_filter=code eq 1-8", &["Observation/loinc", "Observation/other"]),
        ("Observation?_filter=value-quantity eq 2000|ucum|mg", &["Observation/loinc"]),
        (r"Observation?_filter=value-quantity eq 2|http://u\|v|g", &["Observation/other"]),
    ]);
}

#[test]
fn what_cannot_be_followed_is_told() {
    for (name, url, text) in [
        (
            "Observation",
            "subject.name=x",
            "'subject.name' is ambiguous: 'subject' refers to several types; say 'subject:Location.name' or 'subject:Patient.name'",
        ),
        (
            "Observation",
            "subject.zzz=x",
            "nothing that search parameter 'subject' refers to (Device or Group or Location or Patient) has a search parameter 'zzz'",
        ),
        ("Observation", "subject:Patient.zzz=x", "Patient has no search parameter 'zzz'"),
        (
            "Observation",
            "subject:Encounter.status=x",
            "search parameter 'subject' has no modifier ':Encounter'",
        ),
        (
            "Observation",
            "code.name=x",
            "'code.name': search parameter 'code' is of type token; only references can be followed",
        ),
        ("Observation", "patient.birthdate=x", "the value 'x' of search parameter 'birthdate' is not a date"),
        (
            "Patient",
            "_has:Observation:patient=x",
            "'_has:Observation:patient' is not _has:[type]:[reference]:[parameter]",
        ),
        (
            "Patient",
            "_has:Observatio:patient:code=x",
            "'Observatio' is not a resource type of R4; did you mean 'Observation'?",
        ),
        (
            "Patient",
            "_has:Observation:encounter:code=x",
            "search parameter 'encounter' of Observation does not refer to Patient",
        ),
        (
            "Patient",
            "_has:Observation:code:code=x",
            "search parameter 'code' of Observation does not refer to Patient",
        ),
        ("Patient", "_list=$current", "the functional list '$current' of '_list' is not supported"),
        ("Patient", "_filter=name co", "'_filter' 'name co': expected a value at column 8"),
        ("Patient", "_filter=name xx y", "'_filter' has no operator 'xx' (supported: eq, ne"),
        (
            "Patient",
            "_filter=birthdate co 1",
            "operator 'co' of '_filter' cannot be used with search parameter 'birthdate', which is of type date",
        ),
        ("Patient", "_filter=zzz eq 1", "Patient has no search parameter 'zzz'"),
    ] {
        let texts = refused(name, url);
        assert!(texts.len() == 1 && texts[0].contains(text), "{url}: {texts:?}");
    }
    let deep = format!("{}_id=x", "link.".repeat(20));
    assert!(
        refused("Patient", &deep)[0].contains("nests deeper than 10 levels"),
        "{:?}",
        refused("Patient", &deep)
    );
    let deep = format!("{}code=x", "_has:Observation:has-member:".repeat(20));
    assert!(refused("Observation", &deep)[0].contains("nests deeper than 10 levels"));
}

fn include(name: &str, url: &str) -> (Vec<Include>, Vec<Include>) {
    let request = search(name, url).unwrap_or_else(|issues| panic!("{url}: {issues:?}"));
    (request.includes, request.revincludes)
}

#[test]
fn includes_say_what_is_referred_to() {
    let mut clinic = clinic();
    let o1 = [String::from("Observation/o1")];
    for (url, expected) in [
        ("_include=Observation:subject", vec!["Patient/ann"]),
        ("_include=Observation:patient", vec!["Patient/ann"]),
        ("_include=Observation:subject:Group", vec![]),
        ("_include=Observation:*", vec!["Patient/ann", "Practitioner/doc"]),
        ("_include=*", vec!["Patient/ann", "Practitioner/doc"]),
        (
            "_include=Observation:subject&_include=Observation:performer",
            vec!["Patient/ann", "Practitioner/doc"],
        ),
        ("_include:iterate=Patient:organization", vec![]),
    ] {
        let (includes, _) = include("Observation", url);
        assert_eq!(clinic.included(&REGISTRY, &includes, &o1), expected, "{url}");
    }
    let (includes, _) = include("QuestionnaireResponse", "_include=QuestionnaireResponse:questionnaire");
    for (id, expected) in [("r1", vec!["Questionnaire/q"]), ("r2", vec!["Questionnaire/q"]), ("r3", vec![])] {
        let from = [format!("QuestionnaireResponse/{id}")];
        assert_eq!(clinic.included(&REGISTRY, &includes, &from), expected, "{id}");
    }
}

#[test]
fn revincludes_are_searches_for_what_refers() {
    let mut clinic = clinic();
    let ann = Referred { resource_type: ResourceType::PATIENT, id: "ann", canonical: None };
    for (url, expected) in [
        ("_revinclude=Observation:subject", vec!["Observation/o1"]),
        ("_revinclude=Observation:patient", vec!["Observation/o1"]),
        ("_revinclude=Observation:subject:Patient", vec!["Observation/o1"]),
        ("_revinclude=Observation:*", vec!["Observation/o1"]),
        ("_revinclude=Encounter:patient", vec![]),
    ] {
        let (_, revincludes) = include("Patient", url);
        let query = revincludes[0].referring(std::slice::from_ref(&ann)).unwrap();
        assert_eq!(clinic.matches(&query), expected, "{url}");
    }
    let (_, revincludes) = include("Questionnaire", "_revinclude=QuestionnaireResponse:questionnaire");
    let q = Referred {
        resource_type: ResourceType::QUESTIONNAIRE,
        id: "q",
        canonical: Some(("http://q", Some("1.A"))),
    };
    let query = revincludes[0].referring(&[q]).unwrap();
    assert_eq!(clinic.matches(&query), ["QuestionnaireResponse/r1", "QuestionnaireResponse/r2"]);
}

#[test]
fn includes_that_can_include_nothing_are_refused() {
    for (url, text) in [
        (
            "_include=Patient:organization",
            "'_include=Patient:organization' can include nothing: the search is for Observation; ':iterate' follows what was included",
        ),
        ("_include=Observation", "the value 'Observation' of '_include' is not [type]:[reference parameter]"),
        (
            "_include=Observation:code",
            "search parameter 'code' of Observation is of type token; only references can be included",
        ),
        (
            "_include=Observation:subjet",
            "Observation has no reference parameter 'subjet'; did you mean 'subject'?",
        ),
        ("_include=Observation:subject:Encounter", "can include nothing"),
        (
            "_include:recurse=Observation:subject",
            "parameter '_include' has no modifier ':recurse' (supported: :iterate)",
        ),
        ("_revinclude=Patient:organization", "can include nothing"),
        ("_revinclude=*", "the value '*' of '_revinclude' is not [type]:[reference parameter]"),
    ] {
        let texts = refused("Observation", url);
        assert!(texts.len() == 1 && texts[0].contains(text), "{url}: {texts:?}");
    }
}

#[test]
fn the_version_of_a_canonical_is_kept() {
    let (includes, _) = include("QuestionnaireResponse", "_include=QuestionnaireResponse:questionnaire");
    let response = super::parse(r#"{"resourceType":"QuestionnaireResponse","questionnaire":"http://q|1"}"#);
    let expected = Target::Canonical {
        types: vec![ResourceType::QUESTIONNAIRE],
        url: "http://q".into(),
        version: Some("1".into()),
    };
    assert_eq!(includes[0].targets(&REGISTRY, &response), [expected]);
}
