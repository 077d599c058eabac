//! What several test programs need.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::expect_used, reason = "a test may fail by panicking, in its helpers too")]

pub mod cases;
pub mod elements;
pub mod fhirpath_js;
