//! Whole lives of resources: each connection creates one, reads it, updates it, deletes it, and goes on with the
//! next type.

use crate::Result;
use crate::client::Client;
use crate::driver::connection::Answered;
use crate::driver::response::header;
use crate::driver::template::Template;
use crate::driver::work::Work;
use crate::world::resources;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// The types, of each of which the store has a resource to begin with.
const TYPES: [&str; 9] = [
    "Patient",
    "Practitioner",
    "Organization",
    "Location",
    "Encounter",
    "Condition",
    "Observation",
    "Procedure",
    "MedicationRequest",
];

/// The work.
pub struct Crud {
    token: Option<String>,
    /// A body for each type, without an id.
    bodies: Vec<Value>,
    /// How far each connection is.
    lives: Vec<Mutex<Life>>,
}

/// How far a resource is in its life.
#[derive(Default)]
struct Life {
    /// Its place among the types.
    kind: usize,
    step: Step,
    id: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Create,
    Read,
    Update,
    Delete,
}

impl Crud {
    /// Takes a resource of each type as the model of those to be made, so that what they refer to is there.
    ///
    /// # Errors
    ///
    /// When a type has none.
    pub fn prepare(client: &Client, connections: usize) -> Result<Self> {
        let mut bodies = Vec::new();
        for name in TYPES {
            let page = client.get(&format!("/fhir/{name}?_count=1"))?;
            let mut body = resources(&page).next().ok_or_else(|| format!("there is no {name}"))?.clone();
            if let Some(members) = body.as_object_mut() {
                members.retain(|name, _| !matches!(name.as_str(), "id" | "meta" | "identifier"));
            }
            bodies.push(body);
        }
        // Not all with the same type at once.
        let life = |place: usize| Mutex::new(Life { kind: place % TYPES.len(), ..Life::default() });
        Ok(Crud { token: client.token.clone(), bodies, lives: (0..connections).map(life).collect() })
    }

    fn request(&self, life: &Life) -> (Template, u16) {
        let (name, token) = (TYPES[life.kind], self.token.as_deref());
        let path = format!("/fhir/{name}/{}", life.id);
        let request = |method: &str, body: Option<&Value>| {
            Template::new(method, &path, token, body.map(Value::to_string).as_deref())
        };
        match life.step {
            Step::Create => {
                let body = self.bodies[life.kind].to_string();
                (Template::new("POST", &format!("/fhir/{name}"), token, Some(&body)), 201)
            }
            Step::Read => (request("GET", None), 200),
            Step::Update => {
                let mut body = self.bodies[life.kind].clone();
                body["id"] = life.id.as_str().into();
                body["language"] = "en".into();
                (request("PUT", Some(&body)), 200)
            }
            Step::Delete => (request("DELETE", None), 204),
        }
    }
}

impl Work for Crud {
    fn next(&self, connection: usize, out: &mut Vec<u8>) -> Option<u16> {
        let life = self.lives.get(connection)?.lock().unwrap_or_else(PoisonError::into_inner);
        let (template, expected) = self.request(&life);
        template.render(0, out);
        Some(expected)
    }

    fn answered(&self, connection: usize, answer: &Answered<'_>) {
        let Some(life) = self.lives.get(connection) else { return };
        let mut life = life.lock().unwrap_or_else(PoisonError::into_inner);
        life.step = match life.step {
            Step::Create => {
                life.id = id(answer.head, TYPES[life.kind]).unwrap_or_default();
                Step::Read
            }
            Step::Read => Step::Update,
            Step::Update => Step::Delete,
            Step::Delete => {
                life.kind = (life.kind + 1) % TYPES.len();
                Step::Create
            }
        };
    }
}

/// What stands behind the type in the Location of an answer.
fn id(head: &[u8], name: &str) -> Option<String> {
    let (_, rest) = header(head, "location")?.rsplit_once(&format!("/{name}/"))?;
    rest.split('/').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::{Duration, Instant};

    #[test]
    fn a_connection_goes_through_the_lives_of_one_type_after_the_other() {
        let bodies = TYPES.iter().map(|name| json!({ "resourceType": name })).collect();
        let crud = Crud { token: None, bodies, lives: vec![Mutex::default()] };
        let head = b"HTTP/1.1 201 Created\r\nlocation: http://x/fhir/Patient/17/_history/1\r\n\r\n";
        let answer = Answered { status: 201, head, body: b"", took: Duration::ZERO, at: Instant::now() };
        let mut seen = Vec::new();
        for _ in 0..5 {
            let mut request = Vec::new();
            let expected = crud.next(0, &mut request);
            let text = String::from_utf8_lossy(&request).into_owned();
            seen.push((text.split(" HTTP").next().unwrap_or_default().to_owned(), expected));
            crud.answered(0, &answer);
        }
        let expected = [
            ("POST /fhir/Patient", 201),
            ("GET /fhir/Patient/17", 200),
            ("PUT /fhir/Patient/17", 200),
            ("DELETE /fhir/Patient/17", 204),
            ("POST /fhir/Practitioner", 201),
        ];
        assert_eq!(seen, expected.map(|(request, status)| (request.to_owned(), Some(status))));
        assert_eq!(crud.next(1, &mut Vec::new()), None);
    }
}
