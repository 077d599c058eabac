//! What people have: problems that stay and problems that pass.

use super::{Code, code};

/// A problem that stays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chronic {
    /// SNOMED CT.
    pub(crate) code: Code,
    /// ICD-10-CM.
    pub(crate) icd: &'static str,
    /// How many of those of that age and older have it.
    pub(crate) share: f64,
    pub(crate) from_age: f64,
    /// RxNorm.
    pub(crate) medications: &'static [Code],
    /// What is aimed at.
    pub(crate) goal: Option<&'static str>,
}

/// A problem that passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acute {
    pub(crate) code: Code,
    pub(crate) icd: &'static str,
    /// For how long, in days.
    pub(crate) days: i64,
    /// Whether there is fever.
    pub(crate) fever: bool,
    pub(crate) medication: Option<Code>,
}

pub(crate) const HYPERTENSION: &str = "59621000";
pub(crate) const DIABETES: &str = "44054006";
pub(crate) const ASTHMA: &str = "195967001";

const ALBUTEROL: Code = code("745752", "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler");
const IBUPROFEN: Code = code("310965", "Ibuprofen 200 MG Oral Tablet");
const ACETAMINOPHEN: Code = code("313782", "Acetaminophen 325 MG Oral Tablet");
const AMOXICILLIN: Code = code("308182", "Amoxicillin 250 MG Oral Capsule");
const NAPROXEN: Code = code("849574", "Naproxen sodium 220 MG Oral Tablet");

const fn chronic(
    code: Code,
    icd: &'static str,
    (share, from_age): (f64, f64),
    medications: &'static [Code],
    goal: Option<&'static str>,
) -> Chronic {
    Chronic { code, icd, share, from_age, medications, goal }
}

pub(crate) const CHRONIC: [Chronic; 13] = [
    chronic(
        code(HYPERTENSION, "Essential hypertension"),
        "I10",
        (0.32, 35.0),
        &[
            code("314076", "lisinopril 10 MG Oral Tablet"),
            code("310798", "Hydrochlorothiazide 25 MG Oral Tablet"),
            code("197361", "Amlodipine 5 MG Oral Tablet"),
        ],
        Some("Blood pressure below 130/80 mmHg"),
    ),
    chronic(
        code(DIABETES, "Diabetes mellitus type 2"),
        "E11.9",
        (0.13, 35.0),
        &[code("860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet")],
        Some("Hemoglobin A1c below 7 %"),
    ),
    chronic(
        code("55822004", "Hyperlipidemia"),
        "E78.5",
        (0.24, 35.0),
        &[code("314231", "Simvastatin 10 MG Oral Tablet"), code("617310", "atorvastatin 20 MG Oral Tablet")],
        Some("LDL cholesterol below 100 mg/dL"),
    ),
    chronic(code("15777000", "Prediabetes"), "R73.03", (0.14, 25.0), &[], Some("Weight loss of 5 %")),
    chronic(
        code("162864005", "Body mass index 30+ - obesity"),
        "E66.9",
        (0.2, 18.0),
        &[],
        Some("BMI below 30"),
    ),
    chronic(code(ASTHMA, "Asthma"), "J45.909", (0.09, 4.0), &[ALBUTEROL], None),
    chronic(
        code("40930008", "Hypothyroidism"),
        "E03.9",
        (0.05, 30.0),
        &[code("966222", "Levothyroxine Sodium 0.075 MG Oral Tablet")],
        None,
    ),
    chronic(
        code("35489007", "Depressive disorder"),
        "F32.A",
        (0.09, 14.0),
        &[code("312941", "sertraline 50 MG Oral Tablet")],
        Some("Remission of depressive symptoms"),
    ),
    chronic(code("239873007", "Osteoarthritis of knee"), "M17.9", (0.13, 50.0), &[NAPROXEN], None),
    chronic(
        code("235595009", "Gastroesophageal reflux disease"),
        "K21.9",
        (0.12, 20.0),
        &[code("198051", "Omeprazole 20 MG Delayed Release Oral Capsule")],
        None,
    ),
    chronic(code("13645005", "Chronic obstructive lung disease"), "J44.9", (0.05, 50.0), &[ALBUTEROL], None),
    chronic(code("433144002", "Chronic kidney disease stage 3"), "N18.30", (0.05, 55.0), &[], None),
    chronic(code("37796009", "Migraine"), "G43.909", (0.07, 12.0), &[IBUPROFEN], None),
];

const fn acute(code: Code, icd: &'static str, days: i64, fever: bool, medication: Option<Code>) -> Acute {
    Acute { code, icd, days, fever, medication }
}

/// Those that come often stand first; see [`Random`](crate::random::Random) for how they are drawn.
pub(crate) const ACUTE: [Acute; 14] = [
    acute(code("444814009", "Viral sinusitis"), "J01.90", 14, false, None),
    acute(code("195662009", "Acute viral pharyngitis"), "J02.9", 9, true, Some(ACETAMINOPHEN)),
    acute(code("10509002", "Acute bronchitis"), "J20.9", 14, true, Some(ACETAMINOPHEN)),
    acute(code("54150009", "Upper respiratory infection"), "J06.9", 10, true, None),
    acute(code("65363002", "Otitis media"), "H66.90", 12, true, Some(AMOXICILLIN)),
    acute(code("43878008", "Streptococcal sore throat"), "J02.0", 11, true, Some(AMOXICILLIN)),
    acute(
        code("38822007", "Cystitis"),
        "N30.90",
        7,
        false,
        Some(code("311989", "Nitrofurantoin 5 MG/ML Oral Suspension")),
    ),
    acute(code("279039007", "Low back pain"), "M54.50", 35, false, Some(NAPROXEN)),
    acute(code("44465007", "Sprain of ankle"), "S93.409A", 28, false, Some(IBUPROFEN)),
    acute(code("25374005", "Gastroenteritis"), "K52.9", 5, true, None),
    acute(code("24079001", "Atopic dermatitis"), "L20.9", 45, false, None),
    acute(code("9826008", "Conjunctivitis"), "H10.9", 7, false, None),
    acute(code("283371005", "Laceration of forearm"), "S51.819A", 21, false, Some(ACETAMINOPHEN)),
    acute(code("62106007", "Concussion with no loss of consciousness"), "S06.0X0A", 30, false, None),
];

/// What people do not tolerate: SNOMED CT, the category of R4, and the reaction.
pub(crate) const ALLERGIES: [(Code, &str, Code); 8] = [
    (code("91935009", "Allergy to peanut"), "food", code("247472004", "Weal")),
    (code("300913006", "Allergy to shellfish"), "food", code("126485001", "Urticaria")),
    (code("425525006", "Allergy to dairy product"), "food", code("422400008", "Vomiting")),
    (code("232347008", "Allergy to animal dander"), "environment", code("49727002", "Cough")),
    (code("418689008", "Allergy to grass pollen"), "environment", code("76067001", "Sneezing")),
    (code("232350006", "Allergy to dust mite protein"), "environment", code("267036007", "Dyspnea")),
    (code("91936005", "Allergy to penicillin"), "medication", code("271807003", "Eruption of skin")),
    (code("294505008", "Allergy to amoxicillin"), "medication", code("126485001", "Urticaria")),
];
