//! Task.

use super::Case;

pub const CASE: Case = Case {
    name: "Task",
    finding: &[
        "_id={id}",
        "_id=Task/{id}",
        "description=ask patient for",
        "due=2023-09-23",
        "due=ge2023-09-01&due=lt2023-10-01",
        "label=Urgent",
        "label=Urgent,Other",
        "modified=ge2023-10-22T21:00:00Z",
        "owner=Practitioner/a02cbf2403e140f7bc9a355c6ed420f3",
        "patient=Patient/cfd91cd3bd9046db81199aa8ee4afd7f",
        "requester=Practitioner/4150cd20de8a470aa570a852859ac87e",
        "status=completed",
    ],
    missing: &[
        "_id={other}",
        "_id=Task/{other}",
        "description=insurance",
        "due=gt2023-09-23",
        "label=urgent",
        "label=Urg",
        "modified=lt2023-10-22T21:00:00Z",
        "owner=Practitioner/{other}",
        "patient=Patient/{other}",
        "priority=routine",
        "requester=Practitioner/{other}",
        "status=requested",
    ],
    finding_nothing: &["priority"],
    shapes: &[
        (
            "Task.extension(http://schemas.canvasmedical.com/fhir/extensions/task-group).valueReference.display",
            "the group that the test puts in its place has no name",
        ),
        (
            "Task.extension(http://schemas.canvasmedical.com/fhir/extensions/task-permalink)",
            "it leads into the vendor's user interface, and may be absent",
        ),
    ],
    ..Case::NEW
};
