//! Vaccines (CVX) and from which age on they are given.

use super::{Code, code};

pub(crate) const INFLUENZA: Code = code("140", "Influenza, seasonal, injectable, preservative free");

/// In order of age, in years.
pub(crate) const BY_AGE: [(f64, Code); 12] = [
    (0.0, code("08", "Hep B, adolescent or pediatric")),
    (0.15, code("20", "DTaP")),
    (0.2, code("10", "IPV")),
    (0.25, code("49", "Hib (PRP-OMP)")),
    (0.3, code("133", "Pneumococcal conjugate PCV 13")),
    (1.0, code("03", "MMR")),
    (1.1, code("21", "varicella")),
    (11.0, code("62", "HPV, quadrivalent")),
    (11.1, code("115", "Tdap")),
    (16.0, code("114", "meningococcal MCV4P")),
    (21.0, code("113", "Td (adult) preservative free")),
    (50.0, code("121", "zoster")),
];
