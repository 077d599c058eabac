//! What a patient owes, and which claims a payment is for (PaymentNotice.json, `behaviours`).
//!
//! Each payment says in a contained PaymentReconciliation which claims it is applied to. The patient owes what the claims
//! that are the patient's to pay cost, less what is applied to them; what is applied to other claims counts as credit until
//! these are the patient's to pay. A claim of zero balance is settled: neither it nor what was paid for it counts.

use super::{PAYMENT, copayment_claims};
use crate::money::Decimal;
use crate::references::id_of;
use crate::types::claim;
use crate::write::Write;
use fhir::{Json, Object, ResourceType};
use interactions::Refusal;
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;
use std::collections::BTreeMap;

/// The account of a patient.
pub struct Account {
    /// What the patient owes; negative for a credit.
    pub balance: Decimal,
    /// The claims with something left to pay, the oldest first: id and what is left.
    open: Vec<(String, Decimal)>,
}

impl Account {
    /// The account of `patient` (`Patient/{id}`) as it is inside the write.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn of(patient: &str, write: &mut Write<'_, '_>) -> Result<Self, Refusal> {
        let (paid, unapplied) = payments(patient, write)?;
        let mut claims = found(ResourceType::CLAIM, "patient", patient, write)?;
        claims.sort_by(|one, other| one.str("created").cmp(&other.str("created")));
        let mut account = Account { balance: Decimal::default() - unapplied, open: Vec::new() };
        for claim in &claims {
            let id = claim.str("id").unwrap_or_default();
            let paid = paid.get(id).copied().unwrap_or_default();
            match Payer::of(claim) {
                Payer::Nobody => {}
                Payer::Other => account.balance = account.balance - paid,
                Payer::Patient => {
                    let left = claim::total(claim) - paid;
                    account.balance = account.balance + left;
                    if left.is_positive() {
                        account.open.push((id.to_owned(), left));
                    }
                }
            }
        }
        Ok(account)
    }

    /// The claims that a payment is applied to, oldest first, each with its part of the amount.
    pub fn apply(&self, amount: Decimal) -> Vec<(&str, Decimal)> {
        let (mut rest, mut parts) = (amount, Vec::new());
        for (id, left) in &self.open {
            if !rest.is_positive() {
                break;
            }
            let part = rest.min(*left);
            parts.push((id.as_str(), part));
            rest = rest - part;
        }
        parts
    }
}

/// Whose a claim is to pay.
enum Payer {
    /// It is settled.
    Nobody,
    /// The patient's.
    Patient,
    /// Not the patient's, or not yet.
    Other,
}

impl Payer {
    fn of(claim: &Object) -> Self {
        let is_focal = |entry: &Json| entry.get("focal").and_then(Json::as_bool) == Some(true);
        let is_insured = claim.items("insurance").iter().any(is_focal);
        match claim::queue_code(claim) {
            _ if claim.str("status") != Some("active") => Payer::Other,
            Some("ZeroBalance") => Payer::Nobody,
            Some("PatientBalance") => Payer::Patient,
            Some("Trash" | "Appointment") => Payer::Other,
            _ if is_insured => Payer::Other,
            _ => Payer::Patient,
        }
    }
}

/// What was paid for each claim, and what is applied to none.
fn payments(
    patient: &str,
    write: &mut Write<'_, '_>,
) -> Result<(BTreeMap<String, Decimal>, Decimal), Refusal> {
    let (mut paid, mut unapplied) = (BTreeMap::<String, Decimal>::new(), Decimal::default());
    for notice in found(ResourceType::PAYMENT_NOTICE, "request", patient, write)? {
        if notice.str("status") != Some("active") {
            continue;
        }
        let mut rest = amount(&notice);
        for (id, part) in applied(&notice) {
            let sum = paid.entry(id).or_default();
            *sum = *sum + part;
            rest = rest - part;
        }
        unapplied = unapplied + rest;
    }
    Ok((paid, unapplied))
}

fn amount(notice: &Object) -> Decimal {
    notice.get("amount").and_then(|amount| Decimal::of(amount.get("value"))).unwrap_or_default()
}

/// The claims that a stored payment is applied to, each with its part.
fn applied(notice: &Object) -> Vec<(String, Decimal)> {
    let reconciliation =
        notice.items("contained").iter().find(|contained| contained.str("id") == Some(PAYMENT));
    if let Some(reconciliation) = reconciliation {
        let details = reconciliation.get("detail").map(Json::items).unwrap_or_default().iter();
        let part = |detail: &Json| {
            let claim = id_of(detail.get("request"), ResourceType::CLAIM)?;
            Some((claim.to_owned(), Decimal::of(detail.get("amount")?.get("value"))?))
        };
        return details.filter_map(part).collect();
    }
    // One of the R4 door: a copayment is its claim's.
    copayment_claims(notice).first().map(|claim| ((*claim).to_owned(), amount(notice))).into_iter().collect()
}

/// The resources of a type that refer to the patient.
fn found(
    resource_type: ResourceType,
    parameter: &'static str,
    patient: &str,
    write: &mut Write<'_, '_>,
) -> Result<Vec<Object>, Refusal> {
    let criterion = reference_criterion(&write.engine.registry(), resource_type, parameter, patient);
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let mut found = Vec::new();
    for version in write.unit.search(&Query::all(resource_type).and(criterion))? {
        if let Json::Object(resource) = stored_json(&version)? {
            found.push(resource);
        }
    }
    Ok(found)
}
