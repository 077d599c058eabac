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

mod date;
mod extract;
mod fold;
mod from_url;
pub mod index;
mod key;
pub mod limits;
mod modifier;
mod problem;
pub mod query;
mod reference;
mod registry;
mod resolve;
mod result_parameters;
mod rows;
mod string;
mod token;
mod uri;
mod value;

#[cfg(test)]
mod tests;

pub use date::{Prefix, date_criterion};
pub use extract::extract;
pub use fold::fold;
pub use from_url::{SearchOptions, SearchRequest, from_url};
pub use index::{Hold, IndexRow, ParameterId};
pub use query::{
    Criterion, NumberTest, Query, References, Sort, SortKey, SortText, SpanTest, Test, TextTest, Total,
};
pub use reference::reference_criterion;
pub use registry::{ExtraParameter, Parameter, Registry};
pub use resolve::{Matching, TooCostly, resolve};
pub use string::{StringMatch, string_criterion};
pub use token::token_criterion;
pub use uri::uri_criterion;
