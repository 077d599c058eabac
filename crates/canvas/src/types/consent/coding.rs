//! Which of the clinic's consent codings is meant.

use crate::clinic::{Clinic, ConsentCoding};
use fhir::{Json, Object};

/// The configured coding that a category means: that of its first coding that is configured.
pub fn of_category<'c>(category: &Object, clinic: &'c Clinic) -> Option<&'c ConsentCoding> {
    category.items("coding").iter().find_map(|coding| configured(coding, clinic))
}

/// The configured coding of this system with this code, else with this display; one in use before one that is not.
fn configured<'c>(coding: &Json, clinic: &'c Clinic) -> Option<&'c ConsentCoding> {
    let of_system = || clinic.consents.iter().filter(|known| coding.str("system") == Some(&*known.system));
    let in_use_first = |matching: &dyn Fn(&ConsentCoding) -> bool| {
        let found = || of_system().filter(|known| matching(known));
        found().find(|known| known.active).or_else(|| found().next())
    };
    let by_code = || in_use_first(&|known| coding.str("code") == Some(&*known.code));
    by_code().or_else(|| in_use_first(&|known| coding.str("display") == Some(&*known.display)))
}

/// Whether a stored coding is this one. One that was stored without code is known by its display.
pub fn is(coding: &Json, system: &str, code: &str, display: &str) -> bool {
    let same = match coding.str("code") {
        Some(own) => own == code,
        None => coding.str("display") == Some(display),
    };
    same && coding.str("system") == Some(system)
}
