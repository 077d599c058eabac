//! Allergen.

use super::Case;

pub const CASE: Case = Case {
    name: "Allergen",
    finding: &[
        "code=http://www.nlm.nih.gov/research/umls/rxnorm|6979",
        "code=6979&_text=MINOCYCLINE",
        "_text=6979",
    ],
    missing: &["code=http://snomed.info/sct|6979", "_text=nothing of the kind"],
    values: &[("text", "a stray quotation mark in the example")],
    ..Case::NEW
};
