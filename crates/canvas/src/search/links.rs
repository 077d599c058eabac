//! Links between pages: relative, the parameters in the order of the request (general.json, `pagination`).

use super::plan::Plan;

/// `self`, `first`, `next` (when there is more) and `last`; none when nothing was found.
pub fn links(plan: &Plan, total: u64) -> Vec<(&'static str, String)> {
    if total == 0 {
        return Vec::new();
    }
    let (count, offset) = (plan.count, plan.offset);
    let query = query(plan);
    let page = |offset: u64| format!("/{}?{query}_count={count}&_offset={offset}", plan.contract.name);
    let mut links = vec![("self", page(offset)), ("first", page(0))];
    if offset.saturating_add(count) < total {
        links.push(("next", page(offset + count)));
    }
    links.push(("last", page((total - 1) / count * count)));
    links
}

/// The parameters that were honoured, encoded, each with `&` after it.
fn query(plan: &Plan) -> String {
    let mut query = String::new();
    for (name, value) in plan.pairs.iter().filter(|(name, _)| name != "_count" && name != "_offset") {
        encode(name, &mut query);
        query.push('=');
        encode(value, &mut query);
        query.push('&');
    }
    query
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
}
