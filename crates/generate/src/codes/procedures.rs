//! What is done.

use super::{Code, code};

/// A procedure (SNOMED CT) and how many minutes it takes.
pub(crate) type Procedure = (Code, i64);

pub(crate) const AT_CHECK_UPS: [Procedure; 5] = [
    (code("428191000124101", "Documentation of current medications"), 5),
    (code("710824005", "Assessment of health and social care needs"), 20),
    (code("171207006", "Depression screening"), 10),
    (code("268556000", "Urine screening for glucose"), 5),
    (code("268400002", "12 lead electrocardiogram"), 15),
];

pub(crate) const AT_ILLNESS: [Procedure; 6] = [
    (code("117015009", "Throat culture"), 5),
    (code("23426006", "Measurement of respiratory function"), 25),
    (code("399208008", "Plain chest X-ray"), 20),
    (code("76601001", "Intramuscular injection"), 5),
    (code("288086009", "Suture of open wound"), 30),
    (code("127783003", "Spirometry"), 20),
];

pub(crate) const COLONOSCOPY: Procedure = (code("73761001", "Colonoscopy"), 45);
