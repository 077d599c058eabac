//! The last step of an answer: from FHIR's JSON, in which everything is made, to what the client wants to read.

use super::answer::{Answer, FHIR_JSON};
use super::ask::parameters;
use super::coding::{Coding, compressed};
use super::negotiate::{Format, Rendition, rendition};
use bytes::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderValue, VARY};
use hyper::{Request, Uri};

/// Nesting that no stored resource reaches: what is rendered was parsed with a smaller limit before.
const DEPTH: usize = 1024;

/// What the head of a request says about the answer, kept until the answer is there.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    rendition: Rendition,
    coding: Option<Coding>,
}

impl Wish {
    /// Reads the head of a request. What cannot be produced is refused by the door; its refusal is JSON.
    pub fn of<B>(request: &Request<B>) -> Self {
        let headers = request.headers();
        let query = request.uri().query().unwrap_or_default();
        // Nearly all requests ask for JSON and say no more: they cost a few looks. Names may be percent-encoded.
        let plain = !query.contains("_format") && !query.contains("_pretty") && !query.contains('%');
        let rendition = if is_at_r4_door(request.uri()) && !(plain && asks_for_json(headers.get(ACCEPT))) {
            let query = parameters(query.as_bytes()).unwrap_or_default();
            rendition(headers, &query, Format::ALL).unwrap_or_default()
        } else {
            Rendition::default()
        };
        Wish { rendition, coding: Coding::accepted(headers) }
    }

    /// Writes the answer as it was wished.
    pub async fn fulfil(self, mut answer: Answer) -> Answer {
        let rendition = answer.extensions_mut().remove::<Rendition>().unwrap_or(self.rendition);
        compressed(self.coding, written(rendition, answer)).await
    }
}

/// The Canvas door and OAuth speak JSON alone.
fn is_at_r4_door(uri: &Uri) -> bool {
    let path = uri.path();
    path.strip_prefix("/fhir").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn asks_for_json(accept: Option<&HeaderValue>) -> bool {
    accept
        .is_none_or(|accept| !accept.as_bytes().windows(3).any(|window| window.eq_ignore_ascii_case(b"xml")))
}

fn written(rendition: Rendition, mut answer: Answer) -> Answer {
    let is_fhir = answer.headers().get(CONTENT_TYPE).is_some_and(|value| value == FHIR_JSON);
    if !is_fhir || rendition == Rendition::default() {
        return answer;
    }
    // Ours is always JSON; if it were not, the client would rather have it as it is than not at all.
    let Ok(tree) = fhir::json::parse(answer.body(), DEPTH) else { return answer };
    match rendition.format {
        Format::Json => *answer.body_mut() = Bytes::from(tree.to_pretty()),
        Format::Xml => {
            let write = if rendition.pretty { fhir::xml::write_pretty } else { fhir::xml::write };
            *answer.body_mut() = Bytes::from(write(&tree));
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/fhir+xml"));
        }
    }
    answer.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    answer
}
