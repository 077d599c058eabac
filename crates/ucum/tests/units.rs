//! What units mean: which are the same, which cannot be compared, and what is no unit.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::cmp::Ordering;
use ucum::{Exact, canonical, compare, convert};

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

#[test]
fn quantities_that_are_equal_are_exactly_equal() {
    let equal = [
        ("5", "mg", "0.005", "g"),
        ("1", "kg", "1000", "g"),
        ("0.001", "kg", "1000", "mg"),
        ("140", "mmol/L", "140", "umol/mL"),
        ("90", "mg/dL", "0.9", "g/L"),
        ("90", "mg/dL", "900", "ug/mL"),
        ("120", "mm[Hg]", "12", "cm[Hg]"),
        ("60", "/min", "1", "/s"),
        ("72", "{beats}/min", "72", "1/min"),
        ("72", "/min", "1.2", "Hz"),
        ("7", "10*3/uL", "7", "10*9/L"),
        ("7", "10^3/uL", "7000", "/uL"),
        ("1", "[lb_av]", "453.59237", "g"),
        ("1", "[lb_av]", "16", "[oz_av]"),
        ("1", "[in_i]", "2.54", "cm"),
        ("1", "[mi_i]", "1609.344", "m"),
        ("1", "[ft_us]", "12", "[in_us]"),
        ("100", "[degF]", "559.67", "[degR]"),
        ("37", "Cel", "98.6", "[degF]"),
        ("-40", "Cel", "-40", "[degF]"),
        ("0", "Cel", "273.15", "K"),
        ("1000", "mCel", "1", "Cel"),
        ("50", "%", "0.5", "1"),
        ("50", "%", "0.5", "{ratio}"),
        ("1", "[ppm]", "1000", "[ppb]"),
        ("2", "[iU]/mL", "2000", "[IU]/L"),
        ("3", "k[IU]/L", "3", "[iU]/mL"),
        ("1", "U", "1", "umol/min"),
        ("1", "kat", "60", "mol/min"),
        ("1", "wk", "168", "h"),
        ("1", "a", "365.25", "d"),
        ("1", "a", "12", "mo"),
        ("1", "mL", "1", "cm3"),
        ("1", "l", "1", "L"),
        ("1", "m/s2", "1", "m.s-2"),
        ("1", "N", "1", "kg.m/s2"),
        ("1", "kPa", "10", "mbar"),
        ("180", "deg", "1", "[pi].rad"),
        ("1", "deg", "60", "'"),
        ("1", "KiBy", "8192", "bit"),
        ("25", "kg/m2", "0.0025", "kg/cm2"),
        ("100", "mL/min/{1.73_m2}", "100", "mL/min"),
        ("1", "g/(8.h){shift}", "3", "g/d"),
    ];
    for (left, left_unit, right, right_unit) in equal {
        let order = compare((left, left_unit), (right, right_unit));
        assert_eq!(order, Some(Ordering::Equal), "{left} {left_unit} = {right} {right_unit}");
        let converted = convert(&exact(left), left_unit, right_unit);
        assert_eq!(converted, Some(exact(right)), "{left} {left_unit} in {right_unit}");
        let (of_left, of_right) = (canonical(left_unit).unwrap(), canonical(right_unit).unwrap());
        let float = |unit: &ucum::Canonical, value| unit.value(&exact(value)).unwrap().to_f64();
        assert_eq!(float(&of_left, left), float(&of_right, right), "{left_unit} and {right_unit} as floats");
    }
}

#[test]
fn quantities_are_ordered_across_units() {
    for (less, more) in [
        (("4.9", "mg"), ("0.005", "g")),
        (("99", "[degF]"), ("37.3", "Cel")),
        (("-1", "Cel"), ("0", "Cel")),
        (("7.35", "[pH]"), ("7.45", "[pH]")),
        (("1", "[mi_i]"), ("1", "[nmi_i]")),
        (("3.14", "rad"), ("180", "deg")),
    ] {
        assert_eq!(compare(less, more), Some(Ordering::Less), "{less:?} {more:?}");
        assert_eq!(compare(more, less), Some(Ordering::Greater), "{less:?} {more:?}");
    }
}

#[test]
fn units_of_different_things_are_not_comparable() {
    for (left, right) in [
        ("mg", "mL"),
        ("[iU]/mL", "[arb'U]/mL"),
        ("[iU]", "1"),
        ("[IU]", "U"),
        ("[pH]", "mol/L"),
        ("dB", "Np"),
        ("rad", "1"),
        ("mm[Hg]", "mm"),
        ("Cel", "J"),
    ] {
        assert_eq!(compare(("1", left), ("1", right)), None, "{left} and {right}");
        assert!(canonical(left).is_some() && canonical(right).is_some(), "{left} and {right} are units");
    }
}

#[test]
fn base_units_have_one_spelling() {
    for (code, base) in [
        ("mg/dL", "g.m-3"),
        ("kg/m2", "g.m-2"),
        ("mm[Hg]", "g.m-1.s-2"),
        ("/min", "s-1"),
        ("mmol/L", "m-3"),
        ("[iU]/mL", "m-3.[iU]"),
        ("{score}", "1"),
        ("%", "1"),
        ("m/m", "1"),
        ("[iU]/[iU]", "1"),
        ("V", "C-1.g.m2.s-2"),
        ("dB/m", "m-1.B"),
        ("lm", "cd.rad2"),
        ("[degF]", "K"),
    ] {
        assert_eq!(canonical(code).unwrap().base, base, "{code}");
    }
}

#[test]
fn what_is_no_unit_is_none() {
    let long = "m.".repeat(200) + "m";
    let deep = "(".repeat(20) + "m" + &")".repeat(20);
    let garbage = [
        "",
        " ",
        "units",
        "mcg",
        "mEq",
        "(score)",
        "ea",
        "TAB",
        "mmHg",
        "bpm",
        "drop",
        "tbl",
        "m g",
        "mg/",
        ".mg",
        "mg..mL",
        "mg//mL",
        "(mg",
        "mg)",
        "{open",
        "open}",
        "{a{b}}",
        "mg{\u{7}}",
        "()",
        "0.mg",
        "mg/0",
        "-1",
        "m^2",
        "m**2",
        "10*x",
        "10*999",
        "m100",
        "m+",
        "Cel/h",
        "Cel2",
        "/Cel",
        "[lb_av",
        "lb_av]",
        "µg",
        "°C",
        "🦀",
        "[in_i]99.[ft_us]99",
        "[m_e]9.[G]9",
        "9999999999999999999999999999999999999999",
        &long,
        &deep,
    ];
    for code in garbage {
        assert_eq!(canonical(code), None, "{code:?}");
    }
}

#[test]
fn every_prefix_of_a_long_code_ends_in_an_answer() {
    let code = "10.uN.s/(cm5.m2){a b}/[in_i'H2O]/(24.h)/10*-12{RBC}.k[IU]-2/((((mg))))";
    assert!(canonical(code).is_some());
    let answered = (0..=code.len()).filter(|end| canonical(&code[..*end]).is_some()).count();
    assert!((10..code.len()).contains(&answered), "{answered}");
}
