//! The XML form of resources, case by case: both directions, and what is refused where.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::{Issue, Json, xml};

const DEPTH: usize = 20;

fn json(text: &str) -> Json {
    fhir::json::parse(text.as_bytes(), DEPTH).unwrap()
}

/// A Patient with `inside` as its content.
fn patient(inside: &str) -> String {
    format!("<Patient xmlns=\"http://hl7.org/fhir\">{inside}</Patient>")
}

/// The two forms of one resource, each from the other.
#[track_caller]
fn both(xml_text: &str, json_text: &str) {
    let read = xml::read(xml_text.as_bytes(), DEPTH).unwrap();
    assert_eq!(read.to_string(), json(json_text).to_string());
    let written = String::from_utf8(xml::write(&json(json_text))).unwrap();
    assert_eq!(written, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml_text}"));
}

#[track_caller]
fn reads(xml_text: &str, json_text: &str) {
    let read = xml::read(xml_text.as_bytes(), DEPTH).unwrap();
    assert_eq!(read.to_string(), json(json_text).to_string());
}

/// Problems as `line:column expression: text`.
#[track_caller]
fn refused(xml_text: &str, expected: &[&str]) {
    let problems = xml::read(xml_text.as_bytes(), DEPTH).unwrap_err();
    let told: Vec<String> = problems
        .iter()
        .map(|p| format!("{}:{} {}: {}", p.line, p.column, p.expression.as_deref().unwrap_or("-"), p.problem))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn primitives_are_values_of_their_types() {
    both(
        &patient(
            "<active value=\"true\"/><birthDate value=\"1980-01-02\"/>\
             <multipleBirthInteger value=\"2\"/>",
        ),
        r#"{"resourceType":"Patient","active":true,"birthDate":"1980-01-02","multipleBirthInteger":2}"#,
    );
    both(
        "<Observation xmlns=\"http://hl7.org/fhir\"><valueQuantity><value value=\"1.50\"/></valueQuantity></Observation>",
        r#"{"resourceType":"Observation","valueQuantity":{"value":1.50}}"#,
    );
}

#[test]
fn what_is_no_value_of_its_type_stays_text_for_validation_to_tell() {
    reads(
        &patient("<active value=\"yes\"/><multipleBirthInteger value=\"+02\"/>"),
        r#"{"resourceType":"Patient","active":"yes","multipleBirthInteger":"+02"}"#,
    );
}

#[test]
fn ids_of_elements_are_attributes_and_ids_of_resources_are_elements() {
    both(
        &patient(
            "<id value=\"p\"/><name id=\"n\"><family id=\"f\" value=\"A\"/></name><birthDate id=\"b\"/>",
        ),
        r#"{"resourceType":"Patient","id":"p",
            "name":[{"id":"n","family":"A","_family":{"id":"f"}}],"_birthDate":{"id":"b"}}"#,
    );
}

#[test]
fn lists_of_primitives_keep_the_places_of_their_extensions() {
    let extension = "<extension url=\"http://e\"><valueCode value=\"c\"/></extension>";
    both(
        &patient(&format!(
            "<name><given value=\"A\"/><given value=\"B\">{extension}</given><given>{extension}</given></name>"
        )),
        r#"{"resourceType":"Patient","name":[{"given":["A","B",null],"_given":[null,
            {"extension":[{"url":"http://e","valueCode":"c"}]},{"extension":[{"url":"http://e","valueCode":"c"}]}]}]}"#,
    );
    both(
        &patient(&format!("<name><given>{extension}</given></name>")),
        r#"{"resourceType":"Patient","name":[{"_given":[{"extension":[{"url":"http://e","valueCode":"c"}]}]}]}"#,
    );
    reads(
        &patient(&format!("<name><given>{extension}</given><given value=\"B\"/></name>")),
        r#"{"resourceType":"Patient","name":[{"given":[null,"B"],
            "_given":[{"extension":[{"url":"http://e","valueCode":"c"}]},null]}]}"#,
    );
}

#[test]
fn resources_stand_inside_the_element_that_contains_them() {
    both(
        &patient(
            "<contained><Organization><id value=\"o\"/></Organization></contained>\
                  <managingOrganization><reference value=\"#o\"/></managingOrganization>",
        ),
        r##"{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o"}],
            "managingOrganization":{"reference":"#o"}}"##,
    );
    both(
        "<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Patient><active value=\"true\"/></Patient>\
         </resource></entry><entry><resource><Basic/></resource></entry></Bundle>",
        r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","active":true}},
            {"resource":{"resourceType":"Basic"}}]}"#,
    );
}

