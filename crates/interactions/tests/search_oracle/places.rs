//! `near` of Location (<http://hl7.org/fhir/R4/location.html#positional>): how far places are from one another. Without
//! a unit distances are in kilometres; what is near where no distance is given is left to servers, and not asked.

use fhir::Json;
use fhirpath::Item;

/// The mean radius of the Earth in kilometres.
const RADIUS: f64 = 6371.0088;

/// Kilometres of UCUM's units.
const UNITS: [(&str, f64); 5] =
    [("km", 1.0), ("m", 0.001), ("[mi_i]", 1.609_344), ("[nmi_i]", 1.852), ("[ft_i]", 0.000_304_8)];

/// Where a place is, seen from the centre of the Earth.
fn direction(latitude: f64, longitude: f64) -> [f64; 3] {
    let (a, b) = (latitude.to_radians(), longitude.to_radians());
    [a.cos() * b.cos(), a.cos() * b.sin(), a.sin()]
}

/// The angle between two directions: from their cross product where it is small, for a cosine tells nothing there.
fn angle(a: [f64; 3], b: [f64; 3]) -> f64 {
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    cross.iter().map(|part| part * part).sum::<f64>().sqrt().atan2(dot)
}

fn position(item: &Item<'_>) -> Option<(f64, f64)> {
    let degrees = |name| item.json()?.get(name)?.as_number().map(|number| number.as_f64());
    degrees("latitude").zip(degrees("longitude"))
}

/// Whether a place is within the distance that a value names.
pub fn near(item: &Item<'_>, value: &str) -> bool {
    let parts: Vec<&str> = value.split('|').collect();
    let [latitude, longitude, distance, unit @ ..] = &*parts else { panic!("{value}") };
    let number = |text: &str| text.parse::<f64>().unwrap();
    let unit = unit.first().copied().filter(|unit| !unit.is_empty()).unwrap_or("km");
    let (_, kilometres) = UNITS.iter().find(|(name, _)| *name == unit).unwrap();
    let centre = direction(number(latitude), number(longitude));
    position(item).is_some_and(|(latitude, longitude)| {
        angle(centre, direction(latitude, longitude)) * RADIUS <= number(distance) * kilometres
    })
}

/// Values that a place makes worth asking for.
pub fn values(item: &Item<'_>) -> Vec<String> {
    let Some((latitude, longitude)) = position(item) else { return Vec::new() };
    let north = if latitude > 80.0 { latitude - 3.0 } else { latitude + 3.0 };
    let east = if longitude > 177.0 { longitude - 357.0 } else { longitude + 3.0 };
    vec![
        format!("{latitude}|{longitude}|0.5"),
        format!("{latitude}|{longitude}|40|[mi_i]"),
        format!("{north}|{longitude}|340|km"),
        format!("{north}|{longitude}|330000|m"),
        format!("{latitude}|{east}|150|[nmi_i]"),
        format!("{north}|{east}|5000|"),
        format!("{north}|{east}|1700000|[ft_i]"),
        format!("{}|{east}|15000", -north),
    ]
}

/// Places that are awkward to search near: at the poles, at both sides of the line where the date changes, and close to
/// one another.
pub fn awkward() -> Vec<Json> {
    let places = [
        (89.99, 10.0),
        (89.98, -170.0),
        (-90.0, 0.0),
        (0.1, 179.95),
        (-0.1, -179.95),
        (42.25, -83.69),
        (42.26, -83.7),
        (0.0, 0.0),
    ];
    let one = |(index, (latitude, longitude)): (usize, (f64, f64))| {
        let text = format!(
            r#"{{"resourceType":"Location","id":"odd{index}","position":{{"longitude":{longitude},"latitude":{latitude}}}}}"#
        );
        fhir::json::parse(text.as_bytes(), 10).unwrap()
    };
    places.into_iter().enumerate().map(one).collect()
}
