//! The contained Endpoint that carries a meeting link.

use super::elements::ENDPOINT_ID;
use fhir::{Json, Object, json};

/// The Endpoint as it is stored and read.
pub fn endpoint(address: &str) -> Json {
    json!({
        "resourceType": "Endpoint",
        "id": ENDPOINT_ID,
        "status": "active",
        "connectionType": { "code": "https" },
        "payloadType": [{ "coding": [{ "code": "video-call" }] }],
        "address": address
    })
}

/// The entry of supportingInformation that refers to it.
pub fn link() -> Json {
    json!({ "reference": (format!("#{ENDPOINT_ID}")), "type": "Endpoint" })
}

/// The meeting link among contained resources.
pub fn address(contained: &[Json]) -> Option<&str> {
    contained.iter().find(|resource| is_endpoint(resource))?.str("address")
}

/// Whether a contained resource is an Endpoint.
pub fn is_endpoint(resource: &Json) -> bool {
    resource.str("resourceType") == Some("Endpoint")
}

/// Fills in what R4 requires of an Endpoint and the vendor does not use: the placeholders that its migration guide
/// recommends (`{}`, `[]`, `[{"coding":[]}]`) and what is left out.
pub fn normalise(appointment: &mut Object) {
    let Some(Json::Array(contained)) = appointment.get_mut("contained") else { return };
    for endpoint in
        contained.iter_mut().filter(|resource| is_endpoint(resource)).filter_map(Json::as_object_mut)
    {
        if !endpoint.contains("status") {
            endpoint.insert("status", "active");
        }
        if is_placeholder(endpoint.get("connectionType")) {
            endpoint.insert("connectionType", json!({ "code": "https" }));
        }
        if is_placeholder(endpoint.get("payloadType")) {
            endpoint.insert("payloadType", json!([{ "coding": [{ "code": "video-call" }] }]));
        }
    }
}

/// Whether nothing is there, or nothing but empty lists and objects.
fn is_placeholder(value: Option<&Json>) -> bool {
    match value {
        None => true,
        Some(Json::Array(items)) => items.iter().all(|item| is_placeholder(Some(item))),
        Some(Json::Object(object)) => object.iter().all(|(_, member)| is_placeholder(Some(member))),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_what_the_vendor_reads_back() {
        let empty = || json!([{ "coding": [] }]);
        for payload in [json!([]), json!([{}]), empty()] {
            let mut body = json!({
                "contained": [{ "resourceType": "Endpoint", "connectionType": {}, "payloadType": payload, "address": "x" }]
            });
            let body = body.as_object_mut().unwrap();
            normalise(body);
            let found = body.items("contained")[0].clone();
            assert_eq!(found.at(&["connectionType", "code"]).and_then(Json::as_str), Some("https"));
            assert_eq!(
                found.at(&["payloadType", "0", "coding", "0", "code"]).and_then(Json::as_str),
                Some("video-call")
            );
        }
    }

    #[test]
    fn what_is_more_than_a_placeholder_stays() {
        let mut body = json!({
            "contained": [{ "resourceType": "Endpoint", "connectionType": { "code": 1i64 }, "payloadType": [{ "text": "x" }] }]
        });
        let before = body.clone();
        normalise(body.as_object_mut().unwrap());
        let (now, before) = (&body.items_of("contained")[0], &before.items_of("contained")[0]);
        assert_eq!(now.get("connectionType"), before.get("connectionType"));
        assert_eq!(now.get("payloadType"), before.get("payloadType"));
    }

    trait Items {
        fn items_of(&self, name: &str) -> &[Json];
    }

    impl Items for Json {
        fn items_of(&self, name: &str) -> &[Json] {
            self.get(name).map(Json::items).unwrap_or_default()
        }
    }
}