#[test]
fn narratives_keep_every_character() {
    let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\"  lang='en'><p>a &lt; b&#160;<br/><!-- c --> é\n</p></div>";
    both(
        &patient(&format!("<text><status value=\"generated\"/>{div}</text>")),
        &format!(r#"{{"resourceType":"Patient","text":{{"status":"generated","div":{}}}}}"#, Json::from(div)),
    );
}

#[test]
fn narratives_stand_alone_once_they_are_json() {
    let expected =
        |div: &str| format!(r#"{{"resourceType":"Patient","text":{{"div":{}}}}}"#, Json::from(div));
    reads(
        "<f:Patient xmlns:f=\"http://hl7.org/fhir\" xmlns=\"http://www.w3.org/1999/xhtml\"><f:text>\
         <div>a<b>c</b></div></f:text></f:Patient>",
        &expected("<div xmlns=\"http://www.w3.org/1999/xhtml\">a<b>c</b></div>"),
    );
    reads(
        &patient(
            "<text><h:div xmlns:h=\"http://www.w3.org/1999/xhtml\">a<h:b class=\"x\">c</h:b><h:br/></h:div></text>",
        ),
        &expected(
            "<div xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:h=\"http://www.w3.org/1999/xhtml\">a<b class=\"x\">c\
             </b><br/></div>",
        ),
    );
}

#[test]
fn a_narrative_that_is_not_xml_is_written_as_the_text_it_is() {
    let writes = |div: &str, expected: &str| {
        let resource = json(&format!(r#"{{"resourceType":"Patient","text":{{"div":{}}}}}"#, Json::from(div)));
        let written = String::from_utf8(xml::write(&resource)).unwrap();
        assert!(written.contains(&format!("<text>{expected}</text>")), "{written}");
        assert!(xml::read(written.as_bytes(), DEPTH).is_ok(), "{written}");
    };
    let xhtml = "xmlns=\"http://www.w3.org/1999/xhtml\"";
    writes("<div>a</div>", &format!("<div {xhtml}>a</div>"));
    writes("<div/>", &format!("<div {xhtml}/>"));
    writes("<div>a<br></div>", &format!("<div {xhtml}>&lt;div&gt;a&lt;br&gt;&lt;/div&gt;</div>"));
    writes("<div>&nbsp;</div>", &format!("<div {xhtml}>&lt;div&gt;&amp;nbsp;&lt;/div&gt;</div>"));
    writes(
        "</div></text><active value=\"true\"/>",
        &format!("<div {xhtml}>&lt;/div&gt;&lt;/text&gt;&lt;active value=\"true\"/&gt;</div>"),
    );
    writes(
        "<div></div></text><active/><text>",
        &format!("<div {xhtml}>&lt;div&gt;&lt;/div&gt;&lt;/text&gt;&lt;active/&gt;&lt;text&gt;</div>"),
    );
    writes("<!DOCTYPE x><div/>", &format!("<div {xhtml}>&lt;!DOCTYPE x&gt;&lt;div/&gt;</div>"));
}

#[test]
fn elements_are_written_in_the_order_of_the_specification() {
    let written = xml::write(&json(
        r#"{"birthDate":"1980","name":[{"given":["A"],"id":"n","use":"usual"}],"resourceType":"Patient","id":"p"}"#,
    ));
    let expected = patient(
        "<id value=\"p\"/><name id=\"n\"><use value=\"usual\"/><given value=\"A\"/></name><birthDate value=\"1980\"/>",
    );
    assert_eq!(
        String::from_utf8(written).unwrap(),
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{expected}")
    );
}

#[test]
fn pretty_xml_is_indented_by_two_spaces_and_leaves_narratives_alone() {
    let written = xml::write_pretty(&json(
        r#"{"resourceType":"Patient","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p></div>"},
            "name":[{"given":["A"]}],"active":true}"#,
    ));
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Patient xmlns=\"http://hl7.org/fhir\">\n  <text>\n    \
                    <div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p></div>\n  </text>\n  <active value=\"true\"/>\n  \
                    <name>\n    <given value=\"A\"/>\n  </name>\n</Patient>";
    assert_eq!(String::from_utf8(written).unwrap(), expected);
}

#[test]
fn answers_that_are_json_already_become_xml() {
    let bundle = br#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Basic","id":"b"}}]}"#;
    let written = xml::from_json(bundle, DEPTH, false).unwrap();
    assert_eq!(written, xml::write(&fhir::json::parse(bundle, DEPTH).unwrap()));
    assert!(xml::from_json(bundle, 3, false).is_err());
}

#[test]
fn characters_that_xml_reserves_survive() {
    both(
        &patient("<name><text value=\"a&lt;b&gt;&amp;&quot;'&#13;&#10;&#9;é😀\"/></name>"),
        r#"{"resourceType":"Patient","name":[{"text":"a<b>&\"'\r\n\té😀"}]}"#,
    );
    let written = xml::write(&json(r#"{"resourceType":"Patient","name":[{"text":"a\u0001"}]}"#));
    assert!(String::from_utf8(written).unwrap().contains("value=\"a\u{fffd}\""));
}

#[test]
fn what_xml_allows_besides_is_read_over() {
    reads(
        "\u{feff}<?xml version='1.0' encoding='utf-8' standalone=\"yes\"?>\n<!-- c --><?pi x?>\n<f:Patient\n \
         xmlns:f = 'http://hl7.org/fhir' xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://hl7.org/fhir ../patient.xsd\" >\n <!-- c --><f:active value = 'true' >\n\
         </f:active\n><?pi?></f:Patient >\n<!-- c -->\n",
        r#"{"resourceType":"Patient","active":true}"#,
    );
}

#[test]
fn a_value_that_is_no_resource_has_no_xml() {
    for text in ["[]", "{}", r#"{"resourceType":"Nothing"}"#, r#"{"resourceType":"Resource"}"#, "1"] {
        assert!(xml::write(&json(text)).is_empty(), "{text}");
    }
    let odd = r#"{"resourceType":"Patient","unknown":1,"name":"x","active":[true,{}],"contained":[{}],"_birthDate":3}"#;
    let written = String::from_utf8(xml::write(&json(odd))).unwrap();
    assert!(written.ends_with(&patient("<active value=\"true\"/>")), "{written}");
}

#[test]
fn every_problem_is_told_with_its_place() {
    refused(
        &patient(
            "\n<active value=\"true\" x=\"1\"/>\n<phot/>\n<name value=\"A\">text<given/></name>\n\
             <name><id value=\"n\"/><give value=\"B\"/></name>\n<deceased value=\"true\"/>\n<gender value=\"male\"/>\n\
             <gender value=\"female\"/><telecom/>",
        ),
        &[
            "2:22 Patient.active: boolean has no attribute 'x'; it can have value and id",
            "3:1 Patient.phot: Patient has no element 'phot'; did you mean 'photo'?",
            "4:7 Patient.name[0]: HumanName has no attribute 'value'; only primitive types have a value, others have \
             elements",
            "4:17 Patient.name[0]: text 'text' is not allowed here; values are written value=\"…\"",
            "4:21 Patient.name[0].given[0]: given has neither a value nor an extension; leave it out",
            "5:7 Patient.name[1].id: HumanName has no element 'id'; id is an attribute in XML",
            "5:22 Patient.name[1].give: HumanName has no element 'give'; did you mean 'given'?",
            "6:1 Patient.deceased: Patient has no element 'deceased'; its name ends with the type, as in deceasedBoolean",
            "8:1 Patient.gender: gender appears twice; it can be there once",
            "8:25 Patient.telecom[0]: telecom must stand before gender: XML keeps the order of the specification",
        ],
    );
}

#[test]
fn problems_leave_the_rest_to_be_validated() {
    let reading = xml::read_all(patient("<phot/><birthDate value=\"1980-13\"/>").as_bytes(), DEPTH);
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(reading.resource.unwrap().str("birthDate"), Some("1980-13"));
    let issue = Issue::from(&reading.problems[0]);
    assert_eq!(issue.text, "line 1, column 38: Patient has no element 'phot'; did you mean 'photo'?");
    assert_eq!(issue.expression.as_deref(), Some("Patient.phot"));
}

#[test]
fn contained_resources_are_looked_at_too() {
    refused(
        "<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Patient><x/></Patient></resource></entry><entry>\
         <resource x=\"y\">a</resource></entry><entry><resource><Patient/><Basic/></resource></entry><entry><resource>\
         <Pateint/></resource></entry></Bundle>",
        &[
            "1:63 Bundle.entry[0].resource.x: Patient has no element 'x'",
            "1:113 Bundle.entry[1].resource: Resource has no attribute 'x'",
            "1:119 Bundle.entry[1].resource: text 'a' is not allowed here; values are written value=\"…\"",
            "1:103 Bundle.entry[1].resource: resource is empty; it holds a resource",
            "1:166 Bundle.entry[2].resource: resource holds one resource",
            "1:210 Bundle.entry[3].resource: 'Pateint' is no resource type of FHIR R4; did you mean 'Patient'?",
        ],
    );
}

#[test]
fn namespaces_are_not_guessed() {
    refused(
        "<Patient><active value=\"true\"/></Patient>",
        &["1:1 -: <Patient> must be in the namespace of FHIR: xmlns=\"http://hl7.org/fhir\""],
    );
    refused(
        &patient("<text><div>x</div></text><x:active xmlns:x=\"urn:x\" value=\"true\"/>"),
        &[
            "1:44 Patient.text.div: <div> is in the namespace 'http://hl7.org/fhir'; it belongs in \
             'http://www.w3.org/1999/xhtml'",
            "1:63 Patient.active: <active> is in the namespace 'urn:x'; it belongs in 'http://hl7.org/fhir'",
        ],
    );
    refused(
        &patient("<text><div xmlns=\"http://www.w3.org/1999/xhtml\"><x xmlns=\"urn:x\"/></div></text>"),
        &["1:86 Patient.text.div: the element <x> is not XHTML"],
    );
    refused(&patient("<x:active/>"), &["1:39 -: the namespace prefix 'x' is not declared"]);
    refused(
        "<Patent xmlns=\"http://hl7.org/fhir\"/>",
        &["1:1 -: 'Patent' is no resource type of FHIR R4; did you mean 'Patient'?"],
    );
}
