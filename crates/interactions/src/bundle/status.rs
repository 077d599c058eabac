//! `Bundle.entry.response.status`: a status with its words.

/// The status line of an entry (RFC 9110, 15): `201 Created`.
pub(super) fn line(status: u16) -> String {
    let words = match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        // A row of the table without words here is told by its number alone.
        _ => return status.to_string(),
    };
    format!("{status} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Shape, TABLE};

    #[test]
    fn every_status_that_an_entry_can_have_has_words() {
        // What is refused before a body is read is no entry's status.
        let of_requests = [408, 414, 431];
        for row in TABLE.iter().filter(|row| row.shape == Shape::OperationOutcome) {
            assert!(of_requests.contains(&row.status) || line(row.status).len() > 4, "{}", row.status);
        }
    }
}
