//! Laboratory tests: how they are called, and what is found.

use super::{Code, code};

/// A test with a quantity as its result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lab {
    /// LOINC.
    pub(crate) code: Code,
    /// UCUM, which is also what is printed.
    pub(crate) unit: &'static str,
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    /// The reference range.
    pub(crate) range: (f64, f64),
    pub(crate) places: usize,
}

/// Tests that are ordered together and reported as one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel {
    pub(crate) code: Code,
    pub(crate) labs: &'static [Lab],
}

const fn lab(
    code: Code,
    unit: &'static str,
    (mean, deviation): (f64, f64),
    range: (f64, f64),
    places: usize,
) -> Lab {
    Lab { code, unit, mean, deviation, range, places }
}

pub(crate) const METABOLIC: Panel = Panel {
    code: code("51990-0", "Basic Metabolic Panel"),
    labs: &[
        lab(code("2339-0", "Glucose [Mass/volume] in Blood"), "mg/dL", (92.0, 14.0), (70.0, 99.0), 0),
        lab(code("6299-2", "Urea nitrogen [Mass/volume] in Blood"), "mg/dL", (13.7, 3.8), (7.0, 20.0), 1),
        lab(code("38483-4", "Creatinine [Mass/volume] in Blood"), "mg/dL", (0.95, 0.22), (0.6, 1.3), 2),
        lab(code("49765-1", "Calcium [Mass/volume] in Blood"), "mg/dL", (9.3, 0.5), (8.5, 10.2), 2),
        lab(code("2947-0", "Sodium [Moles/volume] in Blood"), "mmol/L", (140.0, 2.3), (135.0, 145.0), 0),
        lab(code("6298-4", "Potassium [Moles/volume] in Blood"), "mmol/L", (4.4, 0.4), (3.5, 5.1), 1),
        lab(code("2069-3", "Chloride [Moles/volume] in Blood"), "mmol/L", (103.0, 3.0), (98.0, 107.0), 0),
        lab(
            code("20565-8", "Carbon dioxide, total [Moles/volume] in Blood"),
            "mmol/L",
            (24.6, 2.7),
            (20.0, 29.0),
            1,
        ),
    ],
};

pub(crate) const LIPIDS: Panel = Panel {
    code: code("57698-3", "Lipid panel with direct LDL - Serum or Plasma"),
    labs: &[
        lab(
            code("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"),
            "mg/dL",
            (186.0, 28.0),
            (100.0, 200.0),
            0,
        ),
        lab(
            code("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma"),
            "mg/dL",
            (132.0, 34.0),
            (40.0, 150.0),
            0,
        ),
        lab(
            code("18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay"),
            "mg/dL",
            (104.0, 26.0),
            (0.0, 100.0),
            0,
        ),
        lab(
            code("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"),
            "mg/dL",
            (58.0, 11.0),
            (40.0, 90.0),
            0,
        ),
    ],
};

pub(crate) const BLOOD_COUNT: Panel = Panel {
    code: code("58410-2", "CBC panel - Blood by Automated count"),
    labs: &[
        lab(
            code("6690-2", "Leukocytes [#/volume] in Blood by Automated count"),
            "10*3/uL",
            (7.1, 1.9),
            (4.5, 11.0),
            1,
        ),
        lab(
            code("789-8", "Erythrocytes [#/volume] in Blood by Automated count"),
            "10*6/uL",
            (4.7, 0.45),
            (4.0, 5.9),
            2,
        ),
        lab(code("718-7", "Hemoglobin [Mass/volume] in Blood"), "g/dL", (14.2, 1.6), (12.0, 17.5), 1),
        lab(
            code("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count"),
            "%",
            (42.2, 4.0),
            (36.0, 51.0),
            1,
        ),
        lab(code("787-2", "MCV [Entitic volume] by Automated count"), "fL", (88.0, 4.0), (80.0, 96.0), 1),
        lab(code("785-6", "MCH [Entitic mass] by Automated count"), "pg", (30.0, 1.6), (27.0, 33.0), 1),
        lab(code("786-4", "MCHC [Mass/volume] by Automated count"), "g/dL", (34.0, 0.8), (33.0, 36.0), 1),
        lab(
            code("21000-5", "Erythrocyte distribution width [Entitic volume] by Automated count"),
            "fL",
            (42.2, 2.1),
            (39.0, 46.0),
            1,
        ),
        lab(
            code("777-3", "Platelets [#/volume] in Blood by Automated count"),
            "10*3/uL",
            (270.0, 62.0),
            (150.0, 450.0),
            0,
        ),
        lab(
            code("32623-1", "Platelet mean volume [Entitic volume] in Blood by Automated count"),
            "fL",
            (10.8, 0.8),
            (9.4, 12.3),
            1,
        ),
    ],
};

pub(crate) const A1C: Lab =
    lab(code("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), "%", (5.4, 0.3), (4.0, 5.6), 1);
pub(crate) const FILTRATION: Lab = lab(
    code(
        "33914-3",
        "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum or Plasma by Creatinine-based formula (MDRD)",
    ),
    "mL/min/{1.73_m2}",
    (92.0, 15.0),
    (60.0, 150.0),
    0,
);
