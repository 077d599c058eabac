//! Names of people and places. No combination is anybody: a family name always ends in digits.

use crate::random::Random;
use fhir::{Json, json};

pub(crate) const FEMALE: [&str; 40] = [
    "Adelheid",
    "Agnieszka",
    "Aïcha",
    "Amara",
    "Anaïs",
    "Beatriz",
    "Bronwyn",
    "Camille",
    "Chidinma",
    "Chloé",
    "Dolores",
    "Eilidh",
    "Elif",
    "Emma",
    "Fatoumata",
    "Françoise",
    "Gerda",
    "Hanna",
    "Ingrid",
    "Jasmine",
    "Johanna",
    "Karla",
    "Kinga",
    "Leticia",
    "Lourdes",
    "Maëlle",
    "Margarethe",
    "Mei",
    "Nadia",
    "Ngọc",
    "Olga",
    "Paloma",
    "Quetzalli",
    "Rosa",
    "Saoirse",
    "Sigrún",
    "Tamsin",
    "Uxía",
    "Wanda",
    "Zoë",
];

pub(crate) const MALE: [&str; 40] = [
    "Aarón",
    "Abel",
    "Ángel",
    "Anselm",
    "Bartholomew",
    "Björn",
    "Cemal",
    "Clément",
    "Darius",
    "Dénes",
    "Elmo",
    "Emil",
    "Fabián",
    "François",
    "Gustav",
    "Hilario",
    "Ignatius",
    "Iñaki",
    "Jérôme",
    "José",
    "Kwame",
    "Laszlo",
    "Lemuel",
    "Łukasz",
    "Marek",
    "Max",
    "Ned",
    "Octavio",
    "Øyvind",
    "Pascal",
    "Ramón",
    "René",
    "Søren",
    "Tadeusz",
    "Tomáš",
    "Ulysses",
    "Vito",
    "Wendell",
    "Xavier",
    "Zachary",
];

pub(crate) const FAMILY: [&str; 64] = [
    "Abbott",
    "Acuña",
    "Ångström",
    "Armstrong",
    "Barton",
    "Berge",
    "Böhm",
    "Brakus",
    "Castañeda",
    "Çelik",
    "Crona",
    "Dach",
    "D'Amore",
    "Dubé",
    "Echevarría",
    "Eichmann",
    "Feest",
    "Fjörd",
    "Franecki",
    "Garção",
    "Gleason",
    "Gómez",
    "Grünwald",
    "Hagenes",
    "Harris",
    "Hermann",
    "Hintz",
    "Ibáñez",
    "Jacobson",
    "Jóhannsdóttir",
    "Kihn",
    "Kowalczyk",
    "Kuhlman",
    "Lakin",
    "Lefèvre",
    "Lind",
    "Lockman",
    "MacGyver",
    "Marquardt",
    "Medina",
    "Mertz",
    "Mills",
    "Muñoz",
    "Nader",
    "Núñez",
    "O'Keefe",
    "Olson",
    "Özdemir",
    "Palomino",
    "Quigley",
    "Runolfsson",
    "Salazar",
    "Schmidt-Lüders",
    "Schroeder",
    "Škoda",
    "Steuber",
    "Sørensen",
    "Tremblay",
    "Ullrich",
    "van der Berg",
    "Walker",
    "Weimann",
    "Ybáñez",
    "Żółtowski",
];

const STREETS: [&str; 16] = [
    "Alderbrook Way",
    "Birchfield Rd",
    "Cobbler's Ln",
    "Dogwood Ct",
    "Elmhurst Ave",
    "Ferry St",
    "Granary Sq",
    "Hollow Rd",
    "Inlet Dr",
    "Juniper St",
    "Kestrel Pl",
    "Larkspur Ave",
    "Mill Rd",
    "North Quay",
    "Orchard St",
    "Paddock Ln",
];

const CITIES: [(&str, &str); 12] = [
    ("Aldermere", "01001"),
    ("Brackwater", "01013"),
    ("Cold Harbor Falls", "01027"),
    ("Dunmoor", "01040"),
    ("East Thistle", "01056"),
    ("Fernley Point", "01060"),
    ("Greyfield", "01075"),
    ("Hartsmouth", "01082"),
    ("Ironbridge", "01103"),
    ("Juniper Bay", "01119"),
    ("Kingsfell", "01201"),
    ("Lower Wexley", "01220"),
];

/// A family name with its digits.
pub(crate) fn family(random: &mut Random) -> String {
    format!("{}{}", random.pick(&FAMILY), random.between(100, 999))
}

/// A given name.
pub(crate) fn given(random: &mut Random, is_female: bool) -> &'static str {
    let names: &[&'static str] = if is_female { &FEMALE } else { &MALE };
    names[random.below(names.len())]
}

/// An Address.
pub(crate) fn address(random: &mut Random) -> Json {
    let street = format!("{} {}", random.between(1, 1900), random.pick(&STREETS));
    let (city, code) = *random.pick(&CITIES);
    let mut lines = vec![Json::from(street)];
    if random.chance(0.25) {
        lines.push(Json::from(format!("Apt {}", random.between(1, 80))));
    }
    json!({ "line": lines, "city": city, "state": "MA", "postalCode": code, "country": "US" })
}

/// The name of a city.
pub(crate) fn city(random: &mut Random) -> &'static str {
    random.pick(&CITIES).0
}

/// A telephone number of those kept for fiction.
pub(crate) fn phone(random: &mut Random) -> String {
    format!("+1 {}-555-01{}", random.between(201, 989), random.digits(2))
}

/// Lower-case ASCII letters of a name, for an e-mail address.
pub(crate) fn ascii(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_ascii_alphanumeric());
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}
