//! Metrics in the OpenMetrics text format at `/metrics`.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// The content type of the page.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a request turned out to be, for the labels.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// `canvas`, `r4`, `oauth`, `operations` or `none`.
    pub door: &'static str,
    /// The interaction's code, or `none`.
    pub interaction: &'static str,
}

impl Default for Seen {
    fn default() -> Self {
        Seen { door: "none", interaction: "none" }
    }
}

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// The counters of a server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    seconds: Family<Labels<2>, Histogram>,
    under_way: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("easel");
        let requests = Family::default();
        let seconds = Family::<Labels<2>, Histogram>::new_with_constructor(|| {
            Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0])
        });
        let under_way = Gauge::default();
        registry.register("requests", "Requests answered, by door, interaction and status", requests.clone());
        registry.register("request_seconds", "Time to answer, by door and interaction", seconds.clone());
        registry.register("requests_under_way", "Requests being answered now", under_way.clone());
        Metrics { registry, requests, seconds, under_way }
    }
}

impl Metrics {
    /// Counts a request.
    pub fn request(&self, seen: &Seen, status: u16, took: Duration) {
        let labels =
            [("door", seen.door), ("interaction", seen.interaction), ("status", status_text(status))];
        self.requests.get_or_create(&labels).inc();
        let labels = [("door", seen.door), ("interaction", seen.interaction)];
        self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The page; `under_way` requests are being answered now.
    pub fn page(&self, under_way: usize) -> String {
        self.under_way.set(i64::try_from(under_way).unwrap_or(i64::MAX));
        let mut page = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut page, &self.registry);
        page
    }
}

fn status_text(status: u16) -> &'static str {
    match status {
        200 => "200",
        201 => "201",
        204 => "204",
        304 => "304",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        405 => "405",
        406 => "406",
        408 => "408",
        409 => "409",
        410 => "410",
        412 => "412",
        413 => "413",
        414 => "414",
        415 => "415",
        422 => "422",
        431 => "431",
        500 => "500",
        503 => "503",
        504 => "504",
        _ => "other",
    }
}
