//! Contained resources.

use super::*;

#[test]
fn contained_resources_are_referred_to_or_refer_to_their_container() {
    check_observation(
        r##""contained":[{"resourceType":"Patient","id":"a","managingOrganization":{"reference":"#b"}},
            {"resourceType":"Organization","id":"b","name":"x"},
            {"resourceType":"Provenance","id":"c","recorded":"2024-01-01T00:00:00Z","target":[{"reference":"#"}],
             "agent":[{"who":{"reference":"#a"}}]},
            {"resourceType":"ValueSet","id":"d","status":"draft"}],
            "extension":[{"url":"http://a","valueCanonical":"#d"}]"##,
        &[],
    );
    check_observation(
        r##""contained":[{"resourceType":"Patient","id":"a","active":1},{"resourceType":"Patient","id":"b"}],
            "subject":{"reference":"#b"},"status ":1"##,
        &[
            (
                "invariant",
                "Observation.contained[0]",
                "dom-3: contained resource 'a' is not referred to by the Observation; add a reference to '#a' or leave it out",
            ),
            (
                "value",
                "Observation.contained[0].active",
                "active 1 is not a boolean (true or false, without quotes)",
            ),
            (
                "structure",
                "Observation.`status `",
                "Observation has no element 'status '; did you mean 'status'?",
            ),
        ],
    );
}

#[test]
fn contained_resources_have_ids_of_their_own() {
    check_observation(
        r##""contained":[{"resourceType":"Patient"},{"resourceType":"Patient","id":"a"},{"resourceType":"Group","id":"a"}],
            "subject":{"reference":"#a"}"##,
        &[
            ("required", "Observation.contained[0].id", "id is required in a contained resource"),
            (
                "invariant",
                "Observation.contained[2]",
                "dom-3: contained resource 'a' is not referred to by the Observation; add a reference to '#a' or leave it out",
            ),
            ("required", "Observation.contained[2].type", "type is required"),
            ("required", "Observation.contained[2].actual", "actual is required"),
            (
                "duplicate",
                "Observation.contained[2].id",
                "contained resources must have different ids, but 'a' appears twice",
            ),
        ],
    );
}

#[test]
fn contained_resources_have_no_history_and_contain_nothing() {
    check_observation(
        r##""contained":[{"resourceType":"Patient","id":"a","meta":{"versionId":"1","lastUpdated":"2024-01-01T00:00:00Z",
            "security":[{"code":"x"}],"profile":["http://a"]},"contained":[{"resourceType":"Basic"}]}],
            "subject":{"reference":"#a"}"##,
        &[
            (
                "invariant",
                "Observation.contained[0].meta.versionId",
                "dom-4: contained resource 'a' must not have meta.versionId; it has none apart from its container's",
            ),
            (
                "invariant",
                "Observation.contained[0].meta.lastUpdated",
                "dom-4: contained resource 'a' must not have meta.lastUpdated; it has none apart from its container's",
            ),
            (
                "invariant",
                "Observation.contained[0].meta.security",
                "dom-5: contained resource 'a' must not have meta.security; it has none apart from its container's",
            ),
            (
                "invariant",
                "Observation.contained[0].contained",
                "dom-2: a contained resource must not contain others; move them up to its container",
            ),
        ],
    );
}

#[test]
fn contained_resources_have_a_known_type() {
    check_observation(
        r##""contained":[{"resourceType":"Patint","id":"a"},{"id":"b"}],"subject":{"reference":"#a"}"##,
        &[
            (
                "structure",
                "Observation.contained[0].resourceType",
                "resourceType 'Patint' is not a resource type of FHIR R4; did you mean 'Patient'?",
            ),
            ("required", "Observation.contained[1].resourceType", "resourceType is required"),
        ],
    );
}
