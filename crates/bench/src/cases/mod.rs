//! What is measured: one file per kind of work.
//!
//! A new case is a function that prepares its request, and a row in [`KINDS`].

mod book;
pub mod create;
mod invalid;
mod read;
mod slots;

use crate::Result;
use crate::driver::template::Template;
use crate::driver::work::Job;
use crate::world::World;
use std::sync::atomic::AtomicU64;

/// A kind of work.
pub struct Kind {
    /// Its name, for `--cases` and the table.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether it is measured when no cases are named.
    pub by_default: bool,
    /// The most that it should cost: server CPU per request as a multiple of the bare server's.
    pub aim: Option<f64>,
    /// The status of every answer.
    pub status: u16,
    /// Makes what it needs and its request.
    prepare: fn(&World) -> Result<Template>,
}

/// All kinds, in the order in which they are measured.
pub static KINDS: [Kind; 9] = [
    Kind {
        name: "read",
        about: "GET /fhir/Patient/{id}",
        by_default: true,
        aim: Some(2.0),
        status: 200,
        prepare: read::r4,
    },
    Kind {
        name: "canvas-read",
        about: "GET /Patient/{id} at the Canvas door",
        by_default: false,
        aim: None,
        status: 200,
        prepare: read::canvas,
    },
    Kind {
        name: "canvas-read-r4",
        about: "the same GET /fhir/Patient/{id} at the R4 door",
        by_default: false,
        aim: None,
        status: 200,
        prepare: read::canvas_r4,
    },
    Kind {
        name: "unauthorized",
        about: "GET /fhir/Patient/{id} without a token: 401",
        by_default: false,
        aim: None,
        status: 401,
        prepare: read::unauthorized,
    },
    Kind {
        name: "create",
        about: "POST /fhir/Observation of about 1 KB, every one different, durable",
        by_default: true,
        aim: Some(15.0),
        status: 201,
        prepare: create::prepare,
    },
    Kind {
        name: "book",
        about: "POST /Appointment at the Canvas door, 16 practitioners, never overlapping, durable",
        by_default: true,
        aim: None,
        status: 201,
        prepare: book::canvas,
    },
    Kind {
        name: "book-r4",
        about: "the same POST /fhir/Appointment at the R4 door",
        by_default: false,
        aim: None,
        status: 201,
        prepare: book::r4,
    },
    Kind {
        name: "slots",
        about: "GET /Slot at the Canvas door: a week of 40 working hours with 40 bookings",
        by_default: true,
        aim: None,
        status: 200,
        prepare: slots::prepare,
    },
    Kind {
        name: "invalid",
        about: "POST /fhir/Patient with eight problems: 400 that names them",
        by_default: true,
        aim: Some(3.0),
        status: 400,
        prepare: invalid::prepare,
    },
];

/// A kind, ready to be asked of one server.
pub struct Case {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its request.
    pub template: Template,
    /// The size of the server's answer to the first request, in bytes of body.
    pub answer_bytes: usize,
    counter: AtomicU64,
}

impl Case {
    /// Prepares a kind and tries it once.
    ///
    /// # Errors
    ///
    /// What could not be made; an answer of another status than the expected one.
    pub fn prepare(kind: &'static Kind, world: &World) -> Result<Self> {
        let failed = |problem: Box<dyn std::error::Error + Send + Sync>| format!("{}: {problem}", kind.name);
        let template = (kind.prepare)(world).map_err(failed)?;
        let answer = world.client.send(&template).map_err(failed)?;
        if answer.status != kind.status {
            let body = String::from_utf8_lossy(&answer.body);
            return Err(format!(
                "{}: answered with {}, not {}: {body}",
                kind.name, answer.status, kind.status
            )
            .into());
        }
        // The first request was that of the trial.
        Ok(Case { kind, template, answer_bytes: answer.body.len(), counter: AtomicU64::new(1) })
    }

    /// The case as the driver wants it.
    pub fn job(&self) -> Job<'_> {
        Job { template: &self.template, expected: self.kind.status, counter: &self.counter }
    }
}

/// The kind of this name.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}
