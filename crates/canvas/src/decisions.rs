//! Where the vendor's facts are silent or contradict each other: what was chosen for the whole door, and the page that
//! lists this and what was chosen for each type.

use crate::contract::{Contract, Decision, decision};
use crate::types::TYPES;

/// What holds for all types.
pub const DOOR: &[Decision] = &[
    decision(
        "Texts of 400 and 412",
        "\"The request was malformed or failed validation.\" and \"The resource has been modified since the precondition was specified.\"",
        "the error contract; the samples of the type pages (Bad request; Resource updated since If-Unmodified-Since date) are older.",
    ),
    decision(
        "Findings of one request",
        "All problems of a body are told at once, in document order. Where a rule and R4's validation find something at one place, the rule's text is told.",
        "the error contract.",
    ),
    decision(
        "Order of checks inside a write",
        "Existence (404), precondition (412), references (400), rules of business (422).",
        "the error contract puts references into the write: they depend on what is stored. Nothing else of a request matters when the resource it is for does not exist.",
    ),
    decision(
        "References in what is sent",
        "Must be {ResourceType}/{id} and lead to something that exists: 400, not-found, with the place. Absolute URLs, URNs, searches and references to versions are refused.",
        "general.json gives the one form. What an absolute URL leads to cannot be checked; the vendor knows no versions.",
    ),
    decision(
        "The id in the body of an update",
        "May be missing; another one than that of the URL is refused (400).",
        "Tables require it, no example sends it.",
    ),
    decision(
        "Elements and extensions that a contract does not list",
        "Are checked as R4 has them and not stored at this door. What the R4 door stored of them is kept on update and not shown.",
        "The vendor has no place for them; an application must not come to rely on them.",
    ),
    decision(
        "Resources written at the R4 door",
        "Are read and found under whatever id they have, in the vendor's shape as far as they have its elements.",
        "Imported data have ids of other forms. A wrong form is therefore no error of its own: nothing is found, 404.",
    ),
    decision(
        "Types that are read-only here",
        "Show the elements and extensions of their contract and no others, at every depth, and no extensions of primitive values. References get their type. A concept that the vendor shows by text alone takes the first display of its codings, one that it shows by codings alone a coding with its text as display. Times for which a page gives the form +00:00 are shown in UTC.",
        "What other software wrote has many forms; an application gets one.",
    ),
    decision(
        "Codes of R4 that the vendor does not list",
        "Are shown as they are stored, unless the type says otherwise; search parameters with a closed list take those of the list.",
        "Another code would say what nobody recorded.",
    ),
    decision("Deleted resources", "Read as 404.", "The vendor has no deletions."),
    decision(
        "Notes",
        "The note of an encounter is the one that its note-id extension names, else one with the encounter's own id. What names neither encounter nor note lands in a new note: a Composition, stored in the same write, whose id is the note's.",
        "The Note API is not served yet; the facts say that encounters come from notes and that a Data Import note has no encounter. A Composition is what R4 has for a note.",
    ),
    decision(
        "The note-id that is shown",
        "That of the record's encounter where it has one, else the one it landed in; the encounter of a note that a create names by its id is added.",
        "All records of one note then show the same, also those that were written at the R4 door.",
    ),
    decision(
        "A note-id that names no note",
        "400, not-found, with the place.",
        "It is a reference that leads nowhere, and is refused as those are.",
    ),
    decision(
        "A note that is deleted or cancelled",
        "422 with the text of the facts for every type that lands in notes, whether it is named by its id or by its encounter. Cancelled is an encounter that is cancelled or entered-in-error, or planned with an appointment that is cancelled, missed or deleted; deleted a Composition that is entered-in-error.",
        "The change released 2026-08-05 is about all types; a note is the same however it is named.",
    ),
    decision(
        "A note of another patient",
        "422.",
        "The facts are silent; nobody's record may land in the chart of another.",
    ),
    decision(
        "Updates that only mark a record entered-in-error",
        "References in what has no effect need not lead anywhere. Marking what is marked changes nothing.",
        "Every other element is ignored.",
    ),
    decision(
        "Ids of entries (telecom, address, contact, identifier) that match nothing",
        "The entry is new and gets a fresh id; on create, sent ids are passed over.",
        "The facts are silent; the stored list is what the client sent.",
    ),
    decision(
        "_count and _offset",
        "More than 100 is served as 100; 0, a negative or no number is refused (400). An offset after the end is an empty page with links.",
        "general.json leaves it open.",
    ),
    decision(
        "Search parameters that are not listed, modifiers, prefixes, empty values",
        "Are refused (400), each with what is supported; no parameter takes a modifier. Prefer: handling=lenient leaves them out and says so in an entry with search.mode outcome.",
        "the error contract. The vendor documents no modifiers.",
    ),
    decision(
        "Spellings",
        "birthDate and npiNumber of the pages are understood beside birthdate and npi-number of the live statement; the latter are advertised.",
        "Applications were written for either.",
    ),
    decision(
        "Several values",
        "A comma separates alternatives, a repeated parameter must hold each time.",
        "FHIR; the pages are silent on the first.",
    ),
    decision(
        "Comparators of dates",
        "eq, ne, gt, ge, lt, le, as spans of time in the clinic's zone; sa, eb and ap are refused.",
        "general.json lists six.",
    ),
    decision("phone and email", "Are compared whole.", "The live statement types them token."),
    decision(
        "Order without _sort",
        "By the time of the last change, the oldest first.",
        "The facts are silent; a walk over pages then misses nothing that is added meanwhile.",
    ),
    decision(
        "Links",
        "The parameters that were honoured in the order of the request, percent-encoded but for the unreserved characters, then _count and _offset.",
        "general.json; most of its examples are encoded.",
    ),
    decision(
        "/Type/id/files/name",
        "With a bearer token answers 307 to the same path with the parameters expires and signature; that link needs no token, is good for 10 minutes, and answers with the bytes. It is also what deprecated-url holds. An expired or altered one is as one without: 401 unless a token is there.",
        "general.json describes a temporary redirect to a pre-signed URL and not its host or its errors; the page of DocumentReference says that such a URL expires after 10 minutes.",
    ),
    decision(
        "Operations",
        "Need their own scope, system/ or user/, and besides it one for the type: to write it where the operation changes what is shown, else to read or to write it. They answer 200 without a body.",
        "The digest of 2026-08 says besides the resource scope, which is newer than the pages' either of the two; no answer is documented.",
    ),
    decision(
        "CapabilityStatement",
        "publisher is Easel; instantiates is left out; implementation.description is there.",
        "The US Core server statement demands types and security that are not served yet; R4 demands a description of an instance (cpb-15).",
    ),
];

/// `docs/canvas-decisions.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "<!-- Written from the contracts by EASEL_TEST_WRITE_DOCS=1 cargo test -p canvas; do not edit. -->\n\n\
         # Decisions at the Canvas door\n\n\
         Where the vendor's facts are silent or contradict each other, this was chosen. Precedence: the error contract, the live\n\
         capability statement, entries marked as newer, the type's page, the examples, R4.\n",
    );
    write(&mut page, "All types", DOOR);
    let mut contracts: Vec<&Contract> = TYPES.iter().map(|served| served.contract()).collect();
    contracts.sort_by_key(|contract| contract.name);
    for contract in contracts.into_iter().filter(|contract| !contract.decisions.is_empty()) {
        write(&mut page, contract.name, contract.decisions);
    }
    page
}

fn write(page: &mut String, heading: &str, decisions: &[Decision]) {
    page.push_str(&format!("\n## {heading}\n\n| about | decision | reason |\n|---|---|---|\n"));
    for Decision { about, decision, reason } in decisions {
        let cells = [about, decision, reason].map(|cell| cell.replace('|', "\\|"));
        page.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}
