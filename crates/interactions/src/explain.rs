//! How a search is carried out: for operators who ask why one is slow (`_explain=true`).

use crate::engine::Engine;
use crate::error::Refusal;
use crate::search_type::{Asked, Within};
use fhir::{Json, json};
use storage::{Explain, ExplainDriver, ExplainStatement};

impl Engine {
    /// Carries a search out and tells how, as Parameters: what drove it in each type, with the index rows that were
    /// counted to choose it, and every statement with the rows it yielded and the time it took. The values searched for
    /// are not in it.
    ///
    /// # Errors
    ///
    /// As the search itself.
    pub async fn explain_within(&self, within: &Within, asked: Asked<'_>) -> Result<Json, Refusal> {
        let search = self.read_search(within, asked)?;
        let explain = self.snapshot(move |reader| Ok(reader.explain(&search.queries())?)).await?;
        Ok(parameters(&explain))
    }
}

fn parameters(explain: &Explain) -> Json {
    let drivers = explain.drivers.iter().map(driver);
    let all: Vec<Json> = drivers.chain(explain.statements.iter().map(statement)).collect();
    json!({ "resourceType": "Parameters", "parameter": (all) })
}

fn driver(driver: &ExplainDriver) -> Json {
    let counted: Vec<String> = driver
        .counted
        .iter()
        .map(|(criterion, rows)| format!("criterion {criterion}: {rows} rows"))
        .collect();
    let by = match driver.criterion {
        Some(criterion) => format!("criterion {criterion} ({})", driver.by.join(", ")),
        None => driver.by.join(", "),
    };
    let mut parts = vec![
        json!({ "name": "type", "valueCode": (driver.resource_type.name()) }),
        json!({ "name": "by", "valueString": (by) }),
    ];
    if !counted.is_empty() {
        parts.push(json!({ "name": "counted", "valueString": (counted.join("; ")) }));
    }
    json!({ "name": "driver", "part": (parts) })
}

fn statement(statement: &ExplainStatement) -> Json {
    let integer = |number: u64| i64::try_from(number.min(i32::MAX as u64)).unwrap_or(i64::from(i32::MAX));
    let micros = u64::try_from(statement.time.as_micros()).unwrap_or(u64::MAX);
    json!({ "name": "statement", "part": [
        { "name": "sql", "valueString": (statement.sql.as_str()) },
        { "name": "rows", "valueInteger": (integer(statement.rows)) },
        { "name": "microseconds", "valueInteger": (integer(micros)) }
    ] })
}
