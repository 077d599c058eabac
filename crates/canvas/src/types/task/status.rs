//! The three statuses that the vendor knows, and R4's others, which tasks of the R4 door can have.

/// What each is shown for, itself first.
const SHOWN: [(&str, &[&str]); 3] = [
    ("requested", &["requested", "draft", "received", "accepted", "ready", "in-progress", "on-hold"]),
    ("completed", &["completed"]),
    ("cancelled", &["cancelled", "rejected", "failed", "entered-in-error"]),
];

/// The stored statuses that are shown as `status`.
pub fn stored(status: &str) -> &'static [&'static str] {
    SHOWN.iter().find(|(shown, _)| *shown == status).map(|(_, stored)| *stored).unwrap_or_default()
}

/// What a stored status is shown as.
pub fn shown(stored: &str) -> Option<&'static str> {
    SHOWN.iter().find(|(_, known)| known.contains(&stored)).map(|(shown, _)| *shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn every_status_of_r4_is_shown_as_one_of_three() {
        let codes = [
            "draft",
            "requested",
            "received",
            "accepted",
            "rejected",
            "ready",
            "cancelled",
            "in-progress",
            "on-hold",
            "failed",
            "completed",
            "entered-in-error",
        ];
        for code in codes {
            let task = json!({ "resourceType": "Task", "status": code, "intent": "unknown" });
            let problems = interactions::validation::validate(&task, &Default::default());
            assert!(problems.is_empty(), "{code}: {problems:?}");
            assert!(shown(code).is_some_and(|shown| stored(shown).contains(&code)), "{code}");
        }
        assert_eq!(SHOWN.iter().map(|(_, stored)| stored.len()).sum::<usize>(), codes.len());
    }
}
