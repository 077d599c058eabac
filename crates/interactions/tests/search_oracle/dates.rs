//! Dates: spans of time, as wide as their precision says (<http://hl7.org/fhir/R4/search.html#date>).

use crate::meaning::{NOW, split};
use fhir::Json;
use fhir::datetime::{PartialDateTime, Period};
use fhirpath::Item;
use jiff::tz::TimeZone;

fn span(text: &str) -> Option<Period> {
    PartialDateTime::parse(text).map(|date| date.period(&TimeZone::UTC))
}

fn period(json: &Json) -> Option<Period> {
    let (start, end) = (json.str("start").and_then(span), json.str("end").and_then(span));
    if start.is_none() && end.is_none() {
        return None;
    }
    let from = start.map_or(Period::BEGINNING, |start| start.from);
    let to = end.map_or(Period::END, |end| end.to);
    // One that ends before it starts is read the other way round.
    Some(match (start, end) {
        (Some(start), Some(end)) => Period { from: start.from.min(end.from), to: start.to.max(end.to) },
        _ => Period { from, to },
    })
}

pub fn date_of(item: &Item<'_>) -> Option<Period> {
    match (item.item_type.name(), item.json()) {
        ("Period", Some(json)) => period(json),
        ("Timing", Some(json)) => {
            let events = json.get("event").map(Json::items).unwrap_or_default().iter();
            let bounds = json.at(&["repeat", "boundsPeriod"]).and_then(period);
            let spans = events.filter_map(Json::as_str).filter_map(span).chain(bounds);
            spans.reduce(|a, b| Period { from: a.from.min(b.from), to: a.to.max(b.to) })
        }
        ("date" | "dateTime" | "instant", _) => item.as_str().and_then(span),
        _ => None,
    }
}

pub fn date(item: &Item<'_>, value: &str) -> bool {
    let (prefix, value) = split(value);
    let (Some(found), Some(asked)) = (date_of(item), span(value)) else { return false };
    let within = found.from >= asked.from && found.to <= asked.to;
    match prefix {
        "eq" => within,
        "ne" => !within,
        "gt" => found.to > asked.to,
        "lt" => found.from < asked.from,
        "ge" => found.to > asked.to || within,
        "le" => found.from < asked.from || within,
        "sa" => found.from >= asked.to,
        "eb" => found.to <= asked.from,
        // Within a tenth of the gap between now and the date.
        "ap" => {
            let gap = if NOW < asked.from { asked.from - NOW } else { (NOW - asked.to).max(0) };
            found.from < asked.to + gap / 10 && asked.from - gap / 10 < found.to
        }
        "po" => found.from < asked.to && asked.from < found.to,
        other => panic!("{other}"),
    }
}
