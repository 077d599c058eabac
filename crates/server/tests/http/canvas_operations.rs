//! The vendor's operations, and the scopes they need; the type that R4 does not know.

use crate::support::{Reply, Request, Site};
use canvas::clinic::demo;
use canvas::types::TYPES;

const RESET: &str = "send-reset-password-email";

fn reset(site: &Site, method: &str, scopes: &str) -> Reply {
    let path = format!("/Practitioner/{}/${RESET}", demo::PRACTITIONER);
    let token = site.token_for(scopes);
    let request = Request::new(method, &path)
        .header("authorization", &format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(r#"{"resourceType":"Parameters"}"#);
    site.send(request)
}

#[test]
fn an_operation_needs_its_own_scope_and_one_for_the_type() {
    let site = Site::new();
    for scopes in [
        "system/Practitioner.send-reset-password-email system/Practitioner.read",
        "user/Practitioner.send-reset-password-email system/*.write",
    ] {
        assert_eq!(reset(&site, "POST", scopes).expect(200).body, b"", "{scopes}");
    }
    for (scopes, needed) in [
        ("system/*.* user/*.*", "system/Practitioner.send-reset-password-email"),
        ("system/Practitioner.send-reset-password-email system/Patient.*", "system/Practitioner.read"),
    ] {
        let refused = reset(&site, "POST", scopes).expect(403);
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(challenge.contains(&format!("scope=\"{needed}\"")), "{challenge}");
    }
    assert_eq!(site.search("/fhir/CommunicationRequest?status=active").len(), 2);
}

#[test]
fn a_lab_report_needs_its_scope_and_one_to_write_reports() {
    let site = Site::new();
    let contract = &canvas::types::diagnostic_report::CONTRACT;
    let operation =
        contract.operations.iter().find(|operation| operation.name == "create-lab-report").unwrap();
    let body = operation.minimal.replace("{demo-patient}", demo::PATIENT);
    let send = |scopes: &str| {
        let request = Request::new("POST", "/DiagnosticReport/$create-lab-report")
            .header("authorization", &format!("Bearer {}", site.token_for(scopes)))
            .header("content-type", "application/json");
        site.send(request.body(body.as_str()))
    };
    let own = "system/DiagnosticReport.create-lab-report";
    for scopes in
        [own.to_owned(), format!("{own} system/DiagnosticReport.read"), "system/*.* user/*.*".to_owned()]
    {
        send(&scopes).expect(403);
    }
    for scopes in [
        format!("{own} system/DiagnosticReport.write"),
        "user/DiagnosticReport.create-lab-report user/*.*".to_owned(),
    ] {
        assert_eq!(send(&scopes).expect(200).body, b"", "{scopes}");
    }
    let found =
        format!("/fhir/DiagnosticReport?category=LAB&patient=Patient/{}&issued=gt2025", demo::PATIENT);
    assert_eq!(site.search(&found).len(), 2);
}

#[test]
fn an_operation_is_where_it_is_and_nowhere_else() {
    let site = Site::new();
    let scopes = "system/Practitioner.send-reset-password-email system/*.*";
    assert_eq!(reset(&site, "PUT", scopes).expect(405).header("allow"), Some("POST"));
    for path in [
        format!("/Practitioner/${RESET}"),
        format!("/Patient/{}/${RESET}", demo::PATIENT),
        format!("/Practitioner/{}/$other", demo::PRACTITIONER),
    ] {
        site.ask_with(Request::new("POST", &path).body("{}")).expect(404);
    }
    let path = format!("/Practitioner/{}/${RESET}", demo::PRACTITIONER);
    site.send(Request::new("POST", &path).body("{}")).expect(401);
}

#[test]
fn an_item_of_a_claims_activity_log_needs_its_own_scope_and_one_to_write_claims() {
    let site = Site::new();
    let log = |id: &str, scopes: &str| {
        let token = site.token_for(scopes);
        let request = Request::new("POST", &format!("/Claim/{id}/$add-activity-log-item"))
            .header("authorization", &format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(r#"{"resourceType":"Parameters","parameter":[{"name":"comment","valueString":"Called"}]}"#);
        site.send(request)
    };
    for scopes in [
        "system/Claim.add-activity-log-item system/Claim.write",
        "user/Claim.add-activity-log-item system/*.write",
    ] {
        assert_eq!(log(demo::CLAIM, scopes).expect(200).body, b"", "{scopes}");
    }
    for (scopes, needed) in [
        ("system/*.* user/*.*", "system/Claim.add-activity-log-item"),
        ("system/Claim.add-activity-log-item system/Claim.read", "system/Claim.write"),
    ] {
        // Who may not do it does not learn whether the claim exists.
        for id in [demo::CLAIM, "00000000-0000-4000-8000-000000000000"] {
            let refused = log(id, scopes).expect(403);
            let challenge = refused.header("www-authenticate").unwrap();
            assert!(challenge.contains(&format!("scope=\"{needed}\"")), "{challenge}");
        }
    }
    let unknown = "00000000-0000-4000-8000-000000000000";
    log(unknown, "system/Claim.add-activity-log-item system/Claim.write").expect(404);
    assert_eq!(site.search(&format!("/fhir/List?item=Claim/{}", demo::CLAIM)).len(), 2);
}

#[test]
fn every_operation_of_a_contract_has_a_scope_that_tokens_can_have() {
    let mut known: Vec<(&str, &str)> = auth::OPERATIONS.to_vec();
    for contract in TYPES.iter().map(|served| served.contract()) {
        for operation in contract.operations {
            assert!(known.contains(&(contract.name, operation.name)), "{}", operation.name);
            known.retain(|one| *one != (contract.name, operation.name));
        }
    }
    // Scopes of operations whose types are not served yet.
    assert!(known.len() <= 1, "{known:?}");
}

#[test]
fn the_type_that_r4_does_not_know_is_served_at_the_canvas_door_alone() {
    let site = Site::new();
    let get = |path: &str| site.ask_with(Request::new("GET", path));
    let found =
        get("/Allergen?code=http%3A%2F%2Fwww.nlm.nih.gov%2Fresearch%2Fumls%2Frxnorm%7C6979").expect(200);
    assert_eq!(
        found.json().at(&["link", "0", "url"]).unwrap().as_str(),
        Some(
            "/Allergen?code=http%3A%2F%2Fwww.nlm.nih.gov%2Fresearch%2Fumls%2Frxnorm%7C6979&_count=10&_offset=0"
        )
    );
    assert_eq!(get("/Allergen/fdb-6-2754").expect(200).json().str("resourceType"), Some("Allergen"));
    let unknown = get("/Allergen/fdb-0").expect(404).json();
    assert_eq!(
        unknown.at(&["issue", "0", "details", "text"]).unwrap().as_str(),
        Some("Unknown Allergen resource 'fdb-0'")
    );
    get("/Allergen").expect(400);
    get("/Basic").expect(404);
    get("/fhir/Allergen").expect(404);
    site.ask_with(Request::new("POST", "/Allergen").body("{}")).expect(405);
    let token = site.token_for("user/Allergen.read");
    let with =
        |path: &str| site.send(Request::new("GET", path).header("authorization", &format!("Bearer {token}")));
    with("/Allergen/fdb-6-2754").expect(200);
    with("/AllergyIntolerance").expect(403);
}
