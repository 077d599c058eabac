//! The search language of FHIR (<http://hl7.org/fhir/R4/search.html>): what a query means and what of a
//! resource is indexed. Storage only carries out what is decided here.
//!
//! * [`Registry`] knows the search parameters of every resource type, with their compiled expressions.
//! * [`extract`] makes the index rows of a resource.
//! * [`from_url`] makes a [`Query`] of the parameters of a URL, or says everything that is wrong with them.
//! * [`token_criterion`] and its like make one condition, for code that searches on its own behalf.
//!
//! What is indexed of a kind of parameter and how it is asked for stand together, in one file per kind: the two
//! must agree. This crate does no I/O and reads no clock.

mod chain;
mod compare;
mod compartment;
mod composite;
mod condition;
mod contained;
mod criteria;
mod date;
mod extract;
mod filter;
mod fold;
mod from_url;
mod has;
mod hierarchy;
mod holds;
pub mod include;
pub mod index;
mod key;
pub mod limits;
mod list;
mod merge;
mod modifier;
mod near;
mod number;
mod phonetic;
mod prefix;
mod presence;
mod problem;
mod quantity;
pub mod query;
mod reading;
mod reference;
mod registry;
mod resolve;
pub mod result_parameters;
mod rows;
mod sort;
mod string;
mod terminology;
mod token;
mod token_modifier;
mod union;
mod uri;
mod value;
mod words;

#[cfg(test)]
mod tests;

pub use compartment::compartment_criterion;
pub use date::date_criterion;
pub use extract::{Extraction, TooCostlyParameter, extract};
pub use fold::fold;
pub use from_url::{SearchRequest, Types, from_url, from_url_of_types, named_types};
pub use include::Include;
pub use index::{Hold, IndexRow, ParameterId};
pub use near::DISTANCE as NEAR;
pub use prefix::Prefix;
pub use presence::presence_criterion;
pub use query::{
    Contained, ContainedResource, Criterion, NumberTest, Query, References, Sort, SortKey, SortText,
    SpanTest, Step, Test, TextTest, Total,
};
pub use reading::{BareId, SearchOptions};
pub use reference::reference_criterion;
pub use registry::{
    CustomParameter, ExtraParameter, Origin, Parameter, Progress, Registry, custom_fingerprint, is_active,
};
pub use resolve::{EachMatch, Matching, TooCostly, resolve};
pub use string::{StringMatch, string_criterion};
pub use terminology::Terminology;
pub use token::token_criterion;
pub use uri::uri_criterion;
