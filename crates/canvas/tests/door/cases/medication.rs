//! Medication.

use super::Case;

pub const CASE: Case = Case {
    name: "Medication",
    finding: &[
        "code=http://www.nlm.nih.gov/research/umls/rxnorm|1092189",
        "code=1092378&_text=EXTRA strength",
        "code=http://www.fdbhealth.com/|449732",
        "_text=tylenol",
    ],
    missing: &[
        "code=http://www.fdbhealth.com/|1092189",
        "code=1092189&_text=lisinopril",
        "_text=1092189",
        "_text=div",
    ],
    ..Case::NEW
};
