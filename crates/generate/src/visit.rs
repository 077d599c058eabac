//! A patient's record: who it is, and visit after visit what was found, measured, done and charged.

use crate::chart::{Chart, Link};
use crate::codes::encounters::Kind;
use crate::codes::problems::{ACUTE, ASTHMA, Acute, Chronic, DIABETES};
use crate::codes::procedures::{AT_CHECK_UPS, AT_ILLNESS, COLONOSCOPY};
use crate::codes::{Code, labs, vaccines};
use crate::moment::{Moment, TODAY};
use crate::person::Person;
use crate::practice::Practice;
use crate::random::Random;
use crate::record::{Form, Record};
use crate::types::{
    allergy_intolerance, appointment, care_plan, claim, condition, coverage, device, diagnostic_report,
    document_reference, encounter, immunization, medication_request, observation, patient, procedure,
    provenance,
};

/// The most visits of a record.
const MOST_VISITS: f64 = 120.0;

/// What all resources of a record need to know.
pub(crate) struct Case<'p> {
    pub(crate) person: &'p Person,
    pub(crate) name: String,
    pub(crate) patient: Link,
    pub(crate) coverage: Link,
    pub(crate) practice: &'p Practice,
    /// The place of the general practitioner in the practice.
    pub(crate) practitioner: usize,
}

/// A visit.
pub(crate) struct Visit {
    pub(crate) kind: Kind,
    pub(crate) at: Moment,
    pub(crate) minutes: i64,
    /// The place in the practice.
    pub(crate) practitioner: usize,
    pub(crate) encounter: Link,
}

impl Visit {
    pub(crate) fn end(&self) -> Moment {
        self.at.plus_minutes(self.minutes)
    }
}

/// A problem that stays, once it was found.
struct Found {
    problem: &'static Chronic,
    condition: Link,
}

/// The whole record of a patient.
pub(crate) fn record(seed: u64, number: u64, practice: &Practice, form: Form) -> Record {
    let mut random = Random::new(seed, number);
    let person = Person::new(&mut random);
    let mut chart = Chart::new(random, form);
    let case = Case {
        name: format!("{} {}", person.given.join(" "), person.family),
        person: &person,
        patient: chart.link("Patient"),
        coverage: chart.link("Coverage"),
        practice,
        practitioner: chart.random.below(practice.practitioners.len()),
    };
    patient::put(&mut chart, &case, number);
    coverage::put(&mut chart, &case);
    let mut history = History::default();
    for at in times(&mut chart, &case) {
        history.visit(&mut chart, &case, at);
    }
    provenance::put(&mut chart, &case, &history.encounters);
    appointment::put(&mut chart, &case, number);
    chart.into_record()
}

/// When the patient comes, in order: never twice a day.
fn times(chart: &mut Chart, case: &Case<'_>) -> Vec<Moment> {
    let person = case.person;
    let (first, last) = person.recorded();
    let days = last.days_since(first).max(1);
    let usual = 10.0 + person.age(TODAY) * 0.1 + person.chronic.len() as f64 * 4.0;
    let count = (usual * person.frequency * (days as f64 / 3650.0).max(0.1)).clamp(1.0, MOST_VISITS);
    let mut times: Vec<Moment> = (0..count as usize)
        .map(|_| {
            let day = first.plus_days(chart.random.between(0, days)).midnight().on_a_weekday();
            day.plus_minutes(8 * 60 + chart.random.between(0, 35) * 15)
        })
        .filter(|at| *at <= last && *at > person.birth)
        .collect();
    times.sort_unstable();
    times.dedup_by_key(|at| at.date());
    times
}

/// What happened so far.
#[derive(Default)]
struct History {
    encounters: Vec<Link>,
    found: Vec<Found>,
    vaccinated: usize,
    flu: Option<i16>,
    has_allergies: bool,
}

impl History {
    fn visit(&mut self, chart: &mut Chart, case: &Case<'_>, at: Moment) {
        let kind = self.kind(chart);
        let practitioner = match chart.random.chance(0.7) {
            true => case.practitioner,
            false => chart.random.below(case.practice.practitioners.len()),
        };
        let minutes = *chart.random.pick(&[15, 20, 30, 30, 45]);
        let visit = Visit { kind, at, minutes, practitioner, encounter: chart.link("Encounter") };
        self.encounters.push(visit.encounter.clone());
        let reason = match kind {
            Kind::CheckUp => self.check_up(chart, case, &visit),
            Kind::FollowUp => self.follow_up(chart, case, &visit),
            Kind::Illness | Kind::Emergency => Some(illness(chart, case, &visit)),
        };
        let named = reason.as_ref().map(|(link, code, icd)| (link, *code, *icd));
        encounter::put(chart, case, &visit, named);
        let reason = reason.as_ref().map(|(link, code, _)| (link, *code));
        if chart.random.chance(0.35) {
            document_reference::put(chart, case, &visit, reason.map(|(_, code)| code));
        }
        claim::of_visit(chart, case, &visit, reason);
    }

    fn kind(&self, chart: &mut Chart) -> Kind {
        match chart.random.below(100) {
            0..32 => Kind::CheckUp,
            32..57 if !self.found.is_empty() => Kind::FollowUp,
            32..94 => Kind::Illness,
            _ => Kind::Emergency,
        }
    }

