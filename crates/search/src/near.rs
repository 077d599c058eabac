//! `near` of Location (<http://hl7.org/fhir/R4/location.html#positional>): places within a distance of a point.
//!
//! A value is `latitude|longitude|distance|unit`. Distances are in kilometres unless a unit is named, and
//! [`DISTANCE`] where none is given.

use crate::condition::Condition;
use crate::index::{ANY_UNIT, hash_parts};
use crate::merge::{all, any};
use crate::number::{number_of, passes};
use crate::problem::bad_value;
use crate::query::{Criterion, NumberTest};
use crate::registry::Parameter;
use crate::rows::Rows;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json};
use fhirpath::Item;
use std::sync::Arc;

/// How far away is near where a search does not say, in kilometres.
pub const DISTANCE: f64 = 50.0;

/// The Earth's mean radius in kilometres.
const RADIUS: f64 = 6371.0088;

/// Kilometres of each unit, by UCUM's codes and the names that people use.
const UNITS: &[(&str, f64)] = &[
    ("km", 1.0),
    ("kms", 1.0),
    ("m", 0.001),
    ("mi", 1.609_344),
    ("[mi_i]", 1.609_344),
    ("mi_us", 1.609_347_218_694),
    ("[mi_us]", 1.609_347_218_694),
    ("nmi", 1.852),
    ("[nmi_i]", 1.852),
    ("ft", 0.000_304_8),
    ("[ft_i]", 0.000_304_8),
    ("yd", 0.000_914_4),
    ("[yd_i]", 0.000_914_4),
];

/// A point on the Earth, in degrees.
#[derive(Clone, Copy, Debug)]
struct Point {
    latitude: f64,
    longitude: f64,
}

impl Point {
    fn of(position: &Json) -> Option<Self> {
        let degrees = |name| position.get(name).and_then(number_of);
        Point::new(degrees("latitude")?, degrees("longitude")?)
    }

    fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let is_on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        is_on_earth.then_some(Point { latitude, longitude })
    }

    /// The length of the great circle between two points, in kilometres.
    fn distance(self, other: Point) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
        let chord =
            half(other.latitude - self.latitude) + a.cos() * b.cos() * half(other.longitude - self.longitude);
        2.0 * RADIUS * chord.clamp(0.0, 1.0).sqrt().asin()
    }
}

fn axis(name: &str) -> u64 {
    hash_parts(&["axis:", name])
}

/// The rows of a position.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let Some(point) = item.json().and_then(Point::of) else { return false };
    rows.number(point.latitude, point.latitude);
    rows.number_in(axis("longitude"), point.longitude, point.longitude);
    true
}

const FORMS: &str = "a place: latitude|longitude, latitude|longitude|distance or latitude|longitude|distance|unit, \
                     with a latitude from -90 to 90, a longitude from -180 to 180 and a distance from 0";

/// The condition that a position is near the one of a value.
pub(crate) fn condition(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let refused = || bad_value(parameter.code(), value, FORMS);
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let parts: Vec<&str> = value.split('|').collect();
    let [latitude, longitude, rest @ ..] = parts.as_slice() else { return Err(refused()) };
    let centre =
        number(latitude).zip(number(longitude)).and_then(|(a, b)| Point::new(a, b)).ok_or_else(refused)?;
    let kilometres = match rest {
        [] | [""] | ["", ""] => DISTANCE,
        [distance] | [distance, ""] => number(distance).ok_or_else(refused)?,
        [distance, unit] => {
            let known = UNITS.iter().find(|(name, _)| name == unit).ok_or_else(|| unknown_unit(unit))?;
            number(distance).ok_or_else(refused)? * known.1
        }
        _ => return Err(refused()),
    };
    if kilometres < 0.0 {
        return Err(refused());
    }
    let candidates = within(parameter, centre, kilometres);
    Ok(Condition::tested(candidates, move |item, _| {
        item.json().and_then(Point::of).is_some_and(|point| centre.distance(point) <= kilometres)
    }))
}

fn unknown_unit(unit: &str) -> Issue {
    let known: Vec<&str> = UNITS.iter().map(|(name, _)| *name).collect();
    let text =
        format!("the unit {} of search parameter 'near' is not one of {}", quoted(unit), known.join(", "));
    Issue::error(IssueCode::Value, text)
}

/// The condition that a position is in the box around the circle.
fn within(parameter: &Arc<Parameter>, centre: Point, kilometres: f64) -> Criterion {
    // A little more than needed: rounding must not lose what the exact test would find.
    let angle = kilometres / RADIUS * 1.000_001 + 1e-9;
    let (low, high) = (centre.latitude - angle.to_degrees(), centre.latitude + angle.to_degrees());
    let between = |low: f64, high: f64| NumberTest::Within { low, high, closed: true };
    let latitudes = passes(parameter, ANY_UNIT, &[between(low, high)]);
    // A circle around a pole, or one that is very large, has all longitudes.
    if low <= -90.0 || high >= 90.0 {
        return latitudes;
    }
    let half = (angle.sin() / centre.latitude.to_radians().cos()).clamp(-1.0, 1.0).asin().to_degrees();
    let (west, east) = (centre.longitude - half, centre.longitude + half);
    let ranges = if west < -180.0 {
        vec![between(west + 360.0, 180.0), between(-180.0, east)]
    } else if east > 180.0 {
        vec![between(west, 180.0), between(-180.0, east - 360.0)]
    } else {
        vec![between(west, east)]
    };
    all(vec![latitudes, any(vec![passes(parameter, axis("longitude"), &ranges)])])
}
