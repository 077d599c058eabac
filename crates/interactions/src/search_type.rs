//! search-type (<http://hl7.org/fhir/R4/http.html#search>): placeholder until the search crate's request type lands.
