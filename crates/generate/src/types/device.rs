//! Device.

use crate::chart::Chart;
use crate::codes::{SNOMED, code};
use crate::visit::{Case, Visit};
use fhir::json;

/// Writes the meter of somebody with diabetes.
pub(crate) fn glucose_meter(chart: &mut Chart, case: &Case<'_>, visit: &Visit) {
    let kind = code("337414009", "Blood glucose meter");
    let (serial, lot) = (chart.random.digits(12), chart.random.digits(8));
    let link = chart.link("Device");
    let body = json!({
        "resourceType": "Device",
        "status": "active",
        "distinctIdentifier": (serial.as_str()),
        "manufactureDate": (visit.at.plus_days(-120).date_time()),
        "lotNumber": lot,
        "serialNumber": (serial.as_str()),
        "deviceName": [{ "name": (kind.display), "type": "user-friendly-name" }],
        "type": (kind.concept(SNOMED)),
        "patient": (chart.named(&case.patient, &case.name))
    });
    chart.put(&link, body);
}
