//! The search language of FHIR (<http://hl7.org/fhir/R4/search.html>): what a query means and what of a
//! resource is indexed. Storage only carries out what is decided here.

pub mod index;
pub mod query;

pub use index::{Hold, IndexRow, ParameterId};
pub use query::{Criterion, Query, Sort, SortKey, SpanTest, TextTest, Total};
