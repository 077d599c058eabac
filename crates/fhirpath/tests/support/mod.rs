//! What several test programs need.
#![allow(dead_code, reason = "each test program uses a part")]

pub mod cases;
pub mod elements;
pub mod fhirpath_js;
