//! `_explain=true`: how a search is carried out, for operators.

use crate::support::{Request, Site, Store};
use fhir::Json;

#[test]
fn an_operator_sees_what_drives_a_search_and_no_value_of_it() {
    for store in Store::all() {
        let site = Site::on(store);
        let path = "/fhir/Patient?family=Nobody&gender=female&_sort=birthdate&_explain=true";
        let plan = site.get(path).expect(200);
        let parameters = plan.json();
        let names = parameters.get("parameter").unwrap().items().iter().filter_map(|one| one.str("name"));
        let names: Vec<&str> = names.collect();
        assert!(names.contains(&"driver") && names.contains(&"statement"), "{}", plan.text());
        assert!(plan.text().contains("SELECT") && !plan.text().to_lowercase().contains("nobody"));
        assert_eq!(validation::validate(&parameters, &validation::Options::default()), []);
        let types = parameters.at(&["parameter", "0", "part", "0", "valueCode"]);
        assert_eq!(types.and_then(Json::as_str), Some("Patient"));
    }
}

#[test]
fn nobody_else_does() {
    let site = Site::new();
    let token = site.token_for("system/Patient.*");
    let request = Request::new("GET", "/fhir/Patient?_explain=true");
    let refused = site.ask_with(request.header("authorization", &format!("Bearer {token}"))).expect(403);
    assert!(refused.header("www-authenticate").unwrap().contains("system/*.*"));
    site.get("/fhir/Patient?_explain=yes").expect(400);
}