    /// A look at everything; problems that stay are found here.
    fn check_up(&mut self, chart: &mut Chart, case: &Case<'_>, visit: &Visit) -> Option<Reason> {
        let age = case.person.age(visit.at);
        observation::vitals(chart, case, visit, false);
        observation::size(chart, case, visit);
        observation::pain(chart, case, visit);
        if age > 16.0 {
            observation::smoking(chart, case, visit);
        }
        if chart.random.chance(0.45) {
            let done = chart.random.pick(&AT_CHECK_UPS);
            procedure::put(chart, case, visit, done, None);
        }
        if age > 50.0 && chart.random.chance(0.08) {
            procedure::put(chart, case, visit, &COLONOSCOPY, None);
        }
        let next = case.person.chronic.iter().find(|chronic| self.is_new(chronic) && age >= chronic.from_age);
        let reason = next.map(|problem| self.find(chart, case, visit, problem));
        self.screening(chart, case, visit, age);
        self.vaccinations(chart, case, visit, age);
        if !self.has_allergies {
            self.has_allergies = true;
            for _ in 0..[0, 0, 0, 0, 1, 1, 2][chart.random.below(7)] {
                allergy_intolerance::put(chart, case, visit);
            }
        }
        reason
    }

    fn is_new(&self, problem: &Chronic) -> bool {
        self.found.iter().all(|found| found.problem.code.code != problem.code.code)
    }

    /// Laboratory tests that are done without a complaint.
    fn screening(&self, chart: &mut Chart, case: &Case<'_>, visit: &Visit, age: f64) {
        let raised = if case.person.has_diabetes() { 1.5 } else { 0.0 };
        if age > 18.0 && chart.random.chance(0.3) {
            diagnostic_report::put(chart, case, visit, &labs::METABOLIC, 0.0);
        }
        if age > 40.0 && chart.random.chance(0.35) {
            diagnostic_report::put(chart, case, visit, &labs::LIPIDS, 0.3);
            observation::lab(chart, case, visit, &labs::A1C, raised);
        }
        if chart.random.chance(0.1) {
            diagnostic_report::put(chart, case, visit, &labs::BLOOD_COUNT, 0.0);
        }
    }

    fn vaccinations(&mut self, chart: &mut Chart, case: &Case<'_>, visit: &Visit, age: f64) {
        if self.flu != Some(visit.at.year()) && age > 0.5 && chart.random.chance(0.85) {
            self.flu = Some(visit.at.year());
            immunization::put(chart, case, visit, vaccines::INFLUENZA);
        }
        // Those of before the record began were given elsewhere.
        let began = case.person.age(case.person.recorded().0);
        let all = vaccines::BY_AGE.iter().enumerate().skip(self.vaccinated);
        let due: Vec<(usize, Code)> = all
            .filter(|(_, (from, _))| (began - 1.0..age).contains(from))
            .map(|(place, (_, vaccine))| (place, *vaccine))
            .take(4)
            .collect();
        for (place, vaccine) in due {
            self.vaccinated = place + 1;
            immunization::put(chart, case, visit, vaccine);
        }
    }

    /// A problem is found that stays.
    fn find(
        &mut self,
        chart: &mut Chart,
        case: &Case<'_>,
        visit: &Visit,
        problem: &'static Chronic,
    ) -> Reason {
        let condition = chart.link("Condition");
        condition::put(chart, case, visit, &condition, (problem.code, problem.icd), None);
        for medication in problem.medications {
            medication_request::put(chart, case, visit, *medication, (&condition, problem.code), true);
        }
        care_plan::put(chart, case, visit, problem, &condition);
        if problem.code.code == DIABETES {
            device::glucose_meter(chart, case, visit);
        }
        self.found.push(Found { problem, condition: condition.clone() });
        (condition, problem.code, problem.icd)
    }

    /// A look at one problem that stays.
    fn follow_up(&self, chart: &mut Chart, case: &Case<'_>, visit: &Visit) -> Option<Reason> {
        let Found { problem, condition } = self.found.get(chart.random.below(self.found.len()))?;
        observation::vitals(chart, case, visit, false);
        if chart.random.chance(0.35) {
            diagnostic_report::put(chart, case, visit, &labs::METABOLIC, 0.2);
        }
        match problem.code.code {
            DIABETES => drop(observation::lab(chart, case, visit, &labs::A1C, 5.0)),
            ASTHMA => procedure::put(chart, case, visit, &AT_ILLNESS[1], Some((condition, problem.code))),
            _ => drop(observation::lab(chart, case, visit, &labs::FILTRATION, 0.0)),
        }
        if let (Some(medication), true) = (problem.medications.first(), chart.random.chance(0.3)) {
            medication_request::put(chart, case, visit, *medication, (condition, problem.code), false);
        }
        Some((condition.clone(), problem.code, problem.icd))
    }
}

/// The condition that a visit is for, its code, and its code in ICD-10-CM.
type Reason = (Link, Code, &'static str);

/// A problem that passes.
fn illness(chart: &mut Chart, case: &Case<'_>, visit: &Visit) -> Reason {
    // The lower of two: what stands first comes most often.
    let place = chart.random.below(ACUTE.len()).min(chart.random.below(ACUTE.len()));
    let Acute { code, icd, days, fever, medication } = ACUTE[place];
    if fever || visit.kind == Kind::Emergency || chart.random.chance(0.5) {
        observation::vitals(chart, case, visit, fever);
    }
    observation::pain(chart, case, visit);
    let condition = chart.link("Condition");
    let until = visit.at.plus_days(days + chart.random.between(-2, 3));
    condition::put(chart, case, visit, &condition, (code, icd), Some(until));
    if let (Some(medication), true) = (medication, chart.random.chance(0.6)) {
        let is_current = until > TODAY;
        medication_request::put(chart, case, visit, medication, (&condition, code), is_current);
    }
    if chart.random.chance(0.35) {
        let done = chart.random.pick(&AT_ILLNESS);
        procedure::put(chart, case, visit, done, Some((&condition, code)));
    }
    if chart.random.chance(0.15) {
        diagnostic_report::put(chart, case, visit, &labs::BLOOD_COUNT, 0.4);
    }
    (condition, code, icd)
}
