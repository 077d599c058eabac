//! HTTP: connections, requests taken apart, answers put together. What a request means is decided in `doors`.

pub mod accept;
pub mod answer;
pub mod ask;
pub mod coding;
pub mod correlation;
pub mod framework;
pub mod negotiate;
pub mod receive;
pub mod rendition;
pub mod service;
pub mod unwind;
