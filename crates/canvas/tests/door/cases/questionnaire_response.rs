//! QuestionnaireResponse.

use super::Case;

pub const CASE: Case = Case {
    name: "QuestionnaireResponse",
    finding: &[
        "_id={id}",
        "authored=ge2022-12-19&authored=lt2022-12-21",
        "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0",
        "questionnaire=Questionnaire/7eefd6fc-0000-44c2-8224-d95f0ceaa2fd",
        "questionnaire.code=http://canvasmedical.com|TOBACCO",
        "questionnaire.item.code=72166-2",
    ],
    missing: &[
        "_id={other}",
        "authored=gt2022-12-21",
        "patient=Patient/{other}",
        "questionnaire=Questionnaire/{other}",
        "questionnaire.code=72166-2",
        "questionnaire.item.code=http://snomed.info/sct|72166-2",
    ],
    shapes: &[(
        "QuestionnaireResponse.extension(http://schemas.canvasmedical.com/fhir/extensions/questionnaire-permalink)",
        "there is no user interface to link to",
    )],
    ..Case::NEW
};
